namespace StoreEdge.Linux.Nftables;

/// <summary>What keeps a command of nftables from being carried out.</summary>
public enum NftablesFaultKind
{
    /// <summary>libnftables is not installed.</summary>
    LibraryMissing,

    /// <summary>The process lacks CAP_NET_ADMIN, or may not speak netlink at all.</summary>
    NoPermission,

    /// <summary>The kernel lacks a part of nftables.</summary>
    NoKernelSupport,

    /// <summary>What the command names is not there: somebody removed it, or its time was over.</summary>
    NotThere,

    /// <summary>The set has no room for another element.</summary>
    Full,

    /// <summary>Refused otherwise; the message has the library's words.</summary>
    Refused,
}

/// <summary>nftables did not do what it was told. Nothing of the command was carried out.</summary>
public sealed class NftablesFault : IOException
{
    /// <summary>A fault without more; for serializers and analyzers.</summary>
    public NftablesFault()
    {
    }

    /// <summary>A fault that says what is wrong.</summary>
    public NftablesFault(string message)
        : base(message)
    {
    }

    /// <summary>A fault with its cause.</summary>
    public NftablesFault(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>A fault.</summary>
    /// <param name="kind">What keeps the command from being carried out.</param>
    /// <param name="message">What is wrong, in the kernel's or the library's words. Never quotes the command: that may hold an address.</param>
    /// <param name="remedy">What a technician does next.</param>
    public NftablesFault(NftablesFaultKind kind, string message, string remedy)
        : base(message)
    {
        Kind = kind;
        Remedy = remedy;
    }

    /// <summary>What keeps the command from being carried out.</summary>
    public NftablesFaultKind Kind { get; } = NftablesFaultKind.Refused;

    /// <summary>What a technician does next.</summary>
    public string Remedy { get; } = "Send the log (journalctl -u storeedge).";
}

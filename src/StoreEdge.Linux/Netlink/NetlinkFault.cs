namespace StoreEdge.Linux.Netlink;

/// <summary>The kernel refused a netlink socket or a request through one.</summary>
public sealed class NetlinkFault : IOException
{
    /// <summary>A fault without more; for serializers and analyzers.</summary>
    public NetlinkFault()
    {
    }

    /// <summary>A fault that says what is wrong.</summary>
    public NetlinkFault(string message)
        : base(message)
    {
    }

    /// <summary>A fault with its cause.</summary>
    public NetlinkFault(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>A fault with the kernel's number.</summary>
    public NetlinkFault(string message, int errno)
        : base(message) => Errno = errno;

    /// <summary>The kernel's errno; 0 where it has none.</summary>
    public int Errno { get; }
}

using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;
using StoreEdge.Linux.Interop.Nftables;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Linux.Nftables;

/// <summary>
/// nftables in this process, through libnftables: an element is added within a fraction of a millisecond, where a spawned nft takes several. Commands are nft(8)'s own language. The
/// network is that of the thread that opens it. May be used from any thread; one command runs at a time.
/// </summary>
public sealed class NftablesContext : IDisposable
{
    // The library's parser and its caches know no threads.
    private static readonly Lock Library = new();

    private readonly NftablesHandle context;

    private NftablesContext(NftablesHandle context) => this.context = context;

    /// <summary>Loads the library and opens it.</summary>
    /// <exception cref="NftablesFault">It is not installed, or this process may not speak netlink.</exception>
    public static NftablesContext Open() => Open(LibNftables.Soname);

    /// <param name="soname">Other than the real name only where its absence is tested.</param>
    internal static NftablesContext Open(string soname)
    {
        if (!NativeLibrary.TryLoad(soname, typeof(NftablesContext).Assembly, DllImportSearchPath.SafeDirectories, out _))
            throw new NftablesFault(NftablesFaultKind.LibraryMissing, $"{soname} is not installed", "apt-get install libnftables1");
        try
        {
            // Where this is refused, the library would end the process.
            NetlinkSocket.Open(NetlinkSocket.Netfilter).Dispose();
        }
        catch (NetlinkFault fault)
        {
            throw new NftablesFault(
                NftablesFaultKind.NoPermission, $"no netlink socket: {fault.Message}",
                "In a service the unit needs AF_NETLINK in RestrictAddressFamilies=; in a container the network must be its own or the host's.");
        }

        lock (Library)
        {
            var opened = new NftablesHandle(LibNftables.nft_ctx_new(LibNftables.NFT_CTX_DEFAULT));
            if (opened.IsInvalid || LibNftables.nft_ctx_buffer_output(opened) != 0 || LibNftables.nft_ctx_buffer_error(opened) != 0)
            {
                opened.Dispose();
                throw new NftablesFault(NftablesFaultKind.Refused, "libnftables has no memory", "Check the memory of this machine (free -m).");
            }

            return new(opened);
        }
    }

    /// <summary>Runs commands as one transaction: all of them, or none.</summary>
    /// <returns>What was listed, as nft(8) writes it.</returns>
    /// <exception cref="NftablesFault">It was refused; nothing was changed.</exception>
    public string Run(string commands) => Run(commands, 0);

    /// <summary>As <see cref="Run(string)"/>, with what is listed as JSON (libnftables-json(5)).</summary>
    /// <exception cref="NftablesFault">It was refused.</exception>
    public string RunJson(string commands) => Run(commands, LibNftables.NFT_CTX_OUTPUT_JSON);

    /// <summary>A table without the contents of its sets and without counts: two equal texts are two equal tables. Cheap however full the sets are.</summary>
    /// <param name="table">Family and name.</param>
    /// <exception cref="NftablesFault">There is no such table, or it was refused.</exception>
    public string Structure(string table) => Run(
        $"list table {table}",
        LibNftables.NFT_CTX_OUTPUT_STATELESS | LibNftables.NFT_CTX_OUTPUT_TERSE | LibNftables.NFT_CTX_OUTPUT_NUMERIC_PRIO | LibNftables.NFT_CTX_OUTPUT_NUMERIC_SYMBOL);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Library) context.Dispose();
    }

    private string Run(string commands, uint flags)
    {
        lock (Library)
        {
            LibNftables.nft_ctx_output_set_flags(context, flags);
            if (LibNftables.nft_run_cmd_from_buffer(context, commands) == 0) return Text(LibNftables.nft_ctx_get_output_buffer(context));
            throw Fault(Text(LibNftables.nft_ctx_get_error_buffer(context)));
        }
    }

    private static string Text(nint buffer) => Marshal.PtrToStringUTF8(buffer) ?? "";

    /// <summary>The library's words without the lines in which it quotes the command.</summary>
    internal static NftablesFault Fault(string words)
    {
        var said = string.Join("; ", words.Split('\n').Select(WithoutPlace).Where(l => l.Length > 0).Distinct(StringComparer.Ordinal));
        if (said.Contains(Libc.Describe(Libc.EPERM), StringComparison.Ordinal) || said.Contains("you must be root", StringComparison.Ordinal))
            return new(NftablesFaultKind.NoPermission, said, "The unit needs AmbientCapabilities=CAP_NET_ADMIN and the same in CapabilityBoundingSet=; from a shell, sudo.");
        if (said.Contains(Libc.Describe(Libc.ENFILE), StringComparison.Ordinal))
            return new(NftablesFaultKind.Full, said, "Wait until somebody leaves, or allow for more.");
        if (said.Contains(Libc.Describe(Libc.ENOENT), StringComparison.Ordinal))
            return new(NftablesFaultKind.NotThere, said, "Nothing, if it passes: what was removed is put back.");
        if (said.Contains(Libc.Describe(Libc.EOPNOTSUPP), StringComparison.Ordinal) || said.Contains(Libc.Describe(Libc.EPROTONOSUPPORT), StringComparison.Ordinal))
            return new(NftablesFaultKind.NoKernelSupport, said, "Use a kernel with nftables (Debian's own has all of it): modprobe nf_tables.");
        return new(NftablesFaultKind.Refused, said, "Send the log (journalctl -u storeedge) and the output of nft list table inet storeedge.");
    }

    /// <summary><c>/dev/stdin:1:1-5: Error: …</c> → <c>…</c>; a line that quotes or underlines → nothing.</summary>
    private static string WithoutPlace(string line) =>
        line.IndexOf("Error: ", StringComparison.Ordinal) is >= 0 and var at ? line[(at + "Error: ".Length)..].Trim() : line.Contains("you must be root", StringComparison.Ordinal) ? line.Trim() : "";
}

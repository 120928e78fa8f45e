using System.Buffers;
using System.Text;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The head of a request that is plain beyond doubt: <c>GET</c> or <c>HEAD</c> of a path in HTTP/1.1, one <c>Host</c>, no body, nothing asked of the connection but to stay or to end
/// (RFC 9112, 2 and 3). Whatever is not exactly so is somebody else's to judge.
/// </summary>
internal readonly ref struct ProbeHead
{
    /// <summary>What a line may be made of: visible ASCII and spaces. Tabs and bytes beyond ASCII, which some programs send, are left to the web server.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(b => (byte)b)]);

    /// <summary>What a name or an address of a host is made of, and the port behind it; IPv6 addresses and stranger names are left to the web server.</summary>
    private static readonly SearchValues<byte> Name = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"u8), Digits = SearchValues.Create("0123456789"u8);

    private ProbeHead(int length, ReadOnlySpan<byte> host, bool wantsBody, bool ends)
    {
        Length = length;
        Host = host;
        WantsBody = wantsBody;
        Ends = ends;
    }

    /// <summary>Its bytes, the empty line among them.</summary>
    public int Length { get; }

    /// <summary>Which host is asked, as the request has it; a name or an address, with or without a port.</summary>
    public ReadOnlySpan<byte> Host { get; }

    /// <summary>Whether it is a <c>GET</c>.</summary>
    public bool WantsBody { get; }

    /// <summary>Whether the connection is to end with the answer.</summary>
    public bool Ends { get; }

    /// <summary>Reads the head at the beginning of what has arrived.</summary>
    /// <param name="bytes">At least its first piece.</param>
    /// <param name="head">The head.</param>
    /// <returns>False where it is not all there, or not plain.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ProbeHead head)
    {
        head = default;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var lines = bytes[..(end + 2)];
        var wantsBody = lines.StartsWith("GET /"u8);
        if (!wantsBody && !lines.StartsWith("HEAD /"u8)) return false;
        var target = Line(ref lines);
        if (!target.EndsWith(" HTTP/1.1"u8) || target[(wantsBody ? 4 : 5)..^9].Contains((byte)' ') || target.ContainsAnyExcept(Plain)) return false;
        ReadOnlySpan<byte> host = default;
        var ends = false;
        while (!lines.IsEmpty)
        {
            var line = Line(ref lines);
            var colon = line.IndexOf((byte)':');
            // Without a name, with a space in it, or continued from the line before (obsolete since RFC 7230).
            if (colon <= 0 || line[..colon].Contains((byte)' ') || line.ContainsAnyExcept(Plain)) return false;
            var value = line[(colon + 1)..].Trim((byte)' ');
            switch (colon)
            {
                case 4 when Is(line, "host"u8):
                    if (!host.IsEmpty || !IsHost(value)) return false;
                    host = value;
                    break;
                case 10 when Is(line, "connection"u8):
                    ends = Is(value, "close"u8) && value.Length == 5;
                    if (!ends && !(Is(value, "keep-alive"u8) && value.Length == 10)) return false;
                    break;
                case 6 when Is(line, "expect"u8):
                case 7 when Is(line, "upgrade"u8):
                case 14 when Is(line, "content-length"u8):
                case 17 when Is(line, "transfer-encoding"u8):
                    return false;
            }
        }

        head = new(end + 4, host, wantsBody, ends);
        return !host.IsEmpty;
    }

    private static ReadOnlySpan<byte> Line(scoped ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }

    private static bool IsHost(ReadOnlySpan<byte> value)
    {
        var colon = value.IndexOf((byte)':');
        var name = colon < 0 ? value : value[..colon];
        // A name has up to 253 characters (RFC 1035), a port up to five digits.
        return name.Length is > 0 and <= 253 && !name.ContainsAnyExcept(Name) && (colon < 0 || value.Length - colon - 1 is > 0 and <= 5 && !value[(colon + 1)..].ContainsAnyExcept(Digits));
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word);
}

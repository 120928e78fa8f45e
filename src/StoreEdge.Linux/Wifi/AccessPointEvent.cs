using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Linux.Wifi;

/// <summary>An access point says that a station came or went.</summary>
/// <param name="Station">Which.</param>
/// <param name="IsHere">Whether it came.</param>
public readonly record struct AccessPointEvent(StationAddress Station, bool IsHere)
{
    private const string Came = "AP-STA-CONNECTED ", Went = "AP-STA-DISCONNECTED ";

    /// <summary>Reads one message of hostapd's control interface: <c>&lt;3&gt;AP-STA-CONNECTED aa:bb:cc:dd:ee:ff …</c>. Everything else it says is no event of ours.</summary>
    public static bool TryParse(ReadOnlySpan<char> message, out AccessPointEvent what)
    {
        what = default;
        // The level of a message stands before it, and a list of words may follow the address.
        if (message.Length > 3 && message[0] == '<' && message[2] == '>') message = message[3..];
        var came = message.StartsWith(Came, StringComparison.Ordinal);
        if (!came && !message.StartsWith(Went, StringComparison.Ordinal)) return false;
        var rest = message[(came ? Came : Went).Length..];
        if (rest.Length < 17 || (rest.Length > 17 && rest[17] is not (' ' or '\n'))) return false;
        if (!StationAddress.TryParse(rest[..17].ToString(), out var station)) return false;
        what = new(station, came);
        return true;
    }
}

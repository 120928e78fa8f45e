using System.Globalization;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>Whose frames pass a tap.</summary>
internal enum TapFilter
{
    /// <summary>Enrolled devices only; strangers are as absent as everywhere else.</summary>
    Enrolled,

    /// <summary>One beacon, enrolled or not: a technician's own tag.</summary>
    One,

    /// <summary>Everybody, raw: only where a technician has confirmed it.</summary>
    Everybody,
}

/// <summary>
/// What a technician's tool asks of the tap, as one line: <c>tap RECEIVER WHOM SECONDS</c>, WHOM being <c>enrolled</c>, <c>everybody</c> or a beacon id. The answer is a
/// line, <c>ok</c> or <c>refused: …</c>, and after <c>ok</c> a btsnoop stream of datalink 1002.
/// </summary>
/// <param name="Receiver">Which radio.</param>
/// <param name="Filter">Whom.</param>
/// <param name="Beacon">Which beacon, with <see cref="TapFilter.One"/>.</param>
/// <param name="For">For how long at most, up to <see cref="Longest"/>.</param>
internal sealed record TapRequest(ReceiverId Receiver, TapFilter Filter, BeaconId Beacon, TimeSpan For)
{
    /// <summary>Nobody records for ever by forgetting about it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The longest line that is read.</summary>
    public const int LongestLine = 256;

    public const string Allowed = "tap RECEIVER enrolled|everybody|BEACON-ID SECONDS, SECONDS 1–3600";

    /// <summary>Reads the line; false where it is not <see cref="Allowed"/>.</summary>
    public static bool TryParse(string line, out TapRequest request)
    {
        request = new(default, default, default, default);
        if (line.Trim().Split(' ') is not ["tap", var receiver, var whom, var seconds]) return false;
        if (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length < 1 || length > Longest.TotalSeconds) return false;
        BeaconId beacon = default;
        var filter = whom switch
        {
            "enrolled" => TapFilter.Enrolled,
            "everybody" => TapFilter.Everybody,
            _ => TapFilter.One,
        };
        if (filter == TapFilter.One && !BeaconId.TryParse(whom, out beacon)) return false;
        request = new(new(receiver), filter, beacon, TimeSpan.FromSeconds(length));
        return true;
    }

    /// <summary>The line, without its end.</summary>
    public override string ToString()
    {
        var whom = Filter switch { TapFilter.Enrolled => "enrolled", TapFilter.Everybody => "everybody", _ => Beacon.ToString() };
        return string.Create(CultureInfo.InvariantCulture, $"tap {Receiver} {whom} {Math.Ceiling(For.TotalSeconds):0}");
    }
}

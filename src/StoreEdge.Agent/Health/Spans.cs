using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>How long and how much, short enough for a phone and alike in both languages.</summary>
internal static class Spans
{
    /// <summary>Such as <c>8 s</c>, <c>12 min</c>, <c>5 h</c>, <c>3 d</c>.</summary>
    public static string Of(TimeSpan span) => span switch
    {
        { TotalSeconds: < 0 } => "0 s",
        { TotalSeconds: < 120 } => Round(span.TotalSeconds, "s"),
        { TotalMinutes: < 120 } => Round(span.TotalMinutes, "min"),
        { TotalHours: < 48 } => Round(span.TotalHours, "h"),
        _ => Round(span.TotalDays, "d"),
    };

    /// <summary>Such as <c>812 MB</c> or <c>14 GB</c>; decimal units, as on the card's label.</summary>
    public static string OfBytes(long bytes) => bytes switch
    {
        >= 10_000_000_000 => Round(bytes / 1e9, "GB"),
        >= 1_000_000 => Round(bytes / 1e6, "MB"),
        _ => Round(bytes / 1e3, "kB"),
    };

    private static string Round(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}

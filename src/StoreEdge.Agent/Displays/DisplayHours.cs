using System.Globalization;

namespace StoreEdge.Agent.Displays;

/// <summary>Hours of some days of the week on the store's own clock; they may go over midnight and then belong to the day on which they begin.</summary>
internal sealed record DisplayHours
{
    public const string Allowed = "hours, with days before them where they are not for all: \"07:00-22:00\", \"mon-sat 07:00-22:00\", \"sun 22:00-02:00\"";

    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly byte days;

    private DisplayHours(byte days, TimeOnly from, TimeOnly until) => (this.days, From, Until) = (days, from, until);

    /// <summary>The first minute.</summary>
    public TimeOnly From { get; }

    /// <summary>The first minute after; the same as <see cref="From"/> for a whole day.</summary>
    public TimeOnly Until { get; }

    /// <summary>Whether <paramref name="local"/> is within.</summary>
    public bool Contains(DateTimeOffset local)
    {
        var (time, today) = (TimeOnly.FromTimeSpan(local.TimeOfDay), (int)local.DayOfWeek);
        var (isToday, wasYesterday) = ((days >> today & 1) != 0, (days >> (today + 6) % 7 & 1) != 0);
        if (From == Until) return isToday;
        return From < Until ? isToday && time >= From && time < Until : (isToday && time >= From) || (wasYesterday && time < Until);
    }

    /// <summary>Reads hours as they stand in the configuration; null where they are not as <see cref="Allowed"/>.</summary>
    public static DisplayHours? Parse(string text)
    {
        var parts = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is < 1 or > 2 || parts[^1].Split('-') is not [var from, var until] || !Time(from, out var begins) || !Time(until, out var ends)) return null;
        return (parts.Length == 1 ? (byte)0x7F : DaysOf(parts[0])) is { } on ? new(on, begins, ends) : null;
    }

    private static bool Time(string text, out TimeOnly time)
    {
        if (text == "24:00") text = "00:00";
        return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    private static byte? DaysOf(string text)
    {
        var ends = text.Split('-').Select(d => Array.IndexOf(Days, d)).ToArray();
        if (ends.Length > 2 || ends.Contains(-1)) return null;
        byte days = 0;
        for (var day = ends[0]; ; day = (day + 1) % 7)
        {
            days |= (byte)(1 << day);
            if (day == ends[^1]) return days;
        }
    }
}

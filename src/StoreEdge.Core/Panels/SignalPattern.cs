namespace StoreEdge.Core.Panels;

/// <summary>On and off in turns: what a lamp or a buzzer says without words.</summary>
/// <param name="Beats">How long on, off, on, … It begins on.</param>
/// <param name="Repeats">Whether it begins again after the last.</param>
public sealed record SignalPattern(IReadOnlyList<TimeSpan> Beats, bool Repeats)
{
    /// <summary>Off, and stays so.</summary>
    public static SignalPattern Still { get; } = new([], false);

    /// <summary>A pattern from milliseconds.</summary>
    public static SignalPattern Of(bool repeats, params ReadOnlySpan<int> milliseconds)
    {
        var beats = new TimeSpan[milliseconds.Length];
        for (var i = 0; i < beats.Length; i++) beats[i] = TimeSpan.FromMilliseconds(milliseconds[i]);
        return new(beats, repeats);
    }

    /// <summary>Whether it is on some time after its beginning, and when that changes next.</summary>
    /// <param name="since">Not negative.</param>
    /// <returns>The time until the next change; null when there is none any more.</returns>
    public (bool IsOn, TimeSpan? Change) At(TimeSpan since)
    {
        var length = Beats.Aggregate(TimeSpan.Zero, (sum, beat) => sum + beat);
        if (length <= TimeSpan.Zero || (!Repeats && since >= length)) return (false, null);
        var at = new TimeSpan(since.Ticks % length.Ticks);
        for (var i = 0; i < Beats.Count; i++)
        {
            if (at < Beats[i]) return (i % 2 == 0, Beats[i] - at);
            at -= Beats[i];
        }

        return (false, null);
    }
}

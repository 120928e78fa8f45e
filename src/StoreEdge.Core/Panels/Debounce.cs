namespace StoreEdge.Core.Panels;

/// <summary>Tells a press from a bounce, for a line that has to be looked at: a change counts once it has lasted.</summary>
/// <param name="lasting">How long; the contacts of cheap push buttons bounce for up to 10 ms.</param>
public sealed class Debounce(TimeSpan lasting)
{
    private bool? settled, candidate;
    private Instant since;

    /// <summary>Takes what the line is now.</summary>
    /// <returns>Whether the line has just become on. One that is on from the beginning was not pressed.</returns>
    public bool Pressed(bool isOn, Instant now)
    {
        if (candidate != isOn) (candidate, since) = (isOn, now);
        if (settled == isOn || now - since < lasting) return false;
        var first = settled is null;
        settled = isOn;
        return isOn && !first;
    }
}

using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Displays;

/// <summary>A technician's test pattern.</summary>
/// <param name="Showing">As the page is given it. It belongs to no decision and no visit, so nothing of it is journaled.</param>
/// <param name="DrawnAfter">How long the screen took to draw it; null while it has not.</param>
/// <param name="IsRight">Whether it drew what it was sent.</param>
internal sealed record TestPattern(Showing Showing, TimeSpan? DrawnAfter, bool IsRight);

/// <summary>Test patterns: what a display draws to show a technician that it is this one, whole, and that it answers.</summary>
internal sealed partial class DisplayHub
{
    /// <summary>The poster's class by which the page draws edges and colours around it.</summary>
    public const string PatternClass = "test";

    /// <summary>Long enough to walk around a shelf, short enough for customers.</summary>
    public static readonly TimeSpan PatternLasts = TimeSpan.FromSeconds(8);

    /// <summary>Puts a test pattern on a display, also outside its hours. What it showed comes back afterwards; whatever is decided meanwhile goes first.</summary>
    public void BeginPattern(DisplayId display, Poster poster)
    {
        lock (gate)
        {
            var (screen, now) = (screens[display], Instant.Now(time));
            var id = Guid.CreateVersion7(time.GetUtcNow()).ToString();
            screen.Pattern = new(new(id, default, default, default, poster.Headline, poster, time.GetUtcNow(), now, now + PatternLasts, null), null, false);
            screen.PatternIsOn = true;
            AnewWhileLocked(screen);
        }
    }

    /// <summary>What became of a display's last test pattern, and whether it is still on; null where there was none.</summary>
    public (TestPattern Pattern, bool IsOn)? PatternOf(DisplayId display)
    {
        lock (gate) return screens[display].Pattern is { } pattern ? (pattern, screens[display].PatternIsOn) : null;
    }

    private static bool TakePatternWhileLocked(Screen screen, Acknowledgement ack, Instant now)
    {
        if (screen is not { PatternIsOn: true, Pattern: { } pattern }) return false;
        // What was there before is acknowledged once more when it comes back.
        if (ack.Showing == pattern.Showing.Id && pattern.DrawnAfter is null)
            screen.Pattern = pattern with { DrawnAfter = now - pattern.Showing.Since, IsRight = ack.ContentHash == screen.Place.HashOf(pattern.Showing.Poster) };
        return true;
    }

    private void EndPatternWhileLocked(Screen screen, Instant now)
    {
        if (!screen.PatternIsOn || now < screen.Pattern!.Showing.Until) return;
        screen.PatternIsOn = false;
        AnewWhileLocked(screen);
    }
}

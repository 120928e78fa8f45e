using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Core;

namespace StoreEdge.Agent.Displays;

/// <summary>
/// Says when a display is dead or frozen. A connection proves nothing: only acknowledgements count, and a frame counter that moves. Pages acknowledge
/// every 10 s, so two missed ones are named within 30 s.
/// </summary>
internal static class DisplayHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>A kiosk may still be booting when the agent starts.</summary>
    private static readonly TimeSpan PatienceAtStart = TimeSpan.FromSeconds(90);

    internal static void Judge(Screen screen, Instant now, DateTimeOffset wall, HealthBoard health)
    {
        if (!screen.Place.HasPage) return;
        var id = screen.Place.Id;
        var silence = now - screen.HeardAt;
        var (silent, frozen) = ($"display-silent:{id}", $"display-frozen:{id}");
        if (silence >= (screen.EverHeard ? Patience : PatienceAtStart))
        {
            var since = (wall - silence).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            var text = !screen.EverHeard ? $"Display {id} has never been heard since the agent started."
                : screen.Clients.Count == 0 ? $"Display {id} has not been connected since {since} UTC."
                : $"Display {id} is connected but has not acknowledged anything since {since} UTC.";
            health.Raise(silent, Severity.Warning, text, $"Check its power and network; its browser must show /display/{id}. Restart the browser if it does.");
        }
        else
        {
            health.Clear(silent);
        }

        if (screen.EverHeard && silence < Patience && now - screen.FrameMovedAt >= Patience)
            health.Raise(frozen, Severity.Warning, $"Display {id} answers but draws no new frames.", $"Look at the screen {id}; restart its browser.");
        else health.Clear(frozen);
    }
}

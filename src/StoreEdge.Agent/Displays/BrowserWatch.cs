namespace StoreEdge.Agent.Displays;

/// <summary>When a screen's browser has to be started anew. It is judged by what the screen itself acknowledged to the agent: a browser that runs proves nothing.</summary>
internal static class BrowserWatch
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    /// <summary>Pages acknowledge every 10 s; the agent names two missed ones within 30 s, and then it is time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A Pi takes half a minute to show a browser's first page from a cold card.</summary>
    public static readonly TimeSpan StartTime = TimeSpan.FromSeconds(90);

    /// <summary>Why the browser has to go; null where it may stay.</summary>
    /// <param name="silence">Since the last acknowledgement; null where the agent has had none since it started.</param>
    /// <param name="frozen">Since the frame counter moved.</param>
    /// <param name="running">How long the browser has been running, and the agent been answering: whoever has just started is given time, and an agent that is away is no fault of the browser's.</param>
    public static string? WhyRestart(TimeSpan? silence, TimeSpan frozen, TimeSpan running)
    {
        // What was acknowledged before this browser started was another one's.
        var isHeard = silence is { } since && since < running;
        if (!isHeard) return running >= StartTime ? "it has acknowledged nothing since it started" : null;
        if (silence >= Patience) return "it has fallen silent";
        return frozen >= Patience && running >= StartTime ? "it draws no new frames" : null;
    }
}

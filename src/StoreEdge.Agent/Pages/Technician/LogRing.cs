using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>A line of the agent's own log.</summary>
/// <param name="Time">When, by the wall clock.</param>
/// <param name="Level">How bad.</param>
/// <param name="Category">Which part, without the program's name.</param>
/// <param name="Text">What it said, with the kind of the fault and its words where there was one.</param>
internal sealed record LogLine(DateTimeOffset Time, LogLevel Level, string Category, string Text);

/// <summary>The last lines of the agent's log, in memory: what is also in the system's journal, for who has no terminal. Logs name no customers, so neither does this.</summary>
internal sealed class LogRing(TimeProvider time) : ILoggerProvider
{
    /// <summary>About a day of a quiet store, half a megabyte.</summary>
    public const int Most = 2000;

    /// <summary>How long more is written; nobody remembers to switch it off.</summary>
    public static readonly TimeSpan DetailLasts = TimeSpan.FromMinutes(15);

    private const int LongestText = 1000;

    private readonly Lock gate = new();
    private readonly Queue<LogLine> lines = new();
    private long detailUntil;

    /// <summary>The least level that is written now.</summary>
    public LogLevel Least => DetailLeft > TimeSpan.Zero ? LogLevel.Debug : LogLevel.Information;

    /// <summary>How much longer more is written; zero where nothing more is.</summary>
    public TimeSpan DetailLeft => new Instant(Volatile.Read(ref detailUntil)) - Instant.Now(time) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Writes more for a while, or no more.</summary>
    public void Detail(bool isOn) => Volatile.Write(ref detailUntil, isOn ? (Instant.Now(time) + DetailLasts).Nanoseconds : 0);

    /// <summary>The newest lines that fit, newest first.</summary>
    /// <param name="least">The least level.</param>
    /// <param name="containing">Text that must stand in it, whatever its capitals; empty for any.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<LogLine> Newest(LogLevel least, string containing, int most)
    {
        lock (gate)
            return [.. lines.Reverse().Where(l => l.Level >= least && (containing.Length == 0 || $"{l.Category} {l.Text}".Contains(containing, StringComparison.OrdinalIgnoreCase))).Take(most)];
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lines outlive the logger factory of one run.
    }

    private void Add(LogLevel level, string category, string text)
    {
        var line = new LogLine(time.GetUtcNow(), level, category, text.Length > LongestText ? text[..LongestText] + "…" : text);
        lock (gate)
        {
            lines.Enqueue(line);
            if (lines.Count > Most) lines.Dequeue();
        }
    }

    private sealed class Writer(LogRing ring, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            ring.Add(logLevel, category, formatter(state, exception) + (exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})"));
    }
}

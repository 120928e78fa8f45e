using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>When writing is tried again while nothing can be written: soon at first, then not so often that a failing disk is kept busy with it.</summary>
/// <param name="time">Measures it.</param>
/// <param name="over">Called each time that a pause is over.</param>
internal sealed class RetryPause(TimeProvider time, Action over) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30);

    private readonly ITimer alarm = time.CreateTimer(_ => over(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    private TimeSpan pause;
    private Instant until;

    /// <summary>Whether it is over.</summary>
    public bool IsOver => Instant.Now(time) >= until;

    /// <summary>The first pause begins.</summary>
    public void Begin() => Wait(First);

    /// <summary>A try has failed: the next pause begins, longer than the last.</summary>
    public void Lengthen() => Wait(pause * 2 < Longest ? pause * 2 : Longest);

    public void Dispose() => alarm.Dispose();

    private void Wait(TimeSpan next)
    {
        pause = next;
        until = Instant.Now(time) + pause;
        alarm.Change(pause, Timeout.InfiniteTimeSpan);
    }
}

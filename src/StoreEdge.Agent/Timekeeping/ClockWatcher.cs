using StoreEdge.Agent.Health;
using StoreEdge.Core;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>Notices when the time becomes known and when it stays unknown, and keeps the last known time on disk: at once when it becomes known, hourly, and at an orderly end.</summary>
internal sealed class ClockWatcher
{
    private const string Unsynchronized = "clock-unsynchronized", NotKept = "clock-not-kept";

    /// <summary>A question to the kernel; what waits for the time (a certificate, an expiry) waits this much longer at most.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>What a power cut may cost of the lower bound; each writing costs the card some 10 kB.</summary>
    private static readonly TimeSpan KeepEvery = TimeSpan.FromHours(1);

    /// <summary>An NTP client needs seconds once the network is there, and the network of a store a few minutes after a power cut.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly TrustedClock clock;
    private readonly HealthBoard health;
    private readonly TimeProvider time;
    private readonly Action looked;
    private Instant since, keptAt;
    private bool was;

    /// <summary>Takes what it needs.</summary>
    /// <param name="clock">The clock that it watches.</param>
    /// <param name="health">Told when nobody knows the time.</param>
    /// <param name="time">The monotonic clock.</param>
    /// <param name="looked">Called with every look: who else follows the clock.</param>
    public ClockWatcher(TrustedClock clock, HealthBoard health, TimeProvider time, Action looked)
    {
        (this.clock, this.health, this.time, this.looked) = (clock, health, time, looked);
        since = keptAt = Instant.Now(time);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            do Look();
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Keep();
        }
    }

    /// <summary>One look, by the loop alone.</summary>
    public void Look()
    {
        var (now, known) = (Instant.Now(time), clock.IsSynchronized);
        if (known != was) since = now;
        if ((known && !was) || now - keptAt >= KeepEvery) Keep();
        was = known;
        looked();
        if (known) health.Clear(Unsynchronized);
        else if (now - since >= Patience)
        {
            health.Raise(Unsynchronized, Severity.Warning, "No time server has set this machine's clock, so nobody knows whether its times are right.",
                "Check the network and `timedatectl status`; open UDP 123 to a time server. Events are kept meanwhile, and their times are corrected once the clock is right.");
        }
    }

    private void Keep()
    {
        keptAt = Instant.Now(time);
        try
        {
            clock.Keep();
            health.Clear(NotKept);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise(NotKept, Severity.Warning, $"The last known time could not be kept: {fault.Message}", "Check the space and the rights of the state directory.");
        }
    }
}

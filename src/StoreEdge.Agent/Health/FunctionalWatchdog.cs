namespace StoreEdge.Agent.Health;

/// <summary>One thing that must go on for the agent to be alive.</summary>
/// <param name="Name">What, for the log: <c>presence</c>, <c>journal</c>, <c>http</c>.</param>
/// <param name="Check">Null when it goes on, otherwise what is wrong. Must end when asked to stop.</param>
internal sealed record VitalSign(string Name, Func<CancellationToken, Task<string?>> Check);

/// <summary>
/// Tells systemd that the agent works, and only then: each round asks every vital sign, and one that is missing, faulty or late means no ping. systemd ends
/// and restarts a process that has not pinged for WatchdogSec.
/// </summary>
/// <param name="signs">What must go on.</param>
/// <param name="ping">Sends WATCHDOG=1.</param>
/// <param name="every">A third of WatchdogSec, so that one late round does not kill a healthy process.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Where a missing sign is shown.</param>
internal sealed class FunctionalWatchdog(IReadOnlyList<VitalSign> signs, Action ping, TimeSpan every, TimeProvider time, HealthBoard health)
{
    /// <summary>No sign takes longer than this unless it is stuck: each is a memory read, a commit or a request to ourselves.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private IReadOnlyList<string> missing = ["not looked yet"];

    /// <summary>What was missing in the last round; empty when the agent is ready to serve.</summary>
    public IReadOnlyList<string> Missing => Volatile.Read(ref missing);

    /// <summary>Asks and pings until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every, time);
        do
        {
            if (await LookAsync(stop).ConfigureAwait(false)) ping();
        }
        while (await NextAsync(timer, stop).ConfigureAwait(false));
    }

    /// <summary>One round.</summary>
    /// <returns>Whether every sign goes on.</returns>
    internal async Task<bool> LookAsync(CancellationToken stop)
    {
        var found = await Task.WhenAll(signs.Select(s => AskAsync(s, stop))).ConfigureAwait(false);
        Volatile.Write(ref missing, [.. found.OfType<string>()]);
        foreach (var (sign, wrong) in signs.Zip(found))
        {
            if (wrong is null) health.Clear($"vital-sign:{sign.Name}");
            else health.Raise($"vital-sign:{sign.Name}", Severity.Fault, wrong, "systemd restarts the service if this lasts; then send its log (journalctl -u storeedge).");
        }

        return Missing.Count == 0;
    }

    private async Task<string?> AskAsync(VitalSign sign, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var alarm = time.CreateTimer(_ => late.Cancel(), null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            // A sign that ignores its token must not hold up the others, nor hide behind a wait without end.
            var wrong = await sign.Check(late.Token).WaitAsync(late.Token).ConfigureAwait(false);
            return wrong is null ? null : $"{sign.Name}: {wrong}";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"{sign.Name}: no answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return $"{sign.Name}: {fault.GetType().Name}: {fault.Message}";
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Linux.Neighbours;
using StoreEdge.Linux.Netlink;
using StoreEdge.Linux.Nftables;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// Keeps the gate as it was put in place: the kernel tells of every change that another program makes to the table, and it is put back with everybody inside before a person could notice.
/// Hears who answers on the guest network, and sweeps now and then.
/// </summary>
/// <param name="door">The gate.</param>
/// <param name="health">For what another program did.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For every repair.</param>
internal sealed class GateWatcher(GateDoor door, HealthBoard health, TimeProvider time, ILogger<GateWatcher> log)
{
    /// <summary>How often passages and silences are looked at, and what was moved is read.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    /// <summary>How often the table is looked at although nobody said anything: a notification can be lost.</summary>
    private const int LookEverySweeps = 6;

    /// <summary>How long a program's deed is shown after the last one.</summary>
    private static readonly TimeSpan ShownFor = TimeSpan.FromMinutes(15);

    private readonly List<string> unheard = [];
    private int repairs;
    private ITimer? shown;

    /// <summary>Runs until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await Task.WhenAll(SweepAsync(stop), AgainAsync("changes of nftables", FollowTableAsync, stop), AgainAsync("neighbours", FollowNeighboursAsync, stop)).ConfigureAwait(false);
        }
        finally
        {
            shown?.Dispose();
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(SweepEvery, time);
        for (var sweep = 0; await beat.WaitForNextTickAsync(stop).ConfigureAwait(false); sweep++)
        {
            if (!door.IsHeld) door.Open();
            else if (sweep % LookEverySweeps == 0) Mend("");
            door.ReadMoved();
            door.Sweep();
            CheckForwarding();
        }
    }

    private async Task FollowTableAsync(CancellationToken stop)
    {
        using var watch = NftablesWatch.Open(GateRules.Name);
        // What happened before anybody listened.
        Mend("");
        await foreach (var change in watch.ReadAsync(stop).ConfigureAwait(false))
        {
            if (change is { ProcessId: var id } && id == Environment.ProcessId) continue;
            if (change is null or { Structure: true }) Mend(change?.Program ?? "");
            else if (change is { ElementsGone: true }) door.Follow();
        }
    }

    private async Task FollowNeighboursAsync(CancellationToken stop)
    {
        using var watch = NeighbourWatch.Open();
        await foreach (var neighbour in watch.ReadAsync(stop).ConfigureAwait(false))
            if (neighbour is { } seen) door.Notice(seen);
    }

    /// <summary>A stream that ends is opened again; until then the sweeps must do.</summary>
    private async Task AgainAsync(string what, Func<CancellationToken, Task> follow, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await follow(stop).ConfigureAwait(false);
            }
            catch (NetlinkFault fault)
            {
                if (!unheard.Contains(what)) log.LogWarning("The kernel does not tell of {What}: {Why}", what, fault.Message);
                lock (unheard) unheard.Add(what);
            }

            await Task.Delay(SweepEvery, time, stop).ConfigureAwait(false);
        }
    }

    private void Mend(string program)
    {
        if (door.Mend() is not { } inside) return;
        repairs++;
        var who = program.Length > 0 ? $"'{program}'" : "another program";
        var times = repairs == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" This was the {repairs}th time since the start.");
        log.LogWarning("The gate's table was changed by {Who} and put back with {Inside} inside", who, inside);
        health.Raise("gate-tampered", Severity.Warning, $"The gate's table in nftables was changed or removed by {who}; it was put back with {inside} inside.{times}",
            "Find what reloads the firewall (systemctl status nftables, fail2ban, docker) and let it leave the table 'inet storeedge' alone: no 'flush ruleset' in its file.");
        shown?.Dispose();
        shown = time.CreateTimer(_ => health.Clear("gate-tampered"), null, ShownFor, Timeout.InfiniteTimeSpan);
    }

    private void CheckForwarding()
    {
        if (Forwarding.IsOff is { } what)
            health.Raise("gate-forwarding", Severity.Fault, $"This machine does not forward {what}: guests who accepted have no Internet.", "deploy/access-point/sysctl.conf has the lines: put it into /etc/sysctl.d/ and run sysctl --system.");
        else health.Clear("gate-forwarding");
    }
}

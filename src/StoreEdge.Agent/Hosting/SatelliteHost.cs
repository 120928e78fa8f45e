using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Satellites;
using StoreEdge.Agent.Sensing;
using StoreEdge.Linux.Systemd;

namespace StoreEdge.Agent.Hosting;

/// <summary>Builds and runs a satellite: receivers and the uplink to the store, no journal, no pages, nothing on disk.</summary>
internal static class SatelliteHost
{
    /// <summary>The uplink says every second that it is alive.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(10);

    /// <summary>Runs the satellite until told to stop.</summary>
    /// <returns>0 after an orderly end, 1 when a loop failed for good.</returns>
    public static async Task<int> RunAsync(SatelliteOptions options, TimeProvider time, CancellationToken stop)
    {
        var systemd = ServiceNotifier.FromEnvironment();
        using var logs = LoggerFactory.Create(LogLines.Configure);
        var log = logs.CreateLogger("StoreEdge");
        var health = new HealthBoard(time, logs.CreateLogger<HealthBoard>());
        var loops = new Loops(log, stop);
        using var own = X509Certificate2.CreateFromPem(options.Pairing.Certificate, options.Pairing.Key);
        var storeTime = new StoreTime(time);
        var registry = new BorrowedRegistry(storeTime);
        var sensing = new SensingLoop(options.Receivers, registry.TryFind, time, health, log: logs.CreateLogger<SensingLoop>());
        var uplink = new SatelliteUplink(
            options.Pairing, own, options.Host, options.Port, sensing, registry, storeTime, health, time, new Random(), logs.CreateLogger<SatelliteUplink>());
        var watchdog = new FunctionalWatchdog(
            [new("uplink", _ => Task.FromResult(uplink.Silence is { } silence && silence > Stuck ? $"has not come round for {silence.TotalSeconds:0} s" : null))],
            systemd.FeedWatchdog, (systemd.WatchdogInterval ?? TimeSpan.FromSeconds(30)) / 3, time, health);
        loops.Run("sensing", sensing.RunAsync);
        loops.Run("uplink", uplink.RunAsync);
        loops.Run("registry", uplink.TurnAsync);
        loops.Run("heartbeat", uplink.BeatAsync);
        loops.Run("watchdog", watchdog.RunAsync);
        systemd.Ready($"satellite {options.Pairing.Name} of {options.Host}:{options.Port}");
        log.LogInformation("Satellite {Name} listens for its store at {Host}:{Port}", options.Pairing.Name, options.Host, options.Port);
        var (failed, _) = await loops.UntilOverAsync().ConfigureAwait(false);
        systemd.Stopping();
        return failed ? 1 : 0;
    }
}

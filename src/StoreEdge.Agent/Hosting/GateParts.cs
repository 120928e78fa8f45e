using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Hosting;

/// <summary>The store's own gate, opened before the portal that lets guests through it.</summary>
internal sealed class GateParts : IDisposable
{
    private readonly GateDoor door;
    private readonly GateWatcher watcher;
    private readonly IReadOnlyList<AccessPointWatcher> accessPoints;
    private readonly LeaseWatcher? leases;

    public GateParts(GateOptions options, HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        door = new(options, health, time, logs.CreateLogger<GateDoor>());
        watcher = new(door, health, time, logs.CreateLogger<GateWatcher>());
        // hostapd answers to a socket of ours: where systemd gives us a place for such things, or else where everybody may have one.
        var sockets = Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':')[0] ?? Path.GetTempPath();
        accessPoints = [.. options.AccessPoints.Select(path => new AccessPointWatcher(path, sockets, options.LeftAfter, door.NoticeHere, door.NoticeLeft, health, time))];
        leases = options.LeaseFile is { } file ? new(file, door.NoticeHere, door.NoticeLeft, health, time) : null;
        door.Open();
    }

    /// <summary>The portal's way to it.</summary>
    public GateDoor Door => door;

    /// <summary>Starts the loops.</summary>
    public void Run(Loops loops)
    {
        loops.Run("gate", watcher.RunAsync);
        foreach (var accessPoint in accessPoints) loops.Run("access point", accessPoint.RunAsync);
        if (leases is not null) loops.Run("leases", leases.RunAsync);
    }

    /// <summary>The gate stays in the kernel.</summary>
    public void Dispose() => door.Dispose();
}

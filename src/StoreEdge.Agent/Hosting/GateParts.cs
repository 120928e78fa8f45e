using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Hosting;

/// <summary>The store's own gate, opened before the portal that lets guests through it.</summary>
internal sealed class GateParts : IDisposable
{
    private readonly GateDoor door;
    private readonly GateWatcher watcher;

    public GateParts(GateOptions options, HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        door = new(options, health, time, logs.CreateLogger<GateDoor>());
        watcher = new(door, health, time, logs.CreateLogger<GateWatcher>());
        door.Open();
    }

    /// <summary>The portal's way to it.</summary>
    public GateDoor Door => door;

    /// <summary>Starts the loop.</summary>
    public void Run(Loops loops) => loops.Run("gate", watcher.RunAsync);

    /// <summary>The gate stays in the kernel.</summary>
    public void Dispose() => door.Dispose();
}

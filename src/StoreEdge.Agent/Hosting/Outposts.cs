using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Satellites;
using StoreEdge.Agent.Sensing;

namespace StoreEdge.Agent.Hosting;

/// <summary>The receivers that hang on other devices in the store: satellites of ours.</summary>
internal sealed class Outposts
{
    private readonly SatelliteReceivers satellites;
    private readonly SatelliteDesk? desk;

    public Outposts(AgentOptions options, EnrolmentFiles enrolment, HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        satellites = new(options.Receivers.Where(r => r.Source.Kind == ReceiverSource.Satellite).Select(r => r.Source.Path), time);
        if (options.Satellites is not { } listen) return;
        var key = File.ReadAllText(options.Enrolment.KeyFile);
        desk = new(
            listen, options.Store.Id.Value, options.StateDirectory, satellites, () => enrolment.InForce is { } list ? new(list.Version, key, list.Document) : null, health, time,
            logs.CreateLogger<SatelliteDesk>());
    }

    /// <summary>The source of a receiver elsewhere; null for those of this machine.</summary>
    public IAdvertisementSource? Source(ReceiverSource source) => source.Kind switch
    {
        ReceiverSource.Satellite => satellites.Source(source.Path),
        _ => null,
    };

    /// <summary>Starts the loops.</summary>
    public void Run(Loops loops)
    {
        if (desk is not null) loops.Run("satellites", desk.RunAsync);
    }
}

using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Satellites;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Sensing.Espresense;

namespace StoreEdge.Agent.Hosting;

/// <summary>The receivers that hang on other devices in the store: satellites of ours, and ESPresense nodes that the shop owns already.</summary>
internal sealed class Outposts
{
    private readonly SatelliteReceivers satellites;
    private readonly SatelliteDesk? desk;
    private readonly EspresenseNodes nodes;
    private readonly BrokerLink? nodesLink;
    private readonly TimeProvider time;

    public Outposts(AgentOptions options, EnrolmentFiles enrolment, HealthBoard health, VerificationClock verification, TimeProvider time, ILoggerFactory logs)
    {
        this.time = time;
        nodes = new(options.Receivers.Where(r => r.Source.Kind == ReceiverSource.Espresense).Select(r => r.Source.Path), time);
        if (options.Espresense is { } broker)
        {
            var identity = new LinkIdentity(options.Store.Id.Value, default, "", "") { Section = "espresense" };
            nodesLink = new(broker, identity, () => 0, health, time, new Random(), logs.CreateLogger<BrokerLink>(), verification);
            foreach (var filter in nodes.Filters)
                nodesLink.Handle(filter, (message, _) =>
                {
                    nodes.Take(message.Topic, message.Payload.Span, message.Retain);
                    return ValueTask.CompletedTask;
                });
        }

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
        ReceiverSource.Espresense => nodes.Source(source.Path),
        _ => null,
    };

    /// <summary>Starts the loops.</summary>
    public void Run(Loops loops)
    {
        if (desk is not null) loops.Run("satellites", desk.RunAsync);
        if (nodesLink is null) return;
        loops.Run("ESPresense broker link", nodesLink.RunAsync);
        loops.Run("ESPresense watch", WatchAsync);
    }

    /// <summary>Without their broker no node can be heard.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), time);
        var wasOnline = false;
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            // Only the change counts: what a node says first may come before the link says that it is up.
            var isOnline = nodesLink!.Status.IsOnline;
            if (wasOnline && !isOnline) nodes.CloseAll($"The broker of the ESPresense nodes ({nodesLink.Status.Broker}) is away.");
            wasOnline = isOnline;
        }
    }
}

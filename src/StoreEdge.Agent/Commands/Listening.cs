using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary>How a tool of the technician's hears one receiver: through the running agent, or, without one, from a source of its own.</summary>
internal static class Listening
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>What a technician is told of a receiver whose advertisements stay on another device; null where they come through the agent.</summary>
    public static string? NotHere(ReceiverOptions receiver) => receiver.Source.Kind switch
    {
        ReceiverSource.Satellite => $"{receiver.Place.Id} hangs on a satellite ({receiver.Source}), which sends sightings and no advertisements. Record there, with the satellite's "
            + "service stopped: storeedge record --source SOURCE --receiver ID --all --out FILE; then bring the files here: storeedge calibrate --outside and --inside.",
        ReceiverSource.Espresense => $"{receiver.Place.Id} is an ESPresense node ({receiver.Source}), which sends levels and no advertisements: set its enterDbm and exitDbm by hand in receivers[].",
        _ => null,
    };

    /// <summary>Listens through the agent whose state directory this is.</summary>
    /// <returns>Why it ended; null where the agent broke off.</returns>
    /// <exception cref="IOException">There is no agent, or it refuses.</exception>
    public static async Task<string?> ThroughAgentAsync(string stateDirectory, TapRequest request, TimeProvider time, TakeTapped take, CancellationToken stop)
    {
        using var client = await TapClient.ConnectAsync(Path.Combine(stateDirectory, TapLoop.SocketName), request, time, stop).ConfigureAwait(false);
        await client.ReadAsync(take, stop).ConfigureAwait(false);
        return client.Ended;
    }

    /// <summary>Listens to a source directly, through the agent's own receiver and the same filter.</summary>
    /// <returns>Why it ended.</returns>
    /// <exception cref="IOException">The source cannot be used, as with the other exceptions of <see cref="IAdvertisementSource.RunAsync"/>.</exception>
    public static Task<string?> DirectlyAsync(
        ReceiverSource source, ReceiverPlace place, BeaconLookup lookup, TapRequest request, TimeProvider time, TakeTapped take, CancellationToken stop)
    {
        var health = new HealthBoard(time, NullLogger<HealthBoard>.Instance);
        return DirectlyAsync(source.Open(time, health), health, place, lookup, request, time, take, stop);
    }

    /// <summary>As above, to a source that tells its faults to <paramref name="health"/>.</summary>
    internal static async Task<string?> DirectlyAsync(
        IAdvertisementSource source, HealthBoard health, ReceiverPlace place, BeaconLookup lookup, TapRequest request, TimeProvider time, TakeTapped take, CancellationToken stop)
    {
        // Nobody decides about presence here: whatever becomes a sighting may overflow.
        var receiver = new Receiver(place, lookup, Channel.CreateBounded<Sighting>(1).Writer);
        var tap = new Tap(request.Filter, request.Beacon, time);
        using var timeUp = new CancellationTokenSource(request.For, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, stop);
        receiver.Attach(tap);
        var running = source.RunAsync(receiver, over.Token);
        // A radio waits for an adapter that may still come, as an agent should; whoever stands before a tool wants to know now.
        HealthWarning? never = null;
        using (var first = CancellationTokenSource.CreateLinkedTokenSource(over.Token))
        {
            while (!over.IsCancellationRequested && never is null && !receiver.Status.Connected && receiver.Status.Frames == 0
                && await Task.WhenAny(running, Task.Delay(Look, time, first.Token)).ConfigureAwait(false) != running)
                never = health.Warnings.FirstOrDefault(w => w.Code == SensingLoop.FaultOf(receiver));
            await first.CancelAsync().ConfigureAwait(false);
        }

        if (never is not null) await over.CancelAsync().ConfigureAwait(false);
        while (!over.IsCancellationRequested && await Task.WhenAny(running, tap.Events.WaitToReadAsync(over.Token).AsTask()).ConfigureAwait(false) != running) Drain(tap, take);
        string why;
        try
        {
            await running.ConfigureAwait(false);
            why = receiver.Status.Fault ?? "the source is over";
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            if (never is not null) throw new IOException($"{never.Text} {never.NextAction}");
            why = stop.IsCancellationRequested ? "as asked" : "the time is up";
        }

        Drain(tap, take);
        take(tap.MicrosecondsAt(Core.Instant.Now(time)), tap.Lost, Tap.EndNote(why));
        return why;
    }

    /// <summary>The enrolment that the configuration names, as the agent would load it. What is wrong with it is told.</summary>
    /// <exception cref="ConfigurationException">There is no key.</exception>
    public static EnrolmentRegistry Registry(AgentOptions options, TimeProvider time, TextWriter error)
    {
        var registry = new EnrolmentRegistry(EnrolmentFiles.ReadKeys(options.Enrolment), time);
        var health = new HealthBoard(TimeProvider.System, NullLogger<HealthBoard>.Instance);
        new EnrolmentFiles(options.Enrolment, options.StateDirectory, registry, health).Load();
        foreach (var warning in health.Warnings) error.WriteLine(warning.Text);
        return registry;
    }

    private static void Drain(Tap tap, TakeTapped take)
    {
        while (tap.Events.TryRead(out var passed)) take(passed.Microseconds, passed.Lost, passed.Packet);
    }
}

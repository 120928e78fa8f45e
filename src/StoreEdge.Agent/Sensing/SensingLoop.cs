using System.Collections.Frozen;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing.Bluetooth;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Radio;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing;

/// <summary>One receiver as configured.</summary>
/// <param name="Place">Where it hangs and what its levels mean.</param>
/// <param name="Source">Where its events come from.</param>
internal sealed record ReceiverOptions(ReceiverPlace Place, ReceiverSource Source)
{
    /// <summary>How a radio of this machine is used.</summary>
    public RadioOptions Radio { get; init; } = new();
}

/// <summary>
/// Runs the receivers, each on its own: one that fails is opened again with growing pauses while the others go on. What they see of customers is in
/// <see cref="Sightings"/>, bounded; what does not fit is counted at the receiver and dropped, because an old sighting is worth less than a late system.
/// </summary>
internal sealed class SensingLoop
{
    // Four seconds of the busiest air that is expected (1,000 advertisements a second), if all of it were customers.
    private const int Capacity = 4096;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(30);

    private readonly (Receiver Receiver, ReceiverOptions Options)[] receivers;
    private readonly FrozenDictionary<ReceiverId, Receiver> byId;
    private readonly Channel<Sighting> sightings;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly string? stateDirectory;
    private readonly ILogger? log;

    private readonly Func<ReceiverSource, IAdvertisementSource?> elsewhere;

    /// <param name="receivers">Those of this machine and of others.</param>
    /// <param name="lookup">Who is known.</param>
    /// <param name="time">The clock.</param>
    /// <param name="health">Where a source that cannot be used is told.</param>
    /// <param name="stateDirectory">Where radios of this machine remember what they must clean up.</param>
    /// <param name="log">Where their steps are written.</param>
    /// <param name="elsewhere">Gives the sources that are not of this machine; null for those that are.</param>
    public SensingLoop(
        IEnumerable<ReceiverOptions> receivers, BeaconLookup lookup, TimeProvider time, HealthBoard health, string? stateDirectory = null, ILogger? log = null,
        Func<ReceiverSource, IAdvertisementSource?>? elsewhere = null)
    {
        this.elsewhere = elsewhere ?? (_ => null);
        this.stateDirectory = stateDirectory;
        this.log = log;
        sightings = Channel.CreateBounded<Sighting>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        this.receivers = [.. receivers.Select(r => (new Receiver(r.Place, lookup, sightings.Writer), r))];
        byId = this.receivers.ToFrozenDictionary(r => r.Receiver.Place.Id, r => r.Receiver);
        foreach (var (receiver, _) in this.receivers) receiver.Close("not opened yet", Instant.Now(time));
        this.time = time;
        this.health = health;
    }

    public ChannelReader<Sighting> Sightings => sightings.Reader;

    /// <summary>The receivers, for whoever taps them.</summary>
    public IReadOnlyList<Receiver> Receivers => [.. receivers.Select(r => r.Receiver)];

    public IReadOnlyList<ReceiverStatus> Status
    {
        get
        {
            var now = Instant.Now(time);
            return [.. receivers.Select(r => r.Receiver.Status with { Blind = r.Receiver.BlindAt(now) })];
        }
    }

    /// <summary>
    /// Whether this receiver could not hear anybody now: its source is not open, or all fixed beacons that it should hear are silent. Its silence must not end a visit
    /// then. Cheap, from any thread; false for receivers that do not exist and for recordings that are over.
    /// </summary>
    public bool IsBlind(ReceiverId receiver) => byId.TryGetValue(receiver, out var known) && known.BlindAt(Instant.Now(time)) is not null;

    /// <summary>Runs until stopped, also where there is no receiver (then only the portal notices people) or every recording is over.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(receivers.Select(r => RunAsync(r.Receiver, r.Options, stop)).Append(WatchAsync(stop)));

    /// <summary>The code of the warning that a source cannot be used; the source clears it once it can.</summary>
    internal static string FaultOf(Receiver receiver) => $"receiver-fault:{receiver.Place.Id}";

    /// <summary>A fixed beacon that is gone for good must not keep its receiver blind for good.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(WatchEvery, time, stop);
            foreach (var (receiver, _) in receivers)
            {
                var code = $"receiver-canary:{receiver.Place.Id}";
                if (receiver.ForgetGoneCanaries(Instant.Now(time)) is > 0 and var gone)
                    health.Raise(code, Severity.Warning,
                        $"Receiver {receiver.Place.Id} has not heard {gone} fixed {(gone == 1 ? "beacon" : "beacons")} for {Canaries.GoneAfter.TotalMinutes:0} minutes while it heard others; "
                        + $"{receiver.Canaries.Learned} {(receiver.Canaries.Learned == 1 ? "is" : "are")} left to tell a dead radio from an empty store.",
                        "Check the fixed beacons near this receiver: battery and place.");
                else if (receiver.Canaries.Returned()) health.Clear(code);

                var filtered = $"receiver-duplicates:{receiver.Place.Id}";
                if (receiver.Canaries.HeardOnceOnly(Instant.Now(time)))
                    health.Raise(filtered, Severity.Warning,
                        $"Receiver {receiver.Place.Id} has heard each fixed beacon exactly once while it hears others: something filters repeated advertisements, so nobody seems to stay.",
                        "Update the kernel (6.6.45, 6.10.4 or newer), or use an hci: source; if the fixed beacon is far away, bring it nearer.");
                else health.Clear(filtered);
            }
        }
    }

    private async Task RunAsync(Receiver receiver, ReceiverOptions options, CancellationToken stop)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await (elsewhere(options.Source) ?? options.Source.Open(time, health, options.Radio, stateDirectory, log)).RunAsync(receiver, stop);
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or System.Net.Sockets.SocketException)
            {
                receiver.Close(fault.Message, Instant.Now(time));
                health.Raise(FaultOf(receiver), Severity.Fault, $"Receiver {receiver.Place.Id} cannot use {options.Source}: {fault.Message}",
                    fault is BluetoothFault radio ? radio.Remedy : "Check the path and its permissions in receivers[]; it is tried again by itself.");
            }

            try
            {
                await Task.Delay(pause, time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }
}

using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>What a technician listens for.</summary>
internal enum ListeningFor
{
    /// <summary>The levels, as they come.</summary>
    Levels,

    /// <summary>A tag one metre from a receiver.</summary>
    OneMetre,

    /// <summary>A tag before the door.</summary>
    Outside,

    /// <summary>The same tag in the shop.</summary>
    Inside,
}

/// <summary>What a minute at one metre says of a receiver.</summary>
/// <param name="Receiver">Which.</param>
/// <param name="Packets">Heard of the tag that it heard best.</param>
/// <param name="PerSecond">Of them.</param>
/// <param name="MedianDbm">Level.</param>
/// <param name="DeviationDb">Standard deviation of the level.</param>
internal sealed record OneMetre(ReceiverId Receiver, int Packets, double PerSecond, double MedianDbm, double DeviationDb)
{
    /// <summary>Half a packet a second: below it nothing is known of the spread.</summary>
    public bool IsEnough => Packets >= 30;

    /// <summary>Chosen by hand and held against no real radio: among people and shelves levels spread by 6 to 7 dB, so a tag in the open that does so is not in the open.</summary>
    public bool IsSteady => IsEnough && DeviationDb <= 4;

    /// <summary>Beyond it one packet in three is off by as much as two steps away from the door.</summary>
    public bool IsUsable => IsEnough && DeviationDb <= 7;
}

/// <summary>
/// A technician at the page listens through taps on this machine's receivers, to enrolled devices only, for a bounded time, one thing at a time. What is heard stays in memory and is told by
/// numbers, never by ids. The mathematics of the walk-in is that of <c>storeedge calibrate</c>.
/// </summary>
internal sealed class TagListening(IReadOnlyList<Receiver> receivers, PresenceOptions presence, TimeProvider time)
{
    /// <summary>How long each lasts; the walk-in as the command has it.</summary>
    public static readonly IReadOnlyDictionary<ListeningFor, TimeSpan> Lasts = new Dictionary<ListeningFor, TimeSpan>
    {
        [ListeningFor.Levels] = TimeSpan.FromMinutes(3), [ListeningFor.OneMetre] = TimeSpan.FromSeconds(60), [ListeningFor.Outside] = TimeSpan.FromSeconds(20), [ListeningFor.Inside] = TimeSpan.FromSeconds(40),
    };

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private (ListeningFor For, ReceiverId? At, Instant Since, (Receiver Receiver, Tap Tap)[] Taps, TagSamples Samples)? running;
    private (BeaconId Beacon, CalibrationPhase Phase)? outside;

    /// <summary>The receivers that can be listened to here.</summary>
    public IReadOnlyList<ReceiverPlace> Places { get; } = [.. receivers.Select(r => r.Place)];

    /// <summary>The last minute at one metre; null where there was none.</summary>
    public OneMetre? Metre { get; private set; }

    /// <summary>Whether the first half of a walk-in heard a tag.</summary>
    public bool HasOutside
    {
        get
        {
            lock (gate) return outside is not null;
        }
    }

    /// <summary>What the last walk-in proposes; null where there was none.</summary>
    public CalibrationResult? Walk { get; private set; }

    /// <summary>What goes on and how much longer; null where nothing does.</summary>
    public (ListeningFor For, TimeSpan Left)? Running
    {
        get
        {
            lock (gate) return running is { } now ? (now.For, Lasts[now.For] - (Instant.Now(time) - now.Since)) : null;
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="what">For what.</param>
    /// <param name="at">To which receiver, where it is about one; null for all.</param>
    /// <returns>False where somebody listens already, or there is nothing to listen with.</returns>
    public bool Begin(ListeningFor what, ReceiverId? at = null)
    {
        lock (gate)
        {
            if (running is not null || receivers.Count == 0 || (what == ListeningFor.Inside && outside is null)) return false;
            (Receiver, Tap)[] taps = [.. receivers.Where(r => at is null || r.Place.Id == at).Select(r => (r, new Tap(TapFilter.Enrolled, default, time)))];
            foreach (var (receiver, tap) in taps) receiver.Attach(tap);
            running = (what, at, Instant.Now(time), taps, new());
            if (what == ListeningFor.Outside) (outside, Walk) = (null, null);
            if (what == ListeningFor.OneMetre) Metre = null;
            return true;
        }
    }

    /// <summary>The levels of the last minute, each with its age in seconds.</summary>
    public IReadOnlyList<TagLevel> Levels()
    {
        lock (gate)
        {
            if (running is not { Taps: [var (_, tap), ..] } now) return [];
            Drain();
            const int Shown = 60;
            var newest = tap.MicrosecondsAt(Instant.Now(time));
            return [.. now.Samples.Since(newest - (Shown * 1_000_000L)).Select(l => l with { Seconds = Shown - l.Seconds })];
        }
    }

    /// <summary>Takes what is heard and ends what is over, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) Tick();
        }
        finally
        {
            lock (gate) Detach();
        }
    }

    internal void Tick()
    {
        lock (gate)
        {
            if (running is not { } now) return;
            Drain();
            if (Instant.Now(time) - now.Since < Lasts[now.For]) return;
            Detach();
            running = null;
            var (samples, from, length) = (now.Samples, now.Taps[0].Tap.MicrosecondsAt(now.Since), Lasts[now.For]);
            if (now is { For: ListeningFor.OneMetre, At: { } receiver }) Metre = Judge(receiver, samples, from, length);
            else if (now.For == ListeningFor.Outside && samples.Strongest() is { } tag) outside = (tag, samples.Of(tag, from, length));
            else if (now.For == ListeningFor.Inside && outside is var (beacon, before)) Walk = Calibration.Of(Places, before, samples.Of(beacon, from, length), presence);
        }
    }

    private static OneMetre Judge(ReceiverId receiver, TagSamples samples, long from, TimeSpan length)
    {
        int[] levels = samples.StrongestAt(receiver) is not { } tag ? [] : [.. samples.Of(tag, from, length).Samples.Where(s => s.Receiver == receiver).Select(s => (int)s.Rssi).Order()];
        if (levels.Length == 0) return new(receiver, 0, 0, 0, 0);
        var mean = levels.Average();
        return new(receiver, levels.Length, levels.Length / length.TotalSeconds, levels[levels.Length / 2], Math.Sqrt(levels.Average(l => (l - mean) * (l - mean))));
    }

    private void Drain()
    {
        if (running is not { } now) return;
        foreach (var (receiver, tap) in now.Taps)
            while (tap.Events.TryRead(out var passed)) now.Samples.Take(receiver.Place.Id, passed.Microseconds, passed.Packet);
    }

    private void Detach()
    {
        if (running is not { } now) return;
        foreach (var (receiver, tap) in now.Taps) receiver.Detach(tap);
    }
}

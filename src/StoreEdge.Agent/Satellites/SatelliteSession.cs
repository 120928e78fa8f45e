using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Core;

namespace StoreEdge.Agent.Satellites;

/// <summary>
/// One connection of one paired satellite, seen from the store: tells it who is known, keeps its clock against ours, hands its sightings to presence. When it ends, for
/// whatever reason, the satellite's receivers are blind.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source of cancellation without timer or registrations of its own holds nothing, and may be asked to end after its end.")]
internal sealed class SatelliteSession(
    Stream stream, Pairing pairing, Pairings pairings, SatelliteReceivers receivers, Func<KnownCustomers?> known, string store, HealthBoard health, TimeProvider time, ILogger log)
{
    /// <summary>A satellite says something every second, so within three a silent one is known to be lost: a cable that was pulled ends no connection.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(2500);

    /// <summary>A sighting that took longer tells of the past; presence has decided without it.</summary>
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1), WriteTime = TimeSpan.FromSeconds(30), GoodbyeTime = TimeSpan.FromSeconds(1);

    private readonly PeerClock clock = new();
    private readonly CancellationTokenSource over = new();
    private volatile Ending? ending;
    private string[] names = [];
    private long pinged = -1;
    private long late;
    private TimeSpan skew;

    private string Name => pairing.Name;

    /// <summary>Ends the connection and tells the satellite why.</summary>
    public void End(GoodbyeReason reason, string why)
    {
        ending ??= new(reason, why);
        over.Cancel();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var told = stop.UnsafeRegister(_ => End(GoodbyeReason.Stopping, "the store's agent stops"), null);
        using var deadline = new CancellationTokenSource(Silence, time);
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(over.Token, deadline.Token);
        var reader = new FrameReader(stream, SatelliteWords.MostFromSatellite, () => deadline.CancelAfter(Silence));
        var writing = Task.CompletedTask;
        var why = "it ended the connection";
        try
        {
            if (await reader.ReadAsync(quiet.Token).ConfigureAwait(false) is not { Kind: FrameKind.Hello } first) throw new FormatException("its first word is no hello");
            var hello = SatelliteWords.ReadHello(first.Body.Span);
            if (hello.Version != SatelliteWords.Version) End(GoodbyeReason.OtherVersion, $"the store speaks version {SatelliteWords.Version} of the satellites' wire, this satellite {hello.Version}");
            over.Token.ThrowIfCancellationRequested();
            Begin(hello);
            writing = WriteAsync();
            while (await reader.ReadAsync(quiet.Token).ConfigureAwait(false) is { } frame)
                if (!Take(frame, out why)) break;
        }
        catch (OperationCanceledException)
        {
            why = ending?.Why ?? $"nothing came for {Silence.TotalSeconds:0.#} s";
        }
        catch (IOException fault)
        {
            why = fault.Message;
        }
        catch (FormatException fault)
        {
            why = $"it sent what a satellite does not: {fault.Message}";
            ending ??= new(GoodbyeReason.NotUnderstood, fault.Message);
            health.Raise($"satellite-malformed:{Name}", Severity.Warning, $"Satellite {Name} sent what a satellite does not: {fault.Message}. The connection was closed.", "Bring both machines to the same version of StoreEdge; if it stays, look at what else uses that pairing.");
            foreach (var (_, receiver) in receivers.Of(Name)) receiver.CountMalformed();
        }

        await over.CancelAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SayGoodbyeAsync().ConfigureAwait(false);
        if (!stop.IsCancellationRequested) Close(why);
    }

    private void Begin(Hello hello)
    {
        names = [.. hello.Receivers];
        foreach (var (name, receiver) in receivers.Of(Name))
            if (!names.Contains(name)) receiver.Close($"Satellite {Name} has no receiver {name}; it has {(names.Length == 0 ? "none" : string.Join(", ", names))}.", Instant.Now(time));
        var unplaced = names.Where(n => !receivers.Places(Name, n)).ToList();
        if (unplaced.Count > 0)
            health.Raise($"satellite-unplaced:{Name}", Severity.Warning, $"Satellite {Name} has receivers that this store does not use: {string.Join(", ", unplaced)}.",
                $"Add them to receivers[], with the source satellite:{Name}/{unplaced[0]} and so on, and restart the agent; or remove them from the satellite.");
        else health.Clear($"satellite-unplaced:{Name}");
        health.Clear($"satellite-away:{Name}");
        log.LogInformation("Satellite {Satellite} is connected, version {Version}, receivers {Receivers}", Name, hello.Program, string.Join(", ", names));
    }

    /// <returns>False where the satellite says goodbye.</returns>
    private bool Take(Frame frame, out string why)
    {
        why = "it ended the connection";
        switch (frame.Kind)
        {
            case FrameKind.Sightings:
                foreach (var heard in SatelliteWords.ReadSightings(frame.Body.Span, names.Length)) Take(heard);
                return true;
            case FrameKind.State:
                Show(SatelliteWords.ReadState(frame.Body.Span, names.Length));
                return true;
            case FrameKind.Pong:
                var pong = SatelliteWords.ReadPong(frame.Body.Span);
                // Only to a question of ours, and once.
                if (Interlocked.Exchange(ref pinged, -1) != pong.Sent) return true;
                clock.Take(pong.Sent, pong.Taken, pong.Answered, Instant.Now(time).Nanoseconds);
                skew = TimeSpan.FromTicks(pong.UtcTicks - time.GetUtcNow().UtcTicks);
                return true;
            case FrameKind.Goodbye:
                why = "it said goodbye: " + SatelliteWords.ReadGoodbye(frame.Body.Span).Why;
                return false;
            default:
                throw new FormatException($"a frame of kind {(byte)frame.Kind}");
        }
    }

    private void Take(HeardElsewhere heard)
    {
        if (receivers.Find(Name, names[heard.Receiver]) is not { } receiver) return;
        var now = Instant.Now(time);
        if (!clock.IsKnown || clock.Here(heard.Sighting.At) is not { } at || now - at > TooLate)
        {
            late++;
            return;
        }

        receiver.Relay(heard.Sighting with { At = at > now ? now : at });
    }

    private void Show(SatelliteState state)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (receivers.Find(Name, names[i]) is not { } receiver) continue;
            var (sees, fault, counts, heard) = state.Receivers[i];
            receiver.Mirror(counts, heard is { } at && clock.IsKnown ? clock.Here(new(at)) : null);
            receiver.Describe(string.Create(CultureInfo.InvariantCulture,
                $"satellite {Name}, round trip {clock.RoundTrip.TotalMilliseconds:0.0} ms, its wall clock {skew.TotalSeconds:+0.0;−0.0;0.0} s, {late} late, {state.Dropped} dropped"));
            if (!sees) receiver.Close($"Satellite {Name}: {fault ?? "it does not say why"}", Instant.Now(time));
            else if (!receiver.Status.Connected) receiver.Open(Instant.Now(time));
        }
    }

    /// <summary>Asks for the time every second, says who is known as soon as it changes, and ends with the pairing.</summary>
    private async Task WriteAsync()
    {
        try
        {
            await SendAsync(SatelliteWords.WriteWelcome(store)).ConfigureAwait(false);
            long toldVersion = -1;
            using var timer = new PeriodicTimer(Beat, time);
            do
            {
                if (pairings.Find(pairing.Fingerprint) is not { Ended: null })
                {
                    End(GoodbyeReason.NotPaired, "this satellite was unpaired");
                    return;
                }

                var now = Instant.Now(time).Nanoseconds;
                Interlocked.Exchange(ref pinged, now);
                await SendAsync(SatelliteWords.Write(new Ping(now, time.GetUtcNow().UtcTicks))).ConfigureAwait(false);
                if (known() is not { } customers || customers.Version == toldVersion) continue;
                await SendAsync(SatelliteWords.WriteKnown(customers.Key, EnrolmentForSatellites.Of(customers.Document))).ConfigureAwait(false);
                toldVersion = customers.Version;
            }
            while (await timer.WaitForNextTickAsync(over.Token).ConfigureAwait(false));
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            End(GoodbyeReason.Stopping, fault.Message);
        }
    }

    /// <summary>Whole frames only: a connection that is to hear a goodbye must not end within one.</summary>
    private async ValueTask SendAsync(byte[] frame)
    {
        using var patience = new CancellationTokenSource(WriteTime, time);
        try
        {
            await stream.WriteAsync(frame, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new IOException($"it took nothing for {WriteTime.TotalSeconds:0} s");
        }
    }

    private async Task SayGoodbyeAsync()
    {
        if (ending is not { } end) return;
        using var patience = new CancellationTokenSource(GoodbyeTime, time);
        try
        {
            await stream.WriteAsync(SatelliteWords.WriteGoodbye(end.Reason, end.Why), patience.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It is gone already.
        }
    }

    private void Close(string why)
    {
        // The one that replaces this one has the receivers now.
        if (ending?.Reason == GoodbyeReason.Replaced)
        {
            log.LogInformation("An older connection of satellite {Satellite} was closed: another came under its name", Name);
            return;
        }

        foreach (var (_, receiver) in receivers.Of(Name)) receiver.Close($"Satellite {Name} is not connected: {why}", Instant.Now(time));
        health.Raise($"satellite-away:{Name}", Severity.Fault, $"Satellite {Name} is not connected: {why}.", "Check its power and network; it connects again by itself. On it: journalctl -u storeedge-satellite -n 50");
    }

    private sealed record Ending(GoodbyeReason Reason, string Why);
}

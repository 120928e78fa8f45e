using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Agent.Satellites;

/// <summary>How a connection, or an attempt at one, ended.</summary>
/// <param name="Text">For the technician.</param>
/// <param name="NextAction">What they do about it.</param>
/// <param name="IsFinal">Trying again soon changes nothing.</param>
internal sealed record UplinkEnd(string Text, string NextAction, bool IsFinal = false);

/// <summary>
/// A satellite's road to its store: seeks it with patience, and while there is a connection sends what its receivers hear of customers. What is heard meanwhile is dropped
/// and counted: presence in the store has gone on without it.
/// </summary>
internal sealed class SatelliteUplink(
    PairingFile pairing, X509Certificate2 own, string host, int port, SensingLoop sensing, BorrowedRegistry registry, StoreTime storeTime, HealthBoard health, TimeProvider time,
    Random random, ILogger<SatelliteUplink> log)
{
    private const string Warning = "satellite-uplink";

    /// <summary>After a refusal the next attempt comes within 16 s.</summary>
    private const int RefusalCountsAs = 5;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(5), RetryFirst = TimeSpan.FromMilliseconds(500), RetryMost = TimeSpan.FromSeconds(30), StableAfter = TimeSpan.FromSeconds(10);

    private readonly Backoff backoff = new(RetryFirst, RetryMost, random);
    private UplinkSession? online;
    private long dropped;
    private long lastRound = -1;

    /// <summary>How long ago the uplink last came round; null before it started.</summary>
    public TimeSpan? Silence => Volatile.Read(ref lastRound) is >= 0 and var last ? Instant.Now(time) - new Instant(last) : null;

    /// <summary>Sightings that found no connection, or no room on it.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    public async Task RunAsync(CancellationToken stop)
    {
        var pumping = PumpAsync(stop);
        try
        {
            while (true)
            {
                var begun = Instant.Now(time);
                var end = await ConnectOnceAsync(stop).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                if (Instant.Now(time) - begun > StableAfter) backoff.Reset();
                if (end.IsFinal) backoff.SlowDownTo(RefusalCountsAs);
                health.Raise(Warning, Severity.Fault, end.Text, end.NextAction);
                await Task.Delay(backoff.Next(), time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await pumping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<UplinkEnd> ConnectOnceAsync(CancellationToken stop)
    {
        var isOurStore = true;
        using var patience = new CancellationTokenSource(ConnectTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, either.Token).ConfigureAwait(false);
            await using var stream = new SslStream(new NetworkStream(socket));
            await stream.AuthenticateAsClientAsync(
                new()
                {
                    TargetHost = "store",
                    ClientCertificates = [own],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => own,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    // Neither name nor dates: this one certificate, and no other.
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => isOurStore = certificate is not null && SatelliteIdentity.FingerprintOf(certificate) == pairing.StoreFingerprint,
                },
                either.Token).ConfigureAwait(false);
            var session = new UplinkSession(stream, sensing, registry, storeTime, () => Dropped, time);
            await session.GreetAsync(either.Token).ConfigureAwait(false);
            log.LogInformation("Connected to the store at {Host}:{Port}", host, port);
            Volatile.Write(ref online, session);
            var end = await session.RunAsync(() => health.Clear(Warning), stop).ConfigureAwait(false);
            return end;
        }
        catch (AuthenticationException) when (!isOurStore)
        {
            return new($"What answers at {host}:{port} is not the store that this satellite was paired with; it was told nothing.",
                "Check the address of the store. If its machine was replaced, pair this satellite again there.", IsFinal: true);
        }
        catch (AuthenticationException fault)
        {
            return new($"No TLS with {host}:{port}: {fault.Message}", "Check that satellites.listen of the store is at that address and port.", IsFinal: true);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new($"{host}:{port} did not answer within {ConnectTime.TotalSeconds:0} s.", "Check the network between this device and the store's, and that no firewall drops that port.");
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return new($"No connection to the store at {host}:{port}: {fault.Message}", "Check that the store's agent runs, with satellites.listen at that address and port.");
        }
        finally
        {
            Volatile.Write(ref online, null);
        }
    }

    /// <summary>Empties the receivers' queue, connection or not: what is old when there is one again is of no use to anybody.</summary>
    private async Task PumpAsync(CancellationToken stop)
    {
        var places = sensing.Status.Select((s, i) => (s.Place.Id, i)).ToDictionary(p => p.Id, p => p.i);
        var portion = new List<HeardElsewhere>(SatelliteWords.MostInPortion);
        while (await sensing.Sightings.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            while (portion.Count < SatelliteWords.MostInPortion && sensing.Sightings.TryRead(out var sighting)) portion.Add(new(places[sighting.Receiver], sighting));
            if (Volatile.Read(ref online) is not { } session || !session.TrySend(SatelliteWords.Write(portion))) Interlocked.Add(ref dropped, portion.Count);
            portion.Clear();
        }
    }

    /// <summary>Lets the time of who is known pass: rotating ids come forward, the next key comes into force.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) registry.Turn();
    }

    /// <summary>Says once a second that the uplink is alive, for the watchdog, and to the store how the receivers are.</summary>
    public async Task BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        do
        {
            Volatile.Write(ref lastRound, Instant.Now(time).Nanoseconds);
            Volatile.Read(ref online)?.SendState();
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Satellites;

/// <summary>What a satellite must know to tell customers from strangers.</summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Key">The tenant's key, as its file has it.</param>
/// <param name="Document">The enrolment list as it is in force.</param>
internal sealed record KnownCustomers(long Version, string Key, ReadOnlyMemory<byte> Document);

/// <summary>
/// Where satellites of this store connect: TLS with a certificate on both sides, told apart by fingerprint. A stranger is told that it is not paired, and nothing else;
/// of each name the newest connection counts.
/// </summary>
internal sealed class SatelliteDesk(
    IPEndPoint listen, string store, string stateDirectory, SatelliteReceivers receivers, Func<KnownCustomers?> known, HealthBoard health, TimeProvider time,
    ILogger<SatelliteDesk> log)
{
    private const string Refused = "satellite-refused", NotListening = "satellites-listen", Unreadable = "satellite-pairings", NoIdentity = "satellites-identity";

    /// <summary>Connections that have not proved themselves yet, so that a scanner cannot hold the door shut for long.</summary>
    private const int MostUnproved = 8;

    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10), ListenAgain = TimeSpan.FromSeconds(5), RefusalShown = TimeSpan.FromMinutes(10), SweepEvery = TimeSpan.FromSeconds(30);

    private readonly Pairings pairings = new(stateDirectory);
    private readonly ConcurrentDictionary<string, SatelliteSession> sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Instant> refusals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, byte> running = new();
    private int unproved;

    public async Task RunAsync(CancellationToken stop)
    {
        var sweeping = SweepAsync(stop);
        try
        {
            using var own = await OwnAsync(stop).ConfigureAwait(false);
            while (true)
            {
                using var listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    listener.Bind(listen);
                    listener.Listen(16);
                    health.Clear(NotListening);
                    await AcceptAsync(listener, own, stop).ConfigureAwait(false);
                }
                catch (SocketException fault)
                {
                    health.Raise(NotListening, Severity.Fault, $"Satellites cannot connect: {listen}: {fault.Message}", "Check satellites.listen: the address must be this machine's and the port free (ss -ltnp); it is tried again by itself.");
                    await Task.Delay(ListenAgain, time, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(running.Keys.Append(sweeping)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A damaged certificate is never written over: every satellite knows this store by it. The store goes on without them until a person has decided.</summary>
    private async Task<X509Certificate2> OwnAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var own = SatelliteIdentity.OfStore(stateDirectory);
                health.Clear(NoIdentity);
                return own;
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                health.Raise(NoIdentity, Severity.Fault, $"No satellite can be let in: {fault.Message}", "Put a copy of the file back, or delete it and pair the satellites again; it is looked at again by itself.");
            }

            await Task.Delay(SweepEvery, time, stop).ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync(Socket listener, X509Certificate2 own, CancellationToken stop)
    {
        while (true)
        {
            var peer = await listener.AcceptAsync(stop).ConfigureAwait(false);
            if (Volatile.Read(ref unproved) >= MostUnproved)
            {
                peer.Dispose();
                continue;
            }

            Interlocked.Increment(ref unproved);
            var task = Task.Run(() => ServeAsync(peer, own, stop), CancellationToken.None);
            running.TryAdd(task, 0);
            _ = task.ContinueWith(t => running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket peer, X509Certificate2 own, CancellationToken stop)
    {
        var isUnproved = true;
        void Proved()
        {
            if (isUnproved) Interlocked.Decrement(ref unproved);
            isUnproved = false;
        }

        try
        {
            peer.NoDelay = true;
            await using var stream = new SslStream(new NetworkStream(peer, ownsSocket: true));
            using var patience = new CancellationTokenSource(HandshakeTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
            await stream.AuthenticateAsServerAsync(Terms(own), either.Token).ConfigureAwait(false);
            using var certificate = new X509Certificate2(stream.RemoteCertificate!);
            var fingerprint = SatelliteIdentity.FingerprintOf(certificate);
            var reader = new FrameReader(stream, SatelliteWords.MostFromSatellite);
            if (Find(fingerprint) is not { Ended: null } pairing)
            {
                Refuse(certificate, Find(fingerprint));
                await stream.WriteAsync(SatelliteWords.WriteGoodbye(GoodbyeReason.NotPaired, "this satellite is not paired with the store"), either.Token).ConfigureAwait(false);
                // It says hello meanwhile; to close with that unread would throw our word away.
                await reader.ReadAsync(either.Token).ConfigureAwait(false);
                return;
            }

            Proved();
            health.Clear($"{Refused}:{pairing.Name}");
            var session = new SatelliteSession(stream, pairing, pairings, receivers, known, store, health, time, log);
            if (sessions.TryGetValue(pairing.Name, out var older)) older.End(GoodbyeReason.Replaced, "another connection came under the same name");
            sessions[pairing.Name] = session;
            await session.RunAsync(stop).ConfigureAwait(false);
            sessions.TryRemove(new(pairing.Name, session));
        }
        catch (AuthenticationException)
        {
            RaiseRefusal(Refused, "Something that cannot prove to be a satellite of this store connected to satellites.listen.",
                "If it is one of this store's satellites: storeedge satellite pair NAME --out FILE, and take the file to it. If not, keep that port to the devices of the store.");
        }
        catch (Exception fault) when (fault is IOException or SocketException or FormatException or OperationCanceledException)
        {
            // It went away, or said nothing that we understand, before it was anybody.
        }
        finally
        {
            Proved();
            peer.Dispose();
        }
    }

    /// <summary>Who connects proves to hold the key of a certificate; whether that is one of ours is asked afterwards, so that the other side can be told. Dates and issuers are not looked at.</summary>
    private static SslServerAuthenticationOptions Terms(X509Certificate2 own) => new()
    {
        ServerCertificate = own,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };

    private Pairing? Find(string fingerprint)
    {
        try
        {
            var found = pairings.Find(fingerprint);
            health.Clear(Unreadable);
            return found;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            health.Raise(Unreadable, Severity.Fault, $"No satellite can be let in: {fault.Message}", "Check the rights of the state directory's folder satellites, or pair the satellites again.");
            return null;
        }
    }

    private void Refuse(X509Certificate2 certificate, Pairing? former)
    {
        // What a stranger calls itself is only repeated where it could be a name.
        var claimed = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (former is not null)
            RaiseRefusal($"{Refused}:{former.Name}", $"Satellite {former.Name} tries to connect, but its pairing was ended at {former.Ended:u}.", $"Pair it again with  storeedge satellite pair {former.Name} --out FILE  and take the file to it, or switch it off.");
        else
            RaiseRefusal(Refused, $"A device that {(NameRule.Holds(claimed) ? $"calls itself {claimed}" : "gives no name")} tries to connect, but is not paired with this store.",
                $"If it is a satellite of this store: storeedge satellite pair {(NameRule.Holds(claimed) ? claimed : "NAME")} --out FILE, and take the file to it.");
    }

    private void RaiseRefusal(string code, string text, string next)
    {
        health.Raise(code, Severity.Warning, text, next);
        refusals[code] = Instant.Now(time);
    }

    /// <summary>Takes down what nobody has repeated for a while.</summary>
    private async Task SweepAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            foreach (var (code, at) in refusals)
            {
                if (Instant.Now(time) - at < RefusalShown) continue;
                refusals.TryRemove(code, out _);
                health.Clear(code);
            }
        }
    }
}

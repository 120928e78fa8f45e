using System.Net.Sockets;
using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>
/// Keeps one connection to a broker for as long as the agent runs: seeks it with patience, uses a fallback where one is named, takes renewed certificates, renews
/// subscriptions, and tells central of birth and last will.
/// While it is away everybody else goes on; what they publish meanwhile is answered with <see cref="MqttReason.Unanswered"/> at once.
/// <c>nextBirth</c> counts connections durably: each value once, never going back; null while it cannot.
/// </summary>
internal sealed class BrokerLink(
    BrokerOptions options, LinkIdentity identity, Func<long?> nextBirth, HealthBoard health, TimeProvider time, Random random, ILogger<BrokerLink> log,
    VerificationClock? verification = null)
{
    private const string OnFallback = "broker-on-fallback";

    /// <summary>After a take-over the next attempt comes within 32 s instead of 1 s.</summary>
    private const int TakenOverCountsAs = 5;

    /// <summary>How long the goodbye may hold up the end of the process.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Certificates end by the day; an hour is close enough.</summary>
    private static readonly TimeSpan JudgeEvery = TimeSpan.FromHours(1);

    private readonly Topics topics = new(identity.StoreId);
    private readonly Inbox inbox = new(health, log, identity);
    private readonly IReadOnlyList<BrokerPlace> places = options.Places;
    private readonly BrokerRota rota = new(options.Places.Count, options.RetryFirst, options.RetryMost, random);
    private readonly VerificationClock clock = verification ?? VerificationClock.Of(time);
    private readonly CertificateWatch certificates = new(options, identity, health, verification ?? VerificationClock.Of(time));
    private TaskCompletionSource<LinkSession> online = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkStatus status = new($"{options.Host}:{options.Port}", null, 0, null, null, null, null);

    // Owned by the loop.
    private BrokerPlace? subscribedAt;
    private BrokerPlace? lastOnlineAt;
    private TimeSpan seekFirstAfter = options.SeekFirstAfter;
    private bool returning;
    private string? whyNotFirst;

    public LinkStatus Status => Volatile.Read(ref status);

    /// <summary>Messages from central that were not as the contract says.</summary>
    public long BadMessages => inbox.Bad;

    /// <summary>Registers who takes the messages of a topic filter; before <see cref="RunAsync"/> only.</summary>
    public void Handle(string filter, MessageHandler handler) => inbox.Add(new(filter, handler));

    /// <summary>Waits until there is a connection, if need be for ever.</summary>
    public Task<LinkSession> OnlineAsync(CancellationToken stop) => Volatile.Read(ref online).Task.WaitAsync(stop);

    /// <summary>Publishes on the present connection and waits for the broker's answer.</summary>
    /// <returns><see cref="MqttReason.Unanswered"/> when there is no connection or it ended meanwhile.</returns>
    public async Task<MqttReason> PublishAsync(MqttMessage message, CancellationToken stop)
    {
        var present = Volatile.Read(ref online).Task;
        if (!present.IsCompletedSuccessfully) return MqttReason.Unanswered;
        var pending = await (await present).SendAsync(message, stop);
        return await pending.Answer.WaitAsync(stop);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var handling = inbox.RunAsync(ended.Token);
        try
        {
            while (true)
            {
                // An orderly end, for a renewed certificate or the first broker's sake, needs no rest.
                if (await ConnectOnceAsync(stop) is { } failure) await RestAsync(failure, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            await ended.CancelAsync();
            try
            {
                await handling;
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    /// <summary>One connection from attempt to end.</summary>
    /// <returns>Why it failed or ended; null when it was ended here in order to be made anew.</returns>
    private async Task<MqttFailure?> ConnectOnceAsync(CancellationToken stop)
    {
        var place = places[rota.Current];
        Set(Status with { Broker = place.ToString(), IsFallback = rota.Current > 0 });
        try
        {
            certificates.Look();
        }
        catch (MqttFailureException bad)
        {
            return bad.Failure;
        }

        string? password = null;
        try
        {
            if (options.PasswordFile is { } file) password = (await File.ReadAllTextAsync(file, stop)).Split('\n')[0].TrimEnd('\r');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new(MqttFailureKind.BadOption, 0, $"the password file cannot be read: {fault.Message}");
        }

        if (nextBirth() is not { } birth) return new(MqttFailureKind.BadOption, 0, "this connection cannot be numbered, because the journal cannot write");
        await using var client = new MosquittoClient(
            new(identity.IsCentral ? identity.StoreId : $"{identity.StoreId}-{identity.Section}", place.Host, place.Port)
            {
                Protocol = options.Protocol,
                Username = options.Username,
                Password = password,
                Tls = options.Tls,
                Material = certificates.Material,
                VerificationTime = clock.Now(),
                TimeIsSure = clock.IsSure(),
                KeepAlive = options.KeepAlive,
                ConnectTimeout = options.ConnectTimeout,
                CleanStart = !identity.IsCentral,
                SessionExpiry = options.SessionExpiry,
                MaximumInFlight = options.Window,
                Will = identity.IsCentral ? StatusOf("offline", birth) : null,
            },
            inbox.Put, time);
        MqttSession connack;
        try
        {
            connack = await client.ConnectAsync(stop);
        }
        catch (MqttFailureException attempt)
        {
            return attempt.Failure;
        }

        return await BeOnlineAsync(client, connack, place, birth, stop);
    }

    private async Task<MqttFailure?> BeOnlineAsync(MosquittoClient client, MqttSession connack, BrokerPlace place, long birth, CancellationToken stop)
    {
        // What another broker has taken says nothing about this one.
        var resumed = connack.SessionPresent && (lastOnlineAt is null || lastOnlineAt == place);
        var session = new LinkSession(client, resumed, Math.Min(options.Window, connack.ReceiveMaximum));
        try
        {
            var said = Instant.Now(time);
            if (identity.IsCentral) await client.PublishAsync(StatusOf("online", birth)).WaitAsync(stop);
            var roundTrip = identity.IsCentral ? Instant.Now(time) - said : (TimeSpan?)null;
            // A broker that remembers the session remembers the subscriptions too, but a new process needs the retained messages again.
            if (!resumed || subscribedAt != place) await SubscribeAsync(client, place, stop);

            lastOnlineAt = place;
            certificates.Connected(connack.Server);
            var wasThrownOut = rota.Failures > 0 && Status.LastFailure is { Kind: MqttFailureKind.SessionTakenOver or MqttFailureKind.Dismissed or MqttFailureKind.ConnectionLost };
            Set(Status with { ConnectedSince = time.GetUtcNow(), Connections = Status.Connections + 1, Certificates = certificates.Certificates, RoundTrip = roundTrip });
            log.LogInformation("Connected to the broker {Broker}, session {Session}, window {Window}", Status.Broker, session.Resumed ? "resumed" : "new", session.Window);
            if (!wasThrownOut) ClearWarnings();
            TellOfFallback();
            online.SetResult(session);
            return await WatchAsync(client, session, birth, stop);
        }
        finally
        {
            if (online.Task.IsCompleted) Volatile.Write(ref online, new(TaskCreationOptions.RunContinuationsAsynchronously));
            session.End();
            Set(Status with { ConnectedSince = null });
            if (stop.IsCancellationRequested && identity.IsCentral) await SayGoodbyeAsync(client, birth);
        }
    }

    /// <summary>Stays with a connection until it ends, or until there is a reason to end it.</summary>
    private async Task<MqttFailure?> WatchAsync(MosquittoClient client, LinkSession session, long birth, CancellationToken stop)
    {
        var since = Instant.Now(time);
        var (soughtAt, judgedAt, isStable) = (since, since, false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            while (true)
            {
                var wait = options.FilesEvery < options.StableAfter ? options.FilesEvery : options.StableAfter;
                if (await Task.WhenAny(client.Ended, Task.Delay(wait, time, over.Token)) == client.Ended || stop.IsCancellationRequested) return await client.Ended.WaitAsync(stop);
                var now = Instant.Now(time);
                if (!isStable && now - since >= options.StableAfter)
                {
                    isStable = true;
                    rota.Proved();
                    if (rota.Current == 0) (returning, seekFirstAfter) = (false, options.SeekFirstAfter);
                    ClearWarnings();
                }

                if (now - judgedAt >= JudgeEvery)
                {
                    judgedAt = now;
                    certificates.Judge();
                }

                if (certificates.Look())
                {
                    log.LogInformation("The TLS files were renewed; connecting with the new ones");
                    await LeaveAsync(client, session, null);
                    return null;
                }

                if (rota.Current == 0 || now - soughtAt < seekFirstAfter) continue;
                soughtAt = now;
                if (!await AnswersAsync(places[0], stop)) continue;
                log.LogInformation("The first broker {Broker} answers again; going back to it", places[0]);
                await LeaveAsync(client, session, birth);
                rota.ReturnToFirst();
                returning = true;
                return null;
            }
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    /// <summary>Waits for what the broker still has to answer, says goodbye where it will not be seen again, and closes.</summary>
    private async Task LeaveAsync(MosquittoClient client, LinkSession session, long? goodbye)
    {
        using var patience = new CancellationTokenSource(GoodbyeTimeout, time);
        await session.DrainAsync(patience.Token);
        if (goodbye is { } birth && identity.IsCentral) await SayGoodbyeAsync(client, birth);
        await client.DisposeAsync();
    }

    /// <summary>Whether somebody listens there: not yet whether it is a broker that takes us, which the attempt will tell.</summary>
    private async Task<bool> AnswersAsync(BrokerPlace place, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(place.Host, place.Port, both.Token);
            return true;
        }
        catch (Exception fault) when (fault is SocketException || (fault is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }

    private void TellOfFallback()
    {
        if (rota.Current == 0) health.Clear(identity.CodeOf(OnFallback));
        else
            health.Raise(identity.CodeOf(OnFallback), Severity.Warning, $"Connected to the fallback {places[rota.Current]}, because the first broker failed: {whyNotFirst}",
                $"None is needed for the store: nothing is lost, and it goes back by itself. Look at the first broker ('{identity.Section}.host').");
    }

    private async Task SubscribeAsync(MosquittoClient client, BrokerPlace place, CancellationToken stop)
    {
        foreach (var route in inbox.Routes)
        {
            var reason = await client.SubscribeAsync(route.Filter, MqttQos.AtLeastOnce).WaitAsync(stop);
            var code = $"broker-subscription-refused:{route.Filter}";
            if (reason.IsRefused)
                health.Raise(code, Severity.Warning, $"The broker refused the subscription to {route.Filter} (reason {reason.Code}).", "Let this store's login read that topic (the broker's access list).");
            else if (reason.IsAccepted) health.Clear(code);
            else return;
        }

        subscribedAt = place;
    }

    /// <summary>Says itself that the store goes offline: after an orderly goodbye the broker keeps the will to itself.</summary>
    private async Task SayGoodbyeAsync(MosquittoClient client, long birth)
    {
        using var patience = new CancellationTokenSource(GoodbyeTimeout, time);
        try
        {
            await client.PublishAsync(StatusOf("offline", birth)).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            log.LogWarning("The broker did not take the goodbye within {Timeout}", GoodbyeTimeout);
        }
    }

    /// <summary>Notes why, and waits for the next attempt.</summary>
    private async Task RestAsync(MqttFailure failure, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (rota.Current == 0)
        {
            whyNotFirst = failure.Detail;
            // It answered and yet failed: the fallback is kept for longer next time.
            if (returning) seekFirstAfter = TimeSpan.FromTicks(Math.Min(seekFirstAfter.Ticks * 2, options.SeekFirstLongest.Ticks));
            returning = false;
        }

        var (host, port) = places[rota.Current];
        var action = LinkAdvice.NextAction(failure.Kind, options with { Host = host, Port = port }, identity.Section);
        var delay = rota.Failed(Instant.Now(time), failure.Kind == MqttFailureKind.SessionTakenOver ? TakenOverCountsAs : 0);
        var now = time.GetUtcNow();
        var code = LinkAdvice.Code(failure.Kind);
        // The status first: whoever sees the warning finds the reason there.
        Set(Status with { LastFailure = failure, LastFailureAt = now, NextAction = action, NextAttemptAt = now + delay });
        foreach (var other in LinkAdvice.Codes)
            if (other != code) health.Clear(identity.CodeOf(other));
        health.Raise(identity.CodeOf(code), Severity.Warning, $"No connection to the broker: {failure.Detail}", action);
        await Task.Delay(delay, time, stop);
        Set(Status with { NextAttemptAt = null });
    }

    private void ClearWarnings()
    {
        foreach (var code in LinkAdvice.Codes) health.Clear(identity.CodeOf(code));
        Set(Status with { NextAction = null });
    }

    private void Set(LinkStatus next) => Volatile.Write(ref status, next);

    private MqttMessage StatusOf(string state, long birth) =>
        new(topics.Status, JsonSerializer.SerializeToUtf8Bytes(
            new StatusMessage(state, birth, identity.Epoch, identity.BootId, identity.Version), ContractsJson.Default.StatusMessage))
        {
            Retain = true,
            ContentType = "application/json",
        };
}

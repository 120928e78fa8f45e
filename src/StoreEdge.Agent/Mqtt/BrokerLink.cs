using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>
/// Keeps one connection to a broker for as long as the agent runs: seeks it with patience, renews subscriptions, and tells central of birth and last will.
/// While it is away everybody else goes on; what they publish meanwhile is answered with <see cref="MqttReason.Unanswered"/> at once.
/// <c>nextBirth</c> counts connections durably: each value once, never going back; null while it cannot.
/// </summary>
internal sealed class BrokerLink(
    BrokerOptions options, LinkIdentity identity, Func<long?> nextBirth, HealthBoard health, TimeProvider time, Random random, ILogger<BrokerLink> log)
{
    /// <summary>After a take-over the next attempt comes within 32 s instead of 1 s.</summary>
    private const int TakenOverCountsAs = 5;

    /// <summary>How long the goodbye may hold up the end of the process.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly Topics topics = new(identity.StoreId);
    private readonly Inbox inbox = new(health, log, identity);
    private readonly Backoff backoff = new(options.RetryFirst, options.RetryMost, random);
    private TaskCompletionSource<LinkSession> online = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkStatus status = new($"{options.Host}:{options.Port}", null, 0, null, null, null, null);
    private bool subscribedSinceStart;

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
                var failure = await ConnectOnceAsync(stop);
                await RestAsync(failure, stop);
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
    private async Task<MqttFailure> ConnectOnceAsync(CancellationToken stop)
    {
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
            new(identity.IsCentral ? identity.StoreId : $"{identity.StoreId}-{identity.Section}", options.Host, options.Port)
            {
                Protocol = options.Protocol,
                Username = options.Username,
                Password = password,
                Tls = options.Tls,
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

        return await BeOnlineAsync(client, connack, birth, stop);
    }

    private async Task<MqttFailure> BeOnlineAsync(MosquittoClient client, MqttSession connack, long birth, CancellationToken stop)
    {
        var session = new LinkSession(client, connack.SessionPresent, Math.Min(options.Window, connack.ReceiveMaximum));
        try
        {
            if (identity.IsCentral) await client.PublishAsync(StatusOf("online", birth)).WaitAsync(stop);
            // A broker that remembers the session remembers the subscriptions too, but a new process needs the retained messages again.
            if (!connack.SessionPresent || !subscribedSinceStart) await SubscribeAsync(client, stop);

            var wasThrownOut = backoff.Failures > 0 && Status.LastFailure is { Kind: MqttFailureKind.SessionTakenOver or MqttFailureKind.Dismissed or MqttFailureKind.ConnectionLost };
            Set(Status with { ConnectedSince = time.GetUtcNow(), Connections = Status.Connections + 1 });
            log.LogInformation("Connected to the broker {Broker}, session {Session}, window {Window}", Status.Broker, session.Resumed ? "resumed" : "new", session.Window);
            if (!wasThrownOut) ClearWarnings();
            online.SetResult(session);
            if (await Task.WhenAny(client.Ended, Task.Delay(options.StableAfter, time, stop)) != client.Ended && !stop.IsCancellationRequested)
            {
                backoff.Reset();
                ClearWarnings();
            }

            return await client.Ended.WaitAsync(stop);
        }
        finally
        {
            if (online.Task.IsCompleted) Volatile.Write(ref online, new(TaskCreationOptions.RunContinuationsAsynchronously));
            session.End();
            Set(Status with { ConnectedSince = null });
            if (stop.IsCancellationRequested && identity.IsCentral) await SayGoodbyeAsync(client, birth);
        }
    }

    private async Task SubscribeAsync(MosquittoClient client, CancellationToken stop)
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

        subscribedSinceStart = true;
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
        if (failure.Kind == MqttFailureKind.SessionTakenOver) backoff.SlowDownTo(TakenOverCountsAs);
        var delay = backoff.Next();
        var now = time.GetUtcNow();
        var action = LinkAdvice.NextAction(failure.Kind, options, identity.Section);
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

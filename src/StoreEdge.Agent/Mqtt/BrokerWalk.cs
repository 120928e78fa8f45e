using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>
/// Goes the way to the broker once, step by step: name, TCP, TLS, login, access, a message out and back. Needs nothing of the agent, so it can be gone before the
/// service has ever started. It goes under a client id of its own: the store's session, and whoever holds it, notice nothing.
/// </summary>
/// <param name="options">The link's.</param>
/// <param name="storeId">Which store.</param>
/// <param name="filters">What the store reads; each is subscribed to and left again.</param>
/// <param name="time">The clock of the deadlines.</param>
/// <param name="verification">What certificates are held against; null for the machine's clock.</param>
internal sealed class BrokerWalk(BrokerOptions options, string storeId, IReadOnlyList<string> filters, TimeProvider time, VerificationClock? verification = null)
{
    /// <summary>A store's line answers within a second or two; a step that takes longer than this has failed for whoever waits at the terminal.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Everything that a store with this id reads.</summary>
    public static IReadOnlyList<string> FiltersOf(string storeId)
    {
        var topics = new Topics(storeId);
        return [topics.Ack, topics.DesiredEnrolment, topics.Desired("config"), topics.Desired("bundle"), topics.Desired("displays"), topics.AnyCommand, topics.AnyContext, topics.AnyNotice];
    }

    /// <summary>Goes it.</summary>
    /// <param name="begins">Told of each step as it begins.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<BrokerTrail> WalkAsync(Action<BrokerStep> begins, CancellationToken stop)
    {
        var trail = new BrokerTrail(options.Places[0], options.Tls is not null) { NameServers = ReadNameServers() };
        begins(BrokerStep.Name);
        try
        {
            var addresses = IPAddress.TryParse(options.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(options.Host, stop).WaitAsync(Patience, time, stop).ConfigureAwait(false);
            trail = trail with { Addresses = [.. addresses.Select(a => a.ToString())] };
        }
        catch (SocketException fault)
        {
            return trail with { Failure = new(MqttFailureKind.NameNotResolved, (int)fault.SocketErrorCode, $"{trail.Place}: {fault.Message}") };
        }
        catch (TimeoutException)
        {
            return trail with { Failure = new(MqttFailureKind.NameNotResolved, 0, $"{trail.Place}: no name server answered within {Patience.TotalSeconds:0} s") };
        }

        begins(BrokerStep.Tcp);
        trail = trail with { Reached = BrokerStep.Tcp };
        var (handshake, unreached) = await KnockAsync(stop).ConfigureAwait(false);
        if (unreached is not null) return trail with { Failure = unreached };
        trail = trail with { Handshake = handshake };

        begins(trail.UsesTls ? BrokerStep.Tls : BrokerStep.Login);
        return await EnterAsync(trail, begins, stop).ConfigureAwait(false);
    }

    /// <summary>The name servers that this machine asks, in their order.</summary>
    internal static IReadOnlyList<string> ReadNameServers(string file = "/etc/resolv.conf")
    {
        try
        {
            return [.. File.ReadLines(file).Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(w => w is ["nameserver", _, ..]).Select(w => w[1])];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private async Task<(TimeSpan Took, MqttFailure? Failure)> KnockAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var socket = new TcpClient();
        var since = Instant.Now(time);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, both.Token).ConfigureAwait(false);
            return (Instant.Now(time) - since, null);
        }
        catch (SocketException fault)
        {
            var kind = fault.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => MqttFailureKind.ConnectionRefused,
                SocketError.TimedOut => MqttFailureKind.TimedOut,
                _ => MqttFailureKind.Unreachable,
            };
            return (default, new(kind, (int)fault.SocketErrorCode, $"{options.Places[0]}: {fault.Message}"));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (default, new(MqttFailureKind.TimedOut, 0, $"{options.Places[0]}: no answer within {Patience.TotalSeconds:0} s"));
        }
    }

    private async Task<BrokerTrail> EnterAsync(BrokerTrail trail, Action<BrokerStep> begins, CancellationToken stop)
    {
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var topics = new Topics(storeId);
        MosquittoClient client;
        try
        {
            client = new(Connection(), message =>
            {
                if (message.Topic == topics.Echo && Encoding.UTF8.GetString(message.Payload.Span).Contains(nonce, StringComparison.Ordinal)) back.TrySetResult();
            }, time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return trail with { Reached = BrokerStep.Login, Failure = new(MqttFailureKind.BadOption, 0, $"the password file cannot be read: {fault.Message}") };
        }

        await using (client.ConfigureAwait(false))
        {
            try
            {
                var connack = await client.ConnectAsync(stop).ConfigureAwait(false);
                trail = trail with { Reached = BrokerStep.Access, Server = connack.Server };
            }
            catch (MqttFailureException fault)
            {
                // Whoever listens was reached a moment ago: a time that ran out since is no matter of the network.
                var step = fault.Failure.Kind is MqttFailureKind.TimedOut ? BrokerStep.Login : BrokerTrail.StepOf(fault.Failure.Kind);
                return trail with { Reached = step, Failure = fault.Failure };
            }

            begins(BrokerStep.Access);
            return await AskAsync(client, trail, topics.Echo, nonce, back.Task, begins, stop).ConfigureAwait(false);
        }
    }

    private async Task<BrokerTrail> AskAsync(MosquittoClient client, BrokerTrail trail, string echo, string nonce, Task back, Action<BrokerStep> begins, CancellationToken stop)
    {
        var refused = new List<(string, int?)>();
        try
        {
            foreach (var filter in filters.Append(echo))
            {
                var reason = await client.SubscribeAsync(filter, MqttQos.AtLeastOnce).WaitAsync(Patience, time, stop).ConfigureAwait(false);
                if (reason.IsRefused) refused.Add((filter, reason.Code));
                else if (!reason.IsAccepted) return await ThrownOutAsync(client, trail, stop).ConfigureAwait(false);
            }

            var since = Instant.Now(time);
            var payload = JsonSerializer.SerializeToUtf8Bytes(new EchoMessage(nonce), ContractsJson.Default.EchoMessage);
            var answer = await client.PublishAsync(new(echo, payload) { ContentType = "application/json" }).WaitAsync(Patience, time, stop).ConfigureAwait(false);
            if (!answer.IsAccepted && !answer.IsRefused) return await ThrownOutAsync(client, trail with { Refused = refused }, stop).ConfigureAwait(false);
            if (answer.IsRefused) refused.Add((echo, answer.Code));
            trail = trail with { Refused = refused };
            if (refused.Count > 0) return trail;

            begins(BrokerStep.RoundTrip);
            trail = trail with { Reached = BrokerStep.RoundTrip };
            await back.WaitAsync(Patience, time, stop).ConfigureAwait(false);
            return trail with { RoundTrip = Instant.Now(time) - since };
        }
        catch (TimeoutException)
        {
            return trail with { Refused = refused };
        }
    }

    /// <summary>A connection that ends over what was asked: some brokers answer a forbidden topic so.</summary>
    private static async Task<BrokerTrail> ThrownOutAsync(MosquittoClient client, BrokerTrail trail, CancellationToken stop) =>
        trail with { Failure = await client.Ended.WaitAsync(stop).ConfigureAwait(false) };

    private MosquittoOptions Connection() => new($"{storeId}-doctor", options.Host, options.Port)
    {
        Protocol = options.Protocol,
        Username = options.Username,
        Password = options.PasswordFile is { } file ? File.ReadAllText(file).Split('\n')[0].TrimEnd('\r') : null,
        Tls = options.Tls,
        VerificationTime = verification?.Now(),
        TimeIsSure = verification?.IsSure() ?? true,
        KeepAlive = options.KeepAlive,
        ConnectTimeout = Patience,
        CleanStart = true,
        SessionExpiry = TimeSpan.Zero,
    };
}

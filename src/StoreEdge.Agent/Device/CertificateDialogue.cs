using System.Security.Cryptography;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Device;

/// <summary>How asking for a certificate ended.</summary>
/// <param name="Certificate">PEM, as the answer has it; null where there is none.</param>
/// <param name="Why">Why there is none, in English.</param>
internal sealed record CertificateOutcome(string? Certificate, string? Why)
{
    /// <summary>What kept it from the broker, where it was that.</summary>
    public MqttFailure? Failure { get; init; }
}

/// <summary>
/// Asks by a claim, on a connection of its own that knows the broker by its certificate and has none itself. Whoever else is there may overhear and answer: the claim's secret is never sent, and what does not
/// prove that it knows the claim is neither a certificate nor a refusal. Each connection asks under another id, which is its client id too, so that an access list can keep its two topics for it.
/// </summary>
/// <param name="connection">Gives the connection for a client id.</param>
/// <param name="store">This store.</param>
/// <param name="claim">What was typed.</param>
/// <param name="time">The clock of the patience.</param>
/// <param name="tell">Hears, a line each, how it goes.</param>
internal sealed class CertificateDialogue(Func<string, MosquittoOptions> connection, string store, ClaimCode claim, TimeProvider time, Action<string> tell)
{
    /// <summary>A person waits at the terminal and wants to see that it lives.</summary>
    private static readonly TimeSpan StillAfter = TimeSpan.FromSeconds(10);

    /// <summary>MQTT 5 §3.4.2.1, no matching subscribers; some brokers say it.</summary>
    private const int NobodyListens = 0x10;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private readonly Doubts doubts = new(tell);

    /// <summary>Asks until there is an answer that can be believed.</summary>
    /// <param name="request">PKCS#10, PEM.</param>
    /// <param name="patience">For all of it.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<CertificateOutcome> AskAsync(string request, TimeSpan patience, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        MqttFailure? last = null;
        try
        {
            while (true)
            {
                var (answer, failure) = await OnceAsync(request, patience, both.Token).ConfigureAwait(false);
                if (answer is not null) return answer.Certificate is { } certificate ? new(certificate, null) : new(null, $"Refused: {answer.Text ?? answer.Reason} ({answer.Reason}).");
                last = failure;
                tell($"{failure!.Detail}");
                if (!Passes(failure.Kind)) return new(null, null) { Failure = failure };
                await Task.Delay(Rest, time, both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            var why = $"Nobody who knows the claim answered within {patience.TotalSeconds:0} s.";
            return doubts.Last is { } said ? new(null, $"{why} Somebody said, and could not prove it: {said}.") : new(null, why) { Failure = last };
        }
    }

    /// <summary>A broker that restarts or a line that comes back is worth waiting for; a certificate or a login that is wrong stays so.</summary>
    private static bool Passes(MqttFailureKind kind) => kind is MqttFailureKind.NameNotResolved or MqttFailureKind.ConnectionRefused or MqttFailureKind.Unreachable or MqttFailureKind.TimedOut
        or MqttFailureKind.ConnectionLost or MqttFailureKind.Dismissed or MqttFailureKind.SessionTakenOver;

    private async Task<(CertificateAnswerMessage? Answer, MqttFailure? Failure)> OnceAsync(string request, TimeSpan patience, CancellationToken stop)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var topics = new Topics(store);
        var answered = new TaskCompletionSource<CertificateAnswerMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = new MosquittoClient(connection(id), message => Hear(message, topics.CertificateAnswer(id), id, request, answered), time);
        await using (client.ConfigureAwait(false))
        {
            try
            {
                await client.ConnectAsync(stop).ConfigureAwait(false);
            }
            catch (MqttFailureException fault)
            {
                return (null, fault.Failure);
            }

            var heard = await client.SubscribeAsync(topics.CertificateAnswer(id), MqttQos.AtLeastOnce).WaitAsync(stop).ConfigureAwait(false);
            if (heard.IsRefused) return (null, Forbidden(topics.CertificateAnswer(id), heard));
            var message = new CertificateRequestMessage(id, claim.Id, request, null, CertificateProof.By(claim, CertificateProof.OfRequest(store, id, claim.Id, request, null)));
            var sent = await client.PublishAsync(new(topics.CertificateRequest(id), JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Default.CertificateRequestMessage)) { ContentType = "application/json" })
                .WaitAsync(stop).ConfigureAwait(false);
            if (sent.IsRefused) return (null, Forbidden(topics.CertificateRequest(id), sent));
            tell($"Asked with claim {claim.Id}; waiting for the answer, at most {patience.TotalSeconds:0} s in all.");
            if (sent.Code == NobodyListens) tell("Nobody listens for such requests at this broker at the moment.");
            while (true)
            {
                var first = await Task.WhenAny(answered.Task, client.Ended, Task.Delay(StillAfter, time, stop)).ConfigureAwait(false);
                if (first == answered.Task) return (await answered.Task.ConfigureAwait(false), null);
                stop.ThrowIfCancellationRequested();
                if (first == client.Ended) return (null, await client.Ended.ConfigureAwait(false));
                tell("Still waiting.");
            }
        }
    }

    /// <summary>On the network thread.</summary>
    private void Hear(MqttMessage message, string topic, string id, string request, TaskCompletionSource<CertificateAnswerMessage> answered)
    {
        if (message.Topic != topic) return;
        CertificateAnswerMessage? answer;
        try
        {
            answer = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.CertificateAnswerMessage);
        }
        catch (JsonException)
        {
            answer = null;
        }

        if (answer is null || answer.Id != id || answer.Result is not ("issued" or "refused") || (answer.Result == "issued") != (answer.Certificate is not null))
        {
            doubts.Hear("an answer that is not as the contract says");
            return;
        }

        var proven = CertificateProof.OfAnswer(store, id, request, answer.Result, answer.Reason, answer.Text, answer.Certificate);
        if (answer.Proof is { } proof && CertificateProof.IsBy(claim, proven, proof)) answered.TrySetResult(answer);
        else doubts.Hear(answer.Certificate is not null ? "a certificate" : $"{answer.Reason}, {answer.Text}");
    }

    private static MqttFailure Forbidden(string topic, MqttReason reason) =>
        new(MqttFailureKind.Refused, reason.Code, $"the broker refuses {topic} (reason {reason.Code}): its access list must let a client write certificate-request/ and read certificate-answer/ behind its own client id");
}

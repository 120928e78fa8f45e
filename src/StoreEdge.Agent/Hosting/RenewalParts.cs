using System.Text.Json;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Hosting;

/// <summary>The renewal of the device's certificate over the standing link: what is asked goes up there, the answer comes down there, and the trial is a connection beside it.</summary>
internal sealed class RenewalParts
{
    /// <summary>An authority signs within a second; one that a person must nod to is asked again later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Topics topics;
    private readonly BrokerLink link;
    private readonly TimeProvider time;

    // Loop and inbox are two threads; what is awaited is one request at a time.
    private volatile Pending? awaited;

    private RenewalParts(StoreId store, BrokerLink link, TimeProvider time) => (topics, this.link, this.time) = (new(store.Value), link, time);

    /// <summary>Registers for the answers; before the link runs. The identity's file is the one that the link uses, or nobody would notice what is swapped.</summary>
    /// <returns>The loop; null where the configuration, or a state directory that something stands in for, leaves the renewal to others.</returns>
    public static RenewalLoop? Open(
        BrokerOptions broker, StoreId store, string stateDirectory, BrokerLink link, Func<DateTimeOffset?> now, VerificationClock verification, HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        var identity = new DeviceIdentity(stateDirectory);
        if (!broker.Renews || Path.GetFullPath(broker.Tls!.CertificateFile!) != Path.GetFullPath(identity.File)) return null;
        var parts = new RenewalParts(store, link, time);
        link.Handle(parts.topics.CertificateAnswer("+"), parts.Hear);
        var trial = new CertificateTrial(store.Value, broker, verification, time);
        return new(
            identity, store,
            new(now, parts.AskAsync, async (pair, stop) => (await trial.RefusalAsync(pair, "renewal", stop, broker.Places.FirstOrDefault(p => p.ToString() == link.Status.Broker)).ConfigureAwait(false))?.Detail),
            health, time, new Random(), logs.CreateLogger<RenewalLoop>());
    }

    private async Task<CertificateOutcome> AskAsync(CertificateRequestMessage message, CancellationToken stop)
    {
        var pending = new Pending(message.Id);
        awaited = pending;
        try
        {
            var sent = await link.PublishAsync(new(topics.CertificateRequest(message.Id), JsonSerializer.SerializeToUtf8Bytes(message, ContractsJson.Default.CertificateRequestMessage)) { ContentType = "application/json" }, stop)
                .ConfigureAwait(false);
            if (sent.IsRefused) return new(null, $"The broker refuses the request (reason {sent.Code}): its access list must let this store write certificate-request/ and read certificate-answer/.");
            if (!sent.IsAccepted) return new(null, "There was no connection to the broker.");
            var answer = await pending.Answer.Task.WaitAsync(Patience, time, stop).ConfigureAwait(false);
            return answer.Certificate is { } certificate ? new(certificate, null) : new(null, $"Central refuses: {answer.Text ?? answer.Reason} ({answer.Reason}).");
        }
        catch (TimeoutException)
        {
            return new(null, $"Central did not answer within {Patience.TotalSeconds:0} s.");
        }
        finally
        {
            awaited = null;
        }
    }

    private ValueTask Hear(MqttMessage message, CancellationToken stop)
    {
        var answer = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.CertificateAnswerMessage) ?? throw new FormatException("null is no message");
        if (message.Topic != topics.CertificateAnswer(answer.Id)) throw new FormatException("its topic names another request than the message does");
        // One for a request of a former run, or of `storeedge enroll`, is nobody's here.
        if (awaited is { } pending && pending.Id == answer.Id) pending.Answer.TrySetResult(answer);
        return ValueTask.CompletedTask;
    }

    private sealed record Pending(string Id)
    {
        public TaskCompletionSource<CertificateAnswerMessage> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

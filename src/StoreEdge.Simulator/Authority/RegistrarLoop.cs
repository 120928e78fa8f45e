using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Authority;

/// <summary>Answers requests for certificates at a broker, one at a time, until it is stopped; comes back after the broker did.</summary>
internal sealed class RegistrarLoop(MosquittoOptions connection, Registrar registrar, TimeProvider time, Action<string> tell)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken stop)
    {
        var pause = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var waiting = Channel.CreateBounded<MqttMessage>(new BoundedChannelOptions(1000) { SingleReader = true });
            var client = new MosquittoClient(connection, m => waiting.Writer.TryWrite(m), time);
            await using (client.ConfigureAwait(false))
            {
                try
                {
                    await client.ConnectAsync(stop).ConfigureAwait(false);
                    var granted = await client.SubscribeAsync(Topics.EveryStoresCertificateRequests, MqttQos.AtLeastOnce).WaitAsync(stop).ConfigureAwait(false);
                    if (granted.IsRefused) throw new NotSupportedException($"the broker refuses the subscription to {Topics.EveryStoresCertificateRequests} (reason {granted.Code})");
                    tell($"Answers requests at {connection.Host}:{connection.Port}");
                    pause = TimeSpan.Zero;
                    using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
                    var answering = AnswerAsync(client, waiting.Reader, over.Token);
                    await Task.WhenAny(client.Ended, answering).WaitAsync(stop).ConfigureAwait(false);
                    await over.CancelAsync().ConfigureAwait(false);
                    await answering.ConfigureAwait(false);
                }
                catch (MqttFailureException fault) when (fault.Failure.Kind is not (MqttFailureKind.LibraryMissing or MqttFailureKind.BadOption or MqttFailureKind.TlsFiles))
                {
                    if (pause == TimeSpan.Zero) tell($"No connection: {fault.Failure.Detail}");
                }
                catch (OperationCanceledException)
                {
                    // Stopped, or the connection is over; the loop knows.
                }
            }

            pause = TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, TimeSpan.FromMilliseconds(100).Ticks, LongestPause.Ticks));
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerAsync(MosquittoClient client, ChannelReader<MqttMessage> waiting, CancellationToken stop)
    {
        await foreach (var message in waiting.ReadAllAsync(stop).ConfigureAwait(false))
        {
            if (!Topics.TryParse(message.Topic, out var topic)) continue;
            CertificateRequestMessage? asked = null;
            try
            {
                asked = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.CertificateRequestMessage);
            }
            catch (JsonException fault)
            {
                tell($"{topic.StoreId} {topic.Name}: not as the contract says: {fault.Message}");
            }

            if (asked is null) continue;
            var (answer, told) = registrar.Judge(topic.StoreId, topic.Name, asked);
            var payload = JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.CertificateAnswerMessage);
            var taken = await client.PublishAsync(new(new Topics(topic.StoreId).CertificateAnswer(topic.Name), payload) { ContentType = "application/json", Expiry = TimeSpan.FromMinutes(10) }).WaitAsync(stop).ConfigureAwait(false);
            if (taken.IsAccepted) told();
            tell($"{topic.StoreId} {(asked.Claim is null ? "successor" : $"claim {asked.Claim}")} {topic.Name}: {answer.Result}{(answer.Reason is null ? "" : $", {answer.Reason}: {answer.Text}")}");
        }
    }
}

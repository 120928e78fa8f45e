using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Desired;

/// <summary>Keeps the retained <c>state/config</c> true: on every connection, and whenever something became of a desired document.</summary>
internal sealed class ConfigStateRelay
{
    private readonly Topics topics;
    private readonly BrokerLink link;
    private readonly Func<ConfigStateMessage> state;
    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public ConfigStateRelay(string storeId, BrokerLink link, Func<ConfigStateMessage> state) => (topics, this.link, this.state) = (new(storeId), link, state);

    /// <summary>Something changed.</summary>
    public void Change() => changes.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var session = await link.OnlineAsync(stop).ConfigureAwait(false);
            while (!session.Ended.IsCompleted)
            {
                var pending = await session.SendAsync(Message(), stop).ConfigureAwait(false);
                await pending.Answer.WaitAsync(stop).ConfigureAwait(false);
                await Task.WhenAny(session.Ended, changes.Reader.WaitToReadAsync(stop).AsTask()).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                changes.Reader.TryRead(out _);
            }
        }
    }

    private MqttMessage Message() =>
        new(topics.ConfigState, JsonSerializer.SerializeToUtf8Bytes(state(), ContractsJson.Default.ConfigStateMessage)) { Retain = true, ContentType = "application/json" };
}

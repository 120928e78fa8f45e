using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// What waits to be sent: one acknowledgement per journal, since a later one says what an older one said, and a bounded number of other messages, of which the
/// oldest give way. The table must never wait for the broker, or a full inbox would hold up the very thread that brings the broker's answer.
/// </summary>
internal sealed class Outgoing
{
    private const int MostMessages = 1024;

    /// <summary>Unanswered at a time; mosquitto's own Receive Maximum. One at a time would be 50 stores a second over a road of 20 ms.</summary>
    private const int Window = 20;

    private readonly Lock gate = new();
    private readonly Dictionary<JournalId, (long Seq, bool InUse)> acknowledgements = [];
    private readonly Queue<MqttMessage> messages = new();
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long dropped;

    /// <summary>Messages that gave way.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Says how far a journal is held.</summary>
    /// <param name="journal">Which.</param>
    /// <param name="seq">Up to and including this number.</param>
    /// <param name="inUse">Whether it is the store's present journal.</param>
    public void Acknowledge(JournalId journal, long seq, bool inUse)
    {
        lock (gate) acknowledgements[journal] = (Math.Max(seq, acknowledgements.GetValueOrDefault(journal).Seq), inUse);
        signal.Writer.TryWrite(true);
    }

    public void Send(MqttMessage message)
    {
        lock (gate)
        {
            if (messages.Count == MostMessages)
            {
                messages.Dequeue();
                Interlocked.Increment(ref dropped);
            }

            messages.Enqueue(message);
        }

        signal.Writer.TryWrite(true);
    }

    /// <summary>Hands everything to the link of the moment, until it is stopped.</summary>
    /// <param name="link">
    /// The connection, or null where there is none: then nothing is lost, for acknowledgements are said again on the next, commands are repeated, and an answer
    /// to an arrival long past is of no use.
    /// </param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Func<MosquittoClient?> link, CancellationToken stop)
    {
        var unanswered = new Queue<Task>();
        try
        {
            await foreach (var _ in signal.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                foreach (var message in Due())
                {
                    if (link() is not { } client) continue;
                    unanswered.Enqueue(client.PublishAsync(message));
                    if (unanswered.Count == Window) await unanswered.Dequeue().WaitAsync(stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private List<MqttMessage> Due()
    {
        lock (gate)
        {
            // One topic holds one retained message: the journal in use must be the last word, and a former one is only said to whoever is there.
            List<MqttMessage> due = [.. acknowledgements.OrderBy(a => a.Value.InUse).Select(a => Json(a.Key, a.Value.Seq, a.Value.InUse)), .. messages];
            acknowledgements.Clear();
            messages.Clear();
            return due;
        }
    }

    private static MqttMessage Json(JournalId journal, long seq, bool retain) =>
        new(new Topics(journal.StoreId).Ack, JsonSerializer.SerializeToUtf8Bytes(new(journal.Epoch, seq), ContractsJson.Default.AckMessage)) { Retain = retain, ContentType = "application/json" };
}

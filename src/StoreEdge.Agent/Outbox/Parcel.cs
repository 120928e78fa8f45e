using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Outbox;

/// <summary>Where the events of a parcel come from.</summary>
internal enum ParcelOrigin
{
    /// <summary>The journal: new events, and those that central has not acknowledged.</summary>
    Journal,

    /// <summary>What a former journal left that central has not acknowledged.</summary>
    Former,

    /// <summary>Central asked for them again.</summary>
    Replay,

    /// <summary>Dead letters that are tried again.</summary>
    DeadLetters,
}

/// <summary>A queue of the backlog.</summary>
/// <param name="Origin">Where its events come from.</param>
/// <param name="Epoch">The journal that their numbers belong to.</param>
internal readonly record struct ParcelQueue(ParcelOrigin Origin, Guid Epoch);

/// <summary>One message of the outbox: an event on its own topic, or a batch.</summary>
/// <param name="Queue">What it was taken from.</param>
/// <param name="Run">The numbers that are told with it; those of which no event is held were declared.</param>
/// <param name="Events">Its events; their data may be empty in a batch, for it is in the message.</param>
/// <param name="Message">Null where the run held no event.</param>
internal sealed record Parcel(ParcelQueue Queue, SeqRun Run, IReadOnlyList<StoredEvent> Events, MqttMessage? Message)
{
    public bool IsBatch => Events.Count > 1;
}

/// <summary>Makes messages of events, with buffers that serve one message after the other: the library copies a payload when it takes it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A MemoryStream holds nothing that needs disposing.")]
internal sealed class ParcelMaker(string storeId)
{
    private readonly Topics topics = new(storeId);
    private readonly ArrayBufferWriter<byte> envelope = new(1024);
    private readonly MemoryStream packed = new();

    /// <summary>An event on its own topic.</summary>
    public Parcel Single(ParcelQueue queue, SeqRun run, StoredEvent stored)
    {
        Write(queue.Epoch, stored);
        return new(queue, run, [stored], new(topics.Event(stored.Type), envelope.WrittenMemory) { ContentType = EventEnvelope.ContentType });
    }

    /// <summary>As many of the events as a batch takes; one alone goes on its own topic.</summary>
    /// <param name="queue">What they were taken from.</param>
    /// <param name="run">The numbers that the events were looked for in.</param>
    /// <param name="events">In order, all within <paramref name="run"/>.</param>
    /// <param name="isAll">Whether the run holds no more than these.</param>
    public Parcel Batch(ParcelQueue queue, SeqRun run, IReadOnlyList<StoredEvent> events, bool isAll)
    {
        var count = events.Count;
        while (count > 1)
        {
            var packedEvents = Pack(queue.Epoch, events, count);
            if (packed.Length <= BatchSize.MostBytes && packedEvents > 1)
            {
                return new(queue, Covered(run, events, packedEvents, isAll), [.. events.Take(packedEvents).Select(e => e with { Data = default })],
                    new(topics.EventBatch, packed.GetBuffer().AsMemory(0, (int)packed.Length)) { ContentType = EventEnvelope.BatchContentType });
            }

            count = packedEvents / 2;
        }

        return Single(queue, Covered(run, events, 1, isAll), events[0]);
    }

    private static SeqRun Covered(SeqRun run, IReadOnlyList<StoredEvent> events, int taken, bool isAll) =>
        taken == events.Count && isAll ? run : run with { Last = events[taken - 1].Seq };

    /// <summary>Packs events up to a count and to <see cref="BatchSize.MostRawBytes"/>; says how many went in.</summary>
    private int Pack(Guid epoch, IReadOnlyList<StoredEvent> events, int count)
    {
        packed.SetLength(0);
        var (raw, taken) = (2, 0);
        // Fastest: the default level makes a batch of arrivals an eighth smaller, which a store's processor should not have to pay for.
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.WriteByte((byte)'[');
            for (; taken < count; taken++)
            {
                Write(epoch, events[taken]);
                if (taken > 0 && raw + 1 + envelope.WrittenCount > BatchSize.MostRawBytes) break;
                if (taken > 0) gzip.WriteByte((byte)',');
                gzip.Write(envelope.WrittenSpan);
                raw += envelope.WrittenCount + 1;
            }

            gzip.WriteByte((byte)']');
        }

        return taken;
    }

    private void Write(Guid epoch, StoredEvent stored)
    {
        envelope.ResetWrittenCount();
        new EventEnvelope(
            storeId, epoch, stored.Seq, stored.Type, stored.Time, stored.RecordedTime, stored.BootId, stored.MonotonicMilliseconds, stored.TimeQuality, stored.Data).Write(envelope);
    }
}

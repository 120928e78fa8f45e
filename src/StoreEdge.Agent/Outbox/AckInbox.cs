using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Outbox;

/// <summary>Takes central's acknowledgements: into the journal, into a former one, or as a warning where they cannot be right.</summary>
internal sealed class AckInbox(JournalStore journal, FormerJournals formers, HealthBoard health, TimeProvider time)
{
    private long lastTicks;

    /// <summary>When central last acknowledged more than before, by the wall clock; null before the first.</summary>
    public DateTimeOffset? LastAt => Interlocked.Read(ref lastTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Takes one.</summary>
    /// <returns>Whether central holds more than before.</returns>
    /// <exception cref="FormatException">It is no acknowledgement.</exception>
    /// <exception cref="JsonException">It is no acknowledgement.</exception>
    public bool Take(MqttMessage message)
    {
        var ack = JsonSerializer.Deserialize(message.Payload.Span, ContractsJson.Default.AckMessage) ?? throw new FormatException("null is no acknowledgement");
        switch (CentralAck.Judge(ack, journal.Epoch, journal.LastSeq, journal.AcknowledgedSeq))
        {
            case AckVerdict.OtherEpoch when formers.Acknowledge(ack.Epoch, ack.Seq):
                return true;
            case AckVerdict.OtherEpoch:
                health.Raise("ack-other-epoch", Severity.Warning, $"Central acknowledged journal {ack.Epoch}, but this one is {journal.Epoch}.",
                    "Expected once after the journal was replaced. If it stays, central must begin a new table for the new epoch.");
                return false;
            case AckVerdict.BeyondLast:
                health.Raise("ack-beyond-last", Severity.Fault, $"Central acknowledged event {ack.Seq}, but the newest is {journal.LastSeq}.",
                    "Was an old copy of the disk restored? Move the journal away and restart, so that a new epoch begins; otherwise new events count as known ones.");
                return false;
            case var verdict:
                health.Clear("ack-other-epoch");
                health.Clear("ack-beyond-last");
                if (verdict != AckVerdict.Advances) return false;
                journal.Acknowledge(ack.Seq);
                Interlocked.Exchange(ref lastTicks, time.GetUtcNow().UtcTicks);
                return true;
        }
    }
}

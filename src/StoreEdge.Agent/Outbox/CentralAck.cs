using StoreEdge.Contracts;

namespace StoreEdge.Agent.Outbox;

/// <summary>What an acknowledgement from central amounts to.</summary>
internal enum AckVerdict
{
    /// <summary>Central holds more than before.</summary>
    Advances,

    /// <summary>Nothing new: retained from before, or overtaken.</summary>
    Known,

    /// <summary>It speaks of another journal.</summary>
    OtherEpoch,

    /// <summary>It claims an event that does not exist.</summary>
    BeyondLast,
}

/// <summary>Judges acknowledgements. They are cumulative and only ever advance, because rows at or below them may be deleted.</summary>
internal static class CentralAck
{
    /// <exception cref="FormatException">The number is negative.</exception>
    public static AckVerdict Judge(AckMessage ack, Guid epoch, long lastSeq, long acknowledgedSeq)
    {
        if (ack.Seq < 0) throw new FormatException($"'seq' must be 0 or more, not {ack.Seq}");
        if (ack.Epoch != epoch) return AckVerdict.OtherEpoch;
        if (ack.Seq > lastSeq) return AckVerdict.BeyondLast;
        return ack.Seq > acknowledgedSeq ? AckVerdict.Advances : AckVerdict.Known;
    }
}

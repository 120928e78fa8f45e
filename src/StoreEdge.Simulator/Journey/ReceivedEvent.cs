using StoreEdge.Contracts;

namespace StoreEdge.Simulator.Journey;

/// <summary>One event as it came in, alone or in a batch.</summary>
/// <param name="Envelope">Parsed.</param>
/// <param name="Data">Parsed; null where it is of a type, or a shape, that this version does not know. It is kept all the same.</param>
/// <param name="Utf8">The envelope as received.</param>
/// <param name="ReceivedAt">When the service received it, by its own clock.</param>
internal sealed record ReceivedEvent(EventEnvelope Envelope, IEventData? Data, ReadOnlyMemory<byte> Utf8, DateTimeOffset ReceivedAt)
{
    /// <summary>Why the data break the contract of a type that is known; null where they do not.</summary>
    public string? Fault { get; init; }

    public JournalId Journal => new(Envelope.StoreId, Envelope.Epoch);
}

/// <summary>One journal of one store: what numbers belong to.</summary>
internal readonly record struct JournalId(string StoreId, Guid Epoch);

using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>A pseudonymised observation: the only thing about a radio frame that leaves Sensing.</summary>
/// <param name="Subject">Who.</param>
/// <param name="Receiver">Which radio heard them.</param>
/// <param name="Rssi">dBm, −127 to +20; <see cref="RssiUnknown"/> where the controller did not say, which proves presence but not nearness.</param>
/// <param name="At">When.</param>
/// <param name="Assurance">How sure the identifier is.</param>
/// <param name="Household">Whom they come with, where that is known.</param>
/// <param name="Suspicion">What speaks against it.</param>
/// <param name="Proof">Which window of a rotating id was heard; null for ids that do not rotate.</param>
public readonly record struct Sighting(
    Pseudonym Subject, ReceiverId Receiver, sbyte Rssi, Instant At, Assurance Assurance, Pseudonym? Household = null, Suspicion Suspicion = Suspicion.None, string? Proof = null)
{
    /// <summary>What HCI says for "not available".</summary>
    public const sbyte RssiUnknown = 127;
}

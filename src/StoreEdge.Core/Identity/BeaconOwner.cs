namespace StoreEdge.Core.Identity;

/// <summary>What an enrolled device is to the store.</summary>
public enum BeaconRole
{
    /// <summary>A customer carries it.</summary>
    Customer,

    /// <summary>Staff carry it: known, and left out of presence.</summary>
    Staff,

    /// <summary>It belongs to the building: known, and left out of presence.</summary>
    Fixed,
}

/// <summary>Why an identifier may not come from its owner's device.</summary>
public enum Suspicion : byte
{
    /// <summary>Nothing speaks against it.</summary>
    None,

    /// <summary>A rotating id was heard that this device had left behind: somebody plays a recording.</summary>
    Replayed,

    /// <summary>One id is sent from two addresses at once: one of them is a copy.</summary>
    Cloned,
}

/// <summary>Who is behind an enrolled device.</summary>
/// <param name="Subject">The pseudonym under which everything after Sensing knows them.</param>
/// <param name="Role">Only <see cref="BeaconRole.Customer"/> takes part in presence.</param>
/// <param name="Assurance">How sure the device's kind of id is; low wherever there is a suspicion.</param>
/// <param name="Household">The household's pseudonym, where one is known.</param>
/// <param name="Suspicion">What speaks against it.</param>
/// <param name="Proof">Which window of a rotating id was heard, in a form that says nothing else (<see cref="PseudonymKey.OfWindow"/>); null for ids that do not rotate.</param>
public readonly record struct BeaconOwner(
    Pseudonym Subject, BeaconRole Role, Assurance Assurance, Pseudonym? Household, Suspicion Suspicion = Suspicion.None, string? Proof = null);

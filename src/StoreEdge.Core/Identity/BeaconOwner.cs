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

/// <summary>Who is behind an enrolled beacon.</summary>
/// <param name="Subject">The pseudonym under which everything after Sensing knows them.</param>
/// <param name="Role">Only <see cref="BeaconRole.Customer"/> takes part in presence.</param>
/// <param name="Assurance">How sure the beacon's kind of id is.</param>
/// <param name="Household">The household's pseudonym, where one is known.</param>
public sealed record BeaconOwner(Pseudonym Subject, BeaconRole Role, Assurance Assurance, Pseudonym? Household);

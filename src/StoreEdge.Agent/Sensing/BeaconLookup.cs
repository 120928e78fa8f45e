using System.Security.Cryptography;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing;

/// <summary>Tells whose device was heard; false where it is not enrolled. Called for each frame of the air, from several threads: it must not allocate for strangers.</summary>
internal delegate bool BeaconLookup(in Heard heard, out BeaconOwner owner);

/// <summary>Counts every beacon as enrolled, each as its own subject under a key that everybody knows: for looking into recordings, never for a store.</summary>
internal sealed class AnyBeacon
{
    private const int MostRemembered = 100_000;
    // Not a secret: whoever holds a recording holds the ids themselves, and two runs over it must name the same subjects alike.
    private readonly PseudonymKey key = new(1, SHA256.HashData("storeedge replay --enrol any"u8));
    private readonly Dictionary<BeaconId, BeaconOwner> owners = [];

    public bool TryFind(in Heard heard, out BeaconOwner owner)
    {
        var beacon = heard.Beacon;
        if (owners.TryGetValue(beacon, out owner)) return true;
        if (beacon.Format == BeaconFormat.Other) return false;
        if (owners.Count == MostRemembered) owners.Clear();
        var assurance = beacon.Format == BeaconFormat.EddystoneEid ? Assurance.Medium : Assurance.Low;
        owners.Add(beacon, owner = new(key.OfBeacon(beacon.ToString()), BeaconRole.Customer, assurance, null));
        return true;
    }
}

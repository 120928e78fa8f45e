using System.Collections.Frozen;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>
/// Which beacons are known, and whose they are. Each content is immutable and swapped as a whole, so a look-up sees either the old one or the new one; look-ups are O(1),
/// lock-free and allocate nothing. Customer numbers are turned into pseudonyms when the registry is built and are not kept.
/// </summary>
public sealed class EnrolmentRegistry
{
    private readonly PseudonymKey key;
    private readonly TimeProvider time;
    private Content content = Content.Empty;

    /// <summary>An empty registry.</summary>
    /// <param name="key">The tenant's key.</param>
    /// <param name="time">The wall clock, which rotating ids follow.</param>
    public EnrolmentRegistry(PseudonymKey key, TimeProvider time) => (this.key, this.time) = (key, time);

    /// <summary>The version of the content, as its author numbers it; 0 while there is none.</summary>
    public long Version => Volatile.Read(ref content).Version;

    /// <summary>How many beacons are known.</summary>
    public int Beacons => Volatile.Read(ref content).Owners.Count;

    /// <summary>Puts <paramref name="list"/> in place of what was known.</summary>
    public void Replace(EnrolmentList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        Dictionary<BeaconId, BeaconOwner> owners = [];
        Dictionary<string, Pseudonym> logins = new(StringComparer.Ordinal);
        foreach (var entry in list.Entries)
        {
            var subject = key.OfCustomer(entry.Customer);
            Pseudonym? household = entry.Household is { } name ? key.OfCustomer($"household/{name}") : null;
            if (entry.LoyaltyNumber is { } number) logins[key.OfLogin(number)] = subject;
            foreach (var beacon in entry.Beacons) owners[beacon] = new(subject, entry.Role, AssuranceOf(beacon), household);
        }

        Volatile.Write(ref content, new(list.Version, owners.ToFrozenDictionary(), logins.ToFrozenDictionary(StringComparer.Ordinal)));
    }

    /// <summary>Whose device was heard; false where it is not enrolled. From any thread; allocates nothing for strangers.</summary>
    public bool TryFind(in Heard heard, out BeaconOwner owner) => Volatile.Read(ref content).Owners.TryGetValue(heard.Beacon, out owner);

    /// <summary>Who typed this (a loyalty number); false where nobody of that number is enrolled.</summary>
    public bool TryFindLogin(string typed, out Pseudonym subject) => Volatile.Read(ref content).Logins.TryGetValue(key.OfLogin(typed), out subject);

    internal static Assurance AssuranceOf(BeaconId beacon) => beacon.Format == BeaconFormat.EddystoneEid ? Assurance.Medium : Assurance.Low;

    private sealed record Content(long Version, FrozenDictionary<BeaconId, BeaconOwner> Owners, FrozenDictionary<string, Pseudonym> Logins)
    {
        internal static readonly Content Empty =
            new(0, FrozenDictionary<BeaconId, BeaconOwner>.Empty, FrozenDictionary<string, Pseudonym>.Empty);
    }
}

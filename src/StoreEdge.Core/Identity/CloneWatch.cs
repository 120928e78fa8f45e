using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>
/// Notices that an id which never changes is sent from two addresses at once: one receiver hears one address, another, and the first again within ten seconds. A device that
/// merely got a new address never goes back to the old one. Only addresses that are meant to last take part (public, and random static ones: two uppermost bits 11), so a phone
/// that rotates its address is left alone. For one receiver, on its thread; known beacons only, addresses only as long as they matter.
/// </summary>
public sealed class CloneWatch
{
    // Two beacons at the usual 1 s or less alternate within two or three seconds; a slow one of 3 s still within ten.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(10);

    // Who stands beside a copy is suspect as long as the copy may only be shielded for a while.
    private static readonly TimeSpan Suspect = TimeSpan.FromMinutes(10);
    private const int MostWatched = 16_384;
    private const byte PublicAddress = 0, RandomAddress = 1;

    private readonly Dictionary<BeaconId, Watched> watched = [];

    /// <summary>How often an id was found to come from two devices.</summary>
    public long Found { get; private set; }

    /// <summary>Takes that a known beacon was heard; whether it is suspected to have a copy.</summary>
    public bool IsCloned(in Heard heard)
    {
        if (heard.AddressType != PublicAddress && !(heard.AddressType == RandomAddress && heard.Address.Bits >> 46 == 0b11)) return false;
        if (heard.Beacon.Format is BeaconFormat.Other or BeaconFormat.EddystoneEid) return false;
        if (watched.Count >= MostWatched) watched.Clear();
        ref var known = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(watched, heard.Beacon, out _);
        var source = new Source(heard.Address, heard.AddressType);
        if (source != known.Present)
        {
            // Of two kinds of address one device may have both: a legacy and an extended advertisement.
            if (source == known.Former && heard.At - known.FormerAt <= Together && known.Former.Type == known.Present.Type)
            {
                if (heard.At >= known.SuspectUntil) Found++;
                known.SuspectUntil = heard.At + Suspect;
            }

            (known.Former, known.FormerAt, known.Present) = (known.Present, known.PresentAt, source);
        }

        known.PresentAt = heard.At;
        return heard.At < known.SuspectUntil;
    }

    private readonly record struct Source(DeviceAddress Address, byte Type);

    private struct Watched
    {
        internal Source Present, Former;
        internal Instant PresentAt, FormerAt, SuspectUntil;
    }
}

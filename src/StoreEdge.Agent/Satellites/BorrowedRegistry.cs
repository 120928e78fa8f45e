using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Satellites;

/// <summary>
/// Who is known, as long as the store lends it: in memory only, never on disk, so that a satellite that is switched off and carried away knows nobody. Without it everybody
/// is a stranger.
/// </summary>
/// <param name="time">The store's wall clock, which rotating ids follow.</param>
internal sealed class BorrowedRegistry(TimeProvider time)
{
    // What the store has accepted is not judged again here: the most that its configuration may allow.
    private const int MostResolvable = 1000;
    private EnrolmentRegistry? registry;

    /// <summary>How many beacons are known.</summary>
    public int Beacons => Volatile.Read(ref registry)?.Beacons ?? 0;

    /// <summary>As <see cref="BeaconLookup"/>.</summary>
    public bool TryFind(in Heard heard, out BeaconOwner owner)
    {
        if (Volatile.Read(ref registry) is { } known) return known.TryFind(heard, out owner);
        owner = default;
        return false;
    }

    /// <summary>Takes what the store lends, in place of what was there.</summary>
    /// <exception cref="FormatException">It cannot be used; what was there stays. The message repeats nothing of it.</exception>
    public void Take(string key, ReadOnlyMemory<byte> document)
    {
        if (!EnrolmentList.TryParse(document, out var list, out var faults, MostResolvable)) throw new FormatException($"an enrolment list with faults: {faults[0]}");
        var next = new EnrolmentRegistry(PseudonymKeys.Parse(key), time);
        next.Replace(list);
        Volatile.Write(ref registry, next);
    }

    /// <summary>Lets its time pass; a few times a second.</summary>
    public void Turn() => Volatile.Read(ref registry)?.Turn();

    /// <summary>Gives it back.</summary>
    public void Forget() => Volatile.Write(ref registry, null);
}

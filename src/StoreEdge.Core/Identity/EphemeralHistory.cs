namespace StoreEdge.Core.Identity;

/// <summary>
/// Which window of each rotating device was the newest heard in this store, and since when. A beacon's counter only grows, and each window lasts as long as the registration
/// says: what goes back, or stays for longer, was recorded. In memory only; any thread may ask.
/// </summary>
internal sealed class EphemeralHistory(int devices)
{
    // Receivers and satellites hand over what they heard some packets apart: around a rotation the former window may still come.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    // Twice the 500 parts in a million by which either clock may be wrong.
    private const double ClockSlack = 1e-3;

    // Window + 1 in the upper half, the second in which it was first heard in the lower: one word, so that both always belong together.
    private readonly ulong[] newest = new ulong[devices];

    /// <summary>Takes that the device's id of a window was heard, and says whether it can have come from the device itself.</summary>
    public Suspicion Take(int device, uint window, TimeSpan length, Instant at)
    {
        var second = (uint)(at.Nanoseconds / 1_000_000_000);
        while (true)
        {
            var known = Volatile.Read(ref newest[device]);
            var (last, since) = (known >> 32, TimeSpan.FromSeconds(Math.Max(0L, second - (long)(uint)known)));
            if (window + 1UL > last)
            {
                if (Interlocked.CompareExchange(ref newest[device], window + 1UL << 32 | second, known) == known) return Suspicion.None;
                continue;
            }

            var allowed = window + 1UL == last ? length * (1 + ClockSlack) + Overlap : Overlap;
            return since <= allowed ? Suspicion.None : Suspicion.Replayed;
        }
    }

    public void Inherit(int device, EphemeralHistory former, int before) => newest[device] = Volatile.Read(ref former.newest[before]);
}

namespace StoreEdge.Core.Presence;

/// <summary>What a count of passing devices turned out to be.</summary>
public enum FootfallKind
{
    /// <summary>A number.</summary>
    Counted,

    /// <summary>Fewer than <see cref="Footfall.Floor"/>: how many exactly would say something about single people.</summary>
    Few,

    /// <summary>No number: devices change their addresses so much that it could be almost anything.</summary>
    Unreliable,
}

/// <summary>The count of one interval.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Count">Distinct devices, with <see cref="FootfallKind.Counted"/>; else null.</param>
/// <param name="Reason">Why there is no number, with <see cref="FootfallKind.Unreliable"/>: <c>address-rotation</c> or <c>too-many</c>; else null.</param>
public readonly record struct FootfallCount(FootfallKind Kind, int? Count, string? Reason);

/// <summary>
/// Counts distinct devices in one interval from tokens that mean nothing outside of it, and knows when the count is worth nothing. A device under a private address changes
/// it as it likes, so that P private addresses are anything from the most that were there at one time (all others being those again) to P devices. Where that leaves the
/// count open by more than a quarter, there is none. Most phones use private addresses: in a busy shop this is the usual answer, and an honest one.
/// </summary>
public sealed class Footfall
{
    /// <summary>A smaller count is told as "fewer than this".</summary>
    public const int Floor = 5;

    // At 16 bytes each about 4 MB with the table around them: more devices than fit before any door in a quarter of an hour.
    private const int MostTokens = 65_536;

    // Short beside the 15 minutes for which a private address is usually kept, so that hardly any device is under two addresses in one; long enough to hear each device once.
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    private const double OpenAtMost = 0.25;

    // Heard in so many of the interval's slots a device is part of the shop: a till, a television, the neighbour's router.
    private const double Staying = 0.8;

    private readonly Dictionary<ulong, Seen> seen = [];
    private readonly int[] privateInSlot;
    private bool overflowed;

    /// <summary>Begins an interval.</summary>
    /// <param name="length">How long it is, a minute at least.</param>
    public Footfall(TimeSpan length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.FromMinutes(1));
        privateInSlot = new int[(int)Math.Ceiling(length / Slot)];
    }

    /// <summary>Takes a device that was heard.</summary>
    /// <param name="token">Stands for its address in this interval only.</param>
    /// <param name="isPrivate">Whether the address is one that its device changes.</param>
    /// <param name="since">Since the interval began.</param>
    public void Take(ulong token, bool isPrivate, TimeSpan since)
    {
        var slot = (short)Math.Clamp((int)(since / Slot), 0, privateInSlot.Length - 1);
        if (!seen.TryGetValue(token, out var device))
        {
            if (seen.Count >= MostTokens)
            {
                overflowed = true;
                return;
            }

            device = new(isPrivate, -1, 0);
        }

        if (device.LastSlot == slot) return;
        seen[token] = new(device.IsPrivate, slot, (short)(device.Slots + 1));
        if (device.IsPrivate) privateInSlot[slot]++;
    }

    /// <summary>The count, which is all that remains.</summary>
    public FootfallCount Conclude()
    {
        var privates = seen.Values.Count(d => d.IsPrivate);
        var lasting = seen.Values.Count(d => !d.IsPrivate && d.Slots < Staying * privateInSlot.Length);
        var (least, most) = (lasting + privateInSlot.Max(), lasting + privates);
        seen.Clear();
        if (overflowed) return new(FootfallKind.Unreliable, null, "too-many");
        if (most < Floor) return new(FootfallKind.Few, null, null);
        if (most - least > OpenAtMost * most) return new(FootfallKind.Unreliable, null, "address-rotation");
        return new(FootfallKind.Counted, most, null);
    }

    private readonly record struct Seen(bool IsPrivate, short LastSlot, short Slots);
}

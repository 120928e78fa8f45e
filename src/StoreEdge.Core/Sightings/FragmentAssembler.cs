namespace StoreEdge.Core.Sightings;

/// <summary>
/// Puts extended advertisements together that a controller hands over in fragments. Bounded: a fixed number of advertisements at a time, each of at most the 1,650
/// bytes that the Core Specification allows; the oldest gives way. Everything is allocated once. Not for use by several threads.
/// </summary>
public sealed class FragmentAssembler
{
    /// <summary>The longest advertising data that Core Specification 5 allows.</summary>
    public const int MaximumLength = 1650;

    private readonly Slot[] slots;
    private long turn;

    /// <summary>Takes the bound.</summary>
    /// <param name="capacity">How many advertisements may be incomplete at a time.</param>
    public FragmentAssembler(int capacity = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        slots = new Slot[capacity];
        for (var i = 0; i < capacity; i++) slots[i] = new();
    }

    /// <summary>How many advertisements wait for their rest.</summary>
    public int Pending
    {
        get
        {
            var pending = 0;
            foreach (var slot in slots)
                if (slot.InUse)
                    pending++;
            return pending;
        }
    }

    /// <summary>How many gave way before they were complete, or grew too long.</summary>
    public long Abandoned { get; private set; }

    /// <summary>
    /// Takes the next report. True when an advertisement is whole: <paramref name="data"/> is then the report's own data or the fragments put together, valid until
    /// the next call. False while more is to come, or with a fault when the fragments are too long.
    /// </summary>
    public bool TryComplete(in AdvertisingReport report, out ReadOnlySpan<byte> data, out DecodeFault fault)
    {
        fault = default;
        data = report.Data;
        if (!report.IsExtended) return true;
        var slot = Find(report);
        if (slot is null)
        {
            if (report.Status != ReportDataStatus.MoreToCome) return true;
            slot = Claim(report);
        }

        if (slot.Length + report.Data.Length > MaximumLength)
        {
            fault = new(DecodeFaultKind.FragmentsTooLong, report.DataOffset, slot.Length + report.Data.Length, MaximumLength);
            slot.InUse = false;
            Abandoned++;
            return false;
        }

        report.Data.CopyTo(slot.Buffer.AsSpan(slot.Length));
        slot.Length += report.Data.Length;
        slot.Turn = ++turn;
        if (report.Status == ReportDataStatus.MoreToCome) return false;
        slot.InUse = false;
        data = slot.Buffer.AsSpan(0, slot.Length);
        return true;
    }

    private Slot? Find(in AdvertisingReport report)
    {
        foreach (var slot in slots)
            if (slot.InUse && slot.Address == report.Address && slot.AddressType == report.AddressType && slot.SetId == report.SetId)
                return slot;
        return null;
    }

    private Slot Claim(in AdvertisingReport report)
    {
        var chosen = slots[0];
        foreach (var slot in slots)
        {
            if (!slot.InUse)
            {
                chosen = slot;
                break;
            }

            if (slot.Turn < chosen.Turn) chosen = slot;
        }

        if (chosen.InUse) Abandoned++;
        chosen.InUse = true;
        chosen.Address = report.Address;
        chosen.AddressType = report.AddressType;
        chosen.SetId = report.SetId;
        chosen.Length = 0;
        return chosen;
    }

    private sealed class Slot
    {
        internal readonly byte[] Buffer = new byte[MaximumLength];
        internal bool InUse;
        internal DeviceAddress Address;
        internal byte AddressType;
        internal byte SetId;
        internal int Length;
        internal long Turn;
    }
}

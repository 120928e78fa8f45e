namespace StoreEdge.Core.Identity;

/// <summary>
/// A hash table from 64-bit ephemeral ids to entries, with open addressing. One thread writes; any number read at the same time without locks, allocation or waiting. An
/// entry answers only for exactly its id: what a reader finds is checked against the entry's full eight bytes, before and after. The ids are AES output and need no
/// further hashing.
/// </summary>
internal sealed class EphemeralSlots
{
    // A slot is one word, so that a reader sees all of it or nothing: 38 bits of the id, a mark for ids with two owners, and the entry + 2 (0 is empty, 1 was left).
    private const int TagShift = 26;
    private const ulong ContestedMark = 1UL << 25, EntryMask = ContestedMark - 1, Left = 1;
    private const uint NoWindow = uint.MaxValue;

    private readonly ulong[] ids;
    private readonly uint[] windows;
    private ulong[] slots;
    private int taken;
    private long contested;

    public EphemeralSlots(int entries)
    {
        if (entries > (int)EntryMask - 2) throw new ArgumentException($"{entries} entries are more than the {EntryMask - 2} that a slot can name", nameof(entries));
        ids = new ulong[entries];
        windows = new uint[entries];
        Array.Fill(windows, NoWindow);
        // Half full at most: a stranger's id is known as one after one or two slots.
        slots = new ulong[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(entries * 2, 16))];
    }

    /// <summary>How often an id with two owners was looked up.</summary>
    public long Contested => Interlocked.Read(ref contested);

    /// <summary>How often the table was made anew because too many slots had been left.</summary>
    public int Rebuilt { get; private set; }

    /// <summary>Which window the entry holds; the largest number for none.</summary>
    public uint WindowOf(int entry) => windows[entry];

    /// <summary>Which entry holds the id; false where none does, or two do.</summary>
    public bool TryFind(ulong id, out int entry, out uint window)
    {
        var table = Volatile.Read(ref slots);
        var mask = table.Length - 1;
        for (var i = (int)id & mask; ; i = i + 1 & mask)
        {
            var slot = Volatile.Read(ref table[i]);
            (entry, window) = ((int)(slot & EntryMask) - 2, 0);
            if (slot == 0) return false;
            if (slot >> TagShift != id >> TagShift || entry < 0) continue;
            window = Volatile.Read(ref windows[entry]);
            if (window == NoWindow || Volatile.Read(ref ids[entry]) != id || Volatile.Read(ref windows[entry]) != window) continue;
            if ((slot & ContestedMark) == 0) return true;
            Interlocked.Increment(ref contested);
            return false;
        }
    }

    /// <summary>Puts an id into the entry, in place of the one it held.</summary>
    public void Put(int entry, ulong id, uint window)
    {
        Clear(entry);
        Volatile.Write(ref ids[entry], id);
        Volatile.Write(ref windows[entry], window);
        // Seven in ten slots taken, half of them left: searches grow long.
        if (taken >= slots.Length / 10 * 7) Rebuild(entry);
        Insert(slots, entry, id);
    }

    /// <summary>Takes the entry's id out.</summary>
    public void Clear(int entry)
    {
        if (windows[entry] == NoWindow) return;
        var (id, mask) = (ids[entry], slots.Length - 1);
        var i = (int)id & mask;
        while ((int)(slots[i] & EntryMask) - 2 != entry) i = i + 1 & mask;
        var wasContested = (slots[i] & ContestedMark) != 0;
        Volatile.Write(ref windows[entry], NoWindow);
        if (slots[i + 1 & mask] != 0)
        {
            Volatile.Write(ref slots[i], Left);
        }
        else
        {
            // Nothing is searched for beyond here, so neither this slot nor left ones before it are needed any more.
            for (var free = i; free == i || slots[free] == Left; free = free - 1 & mask, taken--) Volatile.Write(ref slots[free], 0);
        }

        if (wasContested) Settle(id);
    }

    private void Insert(ulong[] table, int entry, ulong id)
    {
        var mask = table.Length - 1;
        var (free, mark) = (-1, 0UL);
        var i = (int)id & mask;
        for (; table[i] != 0; i = i + 1 & mask)
        {
            var other = (int)(table[i] & EntryMask) - 2;
            if (other < 0) free = free < 0 ? i : free;
            else if (ids[other] == id && windows[other] != NoWindow) (mark, table[i]) = (ContestedMark, table[i] | ContestedMark);
        }

        if (free < 0) (free, taken) = (i, taken + 1);
        Volatile.Write(ref table[free], id >> TagShift << TagShift | mark | (uint)(entry + 2));
    }

    /// <summary>Of those who share the id one has gone: the last one has it for itself.</summary>
    private void Settle(ulong id)
    {
        var (mask, last, count) = (slots.Length - 1, -1, 0);
        for (var i = (int)id & mask; slots[i] != 0; i = i + 1 & mask)
            if ((int)(slots[i] & EntryMask) - 2 is >= 0 and var other && ids[other] == id && windows[other] != NoWindow) (last, count) = (i, count + 1);
        if (count == 1) Volatile.Write(ref slots[last], slots[last] & ~ContestedMark);
    }

    private void Rebuild(int except)
    {
        var fresh = new ulong[slots.Length];
        taken = 0;
        Rebuilt++;
        for (var entry = 0; entry < ids.Length; entry++)
            if (windows[entry] != NoWindow && entry != except) Insert(fresh, entry, ids[entry]);
        Volatile.Write(ref slots, fresh);
    }
}

namespace StoreEdge.Core.Identity;

/// <summary>One enrolled device that sends Eddystone-EID.</summary>
/// <param name="IdentityKey">The 16 bytes shared with the beacon.</param>
/// <param name="RotationExponent">K, 0–15.</param>
/// <param name="RegisteredAt">When the beacon was registered.</param>
/// <param name="ClockAtRegistration">The beacon's own counter at that moment, in seconds.</param>
public sealed record EphemeralDevice(UInt128 IdentityKey, int RotationExponent, DateTimeOffset RegisteredAt, uint ClockAtRegistration)
{
    /// <summary>Without the key, which must not come into any text.</summary>
    public override string ToString() => $"Eddystone-EID, K = {RotationExponent}";
}

/// <summary>
/// The ids that the enrolled Eddystone-EID devices send now, in the two windows before and in the two after: computed ahead, so that a frame costs one look into a
/// hash table and no cryptography. One thread turns windows over (<see cref="Turn"/>), any number look ids up without locks and without allocating.
/// </summary>
internal sealed class EphemeralTable : IDisposable
{
    internal const int Windows = 5;
    private const int Reach = 2;
    private const uint NoWindow = uint.MaxValue;

    // Core Specification, volume 6, part B, 4.2.2: the worst sleep clock that a Bluetooth device may have is wrong by 500 parts in a million.
    private const double WorstClock = 500e-6;

    private readonly EphemeralId calculator = new();
    private readonly EphemeralSlots slots;
    private readonly byte[] keys;
    private readonly byte[] exponents;
    private readonly long[] zeros;      // Unix milliseconds at which the device's counter stood at 0
    private readonly uint[] registered; // Unix seconds
    private readonly long[] drifts;     // milliseconds by which its clock is found to be ahead
    private readonly PriorityQueue<int, long> due;
    private readonly System.Collections.Concurrent.ConcurrentQueue<int> learned = [];
    private long lastTurn;

    /// <summary>Computes all windows; called off the hot path.</summary>
    public EphemeralTable(IReadOnlyList<EphemeralDevice> devices, DateTimeOffset now)
    {
        var count = devices.Count;
        slots = new(count * Windows);
        (keys, exponents, zeros, registered, drifts) = (new byte[count * 16], new byte[count], new long[count], new uint[count], new long[count]);
        (History, due) = (new(count), new(count));
        for (var i = 0; i < count; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(keys.AsSpan(i * 16), devices[i].IdentityKey);
            exponents[i] = (byte)devices[i].RotationExponent;
            var at = devices[i].RegisteredAt.ToUnixTimeMilliseconds();
            zeros[i] = at - devices[i].ClockAtRegistration * 1000L;
            registered[i] = (uint)Math.Clamp(at / 1000, 0, uint.MaxValue);
        }
    }

    public int Count => exponents.Length;

    /// <summary>What was heard of each device.</summary>
    public EphemeralHistory History { get; }

    /// <summary>Ids that two devices would send at the same time, as often as one was heard: it names neither.</summary>
    public long Contested => slots.Contested;

    /// <summary>Whose id this is, and of which window; false for an id that no enrolled device sends in the five windows.</summary>
    public bool TryFind(ulong id, out int device, out uint window)
    {
        var found = slots.TryFind(id, out var entry, out window);
        device = entry / Windows;
        return found;
    }

    /// <summary>How long a window of this device lasts.</summary>
    public TimeSpan WindowOf(int device) => TimeSpan.FromSeconds(1L << exponents[device]);

    /// <summary>
    /// Learns from an id that the device surely sent just now how far its clock is from what was registered: by as much as the window demands and no more, and within a
    /// window plus what the worst Bluetooth clock can lose since the registration. What lies beyond is a reset or a fraud, and central's to correct.
    /// </summary>
    public void Learn(int device, uint window, DateTimeOffset now)
    {
        var length = 1000L << exponents[device];
        var (at, drift) = (now.ToUnixTimeMilliseconds(), Volatile.Read(ref drifts[device]));
        var believed = at - zeros[device] + drift;
        var (from, to) = (window * length, (window + 1L) * length - 1);
        if (believed >= from && believed <= to) return;
        var bound = length + (long)(Math.Max(at - registered[device] * 1000L, 0) * WorstClock);
        var better = Math.Clamp(drift + (believed < from ? from : to) - believed, -bound, bound);
        if (Interlocked.CompareExchange(ref drifts[device], better, drift) == drift && better != drift) learned.Enqueue(device);
    }

    /// <summary>How far the device's clock was found to be ahead.</summary>
    public TimeSpan DriftOf(int device) => TimeSpan.FromMilliseconds(Volatile.Read(ref drifts[device]));

    /// <summary>Fills the table; before anybody looks.</summary>
    public void Fill(DateTimeOffset now)
    {
        lastTurn = now.ToUnixTimeMilliseconds();
        for (var device = 0; device < Count; device++) Bring(device, lastTurn);
    }

    /// <summary>Turns over the devices whose next window has come, at most <paramref name="most"/>; the others wait for the next call, which two windows of reserve allow.</summary>
    /// <returns>How many were turned over.</returns>
    public int Turn(DateTimeOffset now, int most)
    {
        var at = now.ToUnixTimeMilliseconds();
        // A clock that was set back would let everybody wait for a moment that they had passed already.
        if (at < lastTurn - 1000) DueNow(at);
        lastTurn = at;
        var turned = 0;
        // Their own turn stays in the queue: it comes a little early or late, and puts itself right.
        for (; turned < most && learned.TryDequeue(out var device); turned++) Replace(device, at);
        for (; turned < most && due.TryPeek(out var device, out var moment) && moment <= at; turned++)
        {
            due.Dequeue();
            Bring(device, at);
        }

        return turned;
    }

    /// <summary>Takes over what <paramref name="former"/> knew of devices that are in both.</summary>
    public void Inherit(EphemeralTable former)
    {
        Dictionary<UInt128, int> known = new(former.Count);
        for (var i = 0; i < former.Count; i++) known[former.KeyOf(i)] = i;
        for (var i = 0; i < Count; i++)
        {
            if (!known.TryGetValue(KeyOf(i), out var before) || exponents[i] != former.exponents[before]) continue;
            History.Inherit(i, former.History, before);
            if (zeros[i] == former.zeros[before]) drifts[i] = Volatile.Read(ref former.drifts[before]);
        }
    }

    public void Dispose() => calculator.Dispose();

    private UInt128 KeyOf(int device) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(keys.AsSpan(device * 16));

    private void DueNow(long at)
    {
        due.Clear();
        for (var device = 0; device < Count; device++) due.Enqueue(device, at);
    }

    private void Bring(int device, long at)
    {
        var length = 1000L << exponents[device];
        due.Enqueue(device, at - Modulo(Replace(device, at), length) + length);
    }

    /// <summary>Puts those of the five windows into the table that are not there yet.</summary>
    /// <returns>The device's own time, in milliseconds.</returns>
    private long Replace(int device, long at)
    {
        var (exponent, believed) = (exponents[device], at - zeros[device] + Volatile.Read(ref drifts[device]));
        var last = uint.MaxValue >> exponent;
        var centre = (long)Math.Floor(believed / (double)(1000L << exponent));
        Span<ulong> id = stackalloc ulong[Windows];
        for (var window = centre - Reach; window <= centre + Reach; window++)
        {
            var entry = device * Windows + (int)Modulo(window, Windows);
            // Before the counter's beginning, and after its end, there is nothing to be heard.
            if (window < 0 || window > last || window == NoWindow)
            {
                slots.Clear(entry);
                continue;
            }

            if (slots.WindowOf(entry) == (uint)window) continue;
            var run = 1;
            while (window + run <= centre + Reach && window + run <= last && slots.WindowOf(device * Windows + (int)Modulo(window + run, Windows)) != (uint)(window + run)) run++;
            calculator.Compute(keys.AsSpan(device * 16, 16), exponent, (uint)window, id[..run]);
            for (var i = 0; i < run; i++) slots.Put(device * Windows + (int)Modulo(window + i, Windows), id[i], (uint)(window + i));
            window += run - 1;
        }

        return believed;
    }

    private static long Modulo(long value, long by) => (value % by + by) % by;
}

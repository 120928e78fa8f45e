using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Identity;

public sealed class EphemeralTableTests : IDisposable
{
    private static readonly DateTimeOffset Registered = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly EphemeralId calculator = new();
    private DateTimeOffset now = Registered.AddDays(20);

    [Fact]
    public void The_present_window_and_two_on_either_side_are_known_and_no_other()
    {
        var table = Table(Device(1, 10));
        var present = (uint)((now - Registered).TotalSeconds / 1024);
        for (var offset = -4; offset <= 4; offset++)
        {
            var window = (uint)(present + offset);
            Assert.Equal(Math.Abs(offset) <= 2, table.TryFind(Id(1, 10, window), out var device, out var found));
            if (Math.Abs(offset) <= 2) Assert.Equal((0, window), (device, found));
        }
    }

    [Fact]
    public void The_beacons_own_counter_counts()
    {
        var table = Table(Device(1, 4) with { ClockAtRegistration = 1_000_000 });
        var present = (uint)((now - Registered).TotalSeconds + 1_000_000) >> 4;
        Assert.True(table.TryFind(Id(1, 4, present), out _, out _));
        Assert.False(table.TryFind(Id(1, 4, present - 1_000_000 / 16), out _, out _));
    }

    [Fact]
    public void Each_device_is_turned_over_when_its_own_window_ends()
    {
        // Four lengths of window, 200 devices registered at different moments, a day of seconds in steps.
        EphemeralDevice[] devices = [.. Enumerable.Range(0, 200).Select(i => Device(i + 1, 3 + i % 4 * 3) with { RegisteredAt = Registered.AddSeconds(i * 37) })];
        var table = Table(devices);
        for (var step = 0; step < 400; step++)
        {
            now = now.AddSeconds(97);
            table.Turn(now, int.MaxValue);
            for (var i = step % 7; i < devices.Length; i += 7)
            {
                var window = Window(devices[i]);
                for (var offset = -2; offset <= 2; offset++)
                {
                    Assert.True(table.TryFind(Id(i + 1, devices[i].RotationExponent, (uint)(window + offset)), out var found, out _));
                    Assert.Equal(i, found);
                }

                Assert.False(table.TryFind(Id(i + 1, devices[i].RotationExponent, window - 3), out _, out _));
                Assert.False(table.TryFind(Id(i + 1, devices[i].RotationExponent, window + 3), out _, out _));
            }
        }
    }

    [Fact]
    public void Many_that_come_due_at_once_are_taken_in_portions_and_none_is_lost_meanwhile()
    {
        EphemeralDevice[] devices = [.. Enumerable.Range(1, 100).Select(i => Device(i, 10))];
        var table = Table(devices);
        now = now.AddSeconds(1024);
        Assert.Equal(30, table.Turn(now, 30));
        for (var i = 0; i < devices.Length; i++) Assert.True(table.TryFind(Id(i + 1, 10, Window(devices[i])), out _, out _));
        Assert.Equal((30, 30, 10, 0), (table.Turn(now, 30), table.Turn(now, 30), table.Turn(now, 30), table.Turn(now, 30)));
    }

    [Fact]
    public void An_id_of_two_devices_names_neither_and_is_counted_until_one_has_moved_on()
    {
        // The same key registered a window apart: what one sends now the other sends then. (A list refuses the same key twice; a true collision of AES cannot be had.)
        var table = Table(Device(1, 10), Device(1, 10) with { RegisteredAt = Registered.AddSeconds(-3 * 1024) });
        var shared = Id(1, 10, Window(Device(1, 10)) + 1);
        Assert.False(table.TryFind(shared, out _, out _));
        Assert.Equal(1, table.Contested);
        Assert.True(table.TryFind(Id(1, 10, Window(Device(1, 10)) - 2), out var first, out _));
        Assert.Equal(0, first);
        now = now.AddSeconds(2 * 1024);
        table.Turn(now, int.MaxValue);
        Assert.True(table.TryFind(Id(1, 10, Window(Device(1, 10)) - 1), out first, out _));
        Assert.Equal(0, first);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public void A_clock_that_runs_away_slowly_is_followed(int partsPerMillion)
    {
        // A year at 100 ppm: 53 minutes, more than the five windows of K = 10 could bear.
        var table = Table(Device(1, 10));
        var began = now;
        for (var hour = 1; hour <= 24 * 365; hour += 7)
        {
            now = began.AddHours(hour);
            table.Turn(now, int.MaxValue);
            var counter = (now - Registered).TotalSeconds + (now - began).TotalSeconds * partsPerMillion * 1e-6;
            var window = (uint)(counter / 1024);
            Assert.True(table.TryFind(Id(1, 10, window), out _, out var found), $"lost after {hour} h");
            table.Learn(0, found, now);
        }

        Assert.InRange(table.DriftOf(0).TotalSeconds * Math.Sign(partsPerMillion), 2000, 3200);
    }

    [Fact]
    public void A_clock_is_not_followed_further_than_it_can_have_gone()
    {
        now = Registered;
        var table = Table(Device(1, 4) with { ClockAtRegistration = 1_000_000 });
        // Whoever played ids further and further ahead could otherwise lead the table anywhere.
        for (var pull = 1; pull <= 20; pull++)
        {
            now = now.AddSeconds(1);
            table.Learn(0, (uint)(1_000_000 / 16 + 2 * pull), now);
            table.Turn(now, int.MaxValue);
        }

        Assert.InRange(table.DriftOf(0).TotalSeconds, 15, 17);
    }

    [Fact]
    public void A_clock_set_back_brings_the_windows_back()
    {
        var table = Table(Device(1, 4), Device(2, 10));
        now = now.AddDays(-10);
        table.Turn(now, int.MaxValue);
        Assert.True(table.TryFind(Id(1, 4, Window(Device(1, 4))), out _, out _));
        Assert.True(table.TryFind(Id(2, 10, Window(Device(2, 10))), out _, out _));
    }

    [Fact]
    public void Before_the_registration_nothing_is_known_and_nothing_breaks()
    {
        now = DateTimeOffset.UnixEpoch;
        var table = Table(Device(1, 15));
        Assert.False(table.TryFind(Id(1, 15, 0), out _, out _));
        now = Registered;
        table.Turn(now, int.MaxValue);
        Assert.True(table.TryFind(Id(1, 15, 0), out _, out _));
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        var table = Table([.. Enumerable.Range(1, 50).Select(i => Device(i, 10))]);
        var known = Id(7, 10, Window(Device(7, 10)));
        table.TryFind(known, out _, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (ulong i = 0; i < 10_000; i++)
            if (table.TryFind(i % 2 == 0 ? known : i * 0x9E3779B97F4A7C15, out _, out _)) found++;
        Assert.Equal((5_000, 0L), (found, GC.GetAllocatedBytesForCurrentThread() - before));
    }

    [Fact]
    public async Task While_windows_turn_over_no_reader_ever_sees_a_wrong_device()
    {
        EphemeralDevice[] devices = [.. Enumerable.Range(1, 300).Select(i => Device(i, 0))];
        var table = Table(devices);
        Dictionary<ulong, int> owner = [];
        var first = Window(devices[0]) - 2;
        var ids = new ulong[300];
        foreach (var i in Enumerable.Range(0, devices.Length))
        {
            calculator.Compute(KeyBytes(i + 1), 0, first, ids);
            foreach (var id in ids) owner[id] = i;
        }

        var all = owner.Keys.ToArray();
        var over = false;
        using var reading = new CountdownEvent(2);
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            var hits = 0L;
            while (!Volatile.Read(ref over))
            {
                var id = all[random.Next(all.Length)];
                if (!table.TryFind(id, out var device, out _)) continue;
                if (owner[id] != device) return -1;
                if (hits++ == 0) reading.Signal();
            }

            return hits;
        })).ToArray();
        reading.Wait();
        for (var second = 0; second < 290; second++) table.Turn(now = now.AddSeconds(1), int.MaxValue);
        Volatile.Write(ref over, true);
        Assert.All(await Task.WhenAll(readers), hits => Assert.True(hits > 0));
    }

    public void Dispose() => calculator.Dispose();

    private static EphemeralDevice Device(int key, int exponent) => new((UInt128)key << 64 | 0x5EED, exponent, Registered, 0);

    private static byte[] KeyBytes(int key)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, (UInt128)key << 64 | 0x5EED);
        return bytes;
    }

    private uint Window(EphemeralDevice device) => (uint)(now - device.RegisteredAt).TotalSeconds >> device.RotationExponent;

    private ulong Id(int key, int exponent, uint window)
    {
        var ids = new ulong[1];
        calculator.Compute(KeyBytes(key), exponent, window, ids);
        return ids[0];
    }

    private EphemeralTable Table(params EphemeralDevice[] devices)
    {
        var table = new EphemeralTable(devices, now);
        table.Fill(now);
        return table;
    }
}

using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Identity;

public sealed class ResolvableAddressTests
{
    // Core Specification, volume 3, part H, appendix D.7: sample data of ah.
    private const string SampleKey = "ec0234a357c8ad05341010a60a397d9b";
    private const uint SampleRandom = 0x708194, SampleHash = 0x0DFBAA;
    private static readonly DeviceAddress Sample = new((ulong)SampleRandom << 24 | SampleHash);
    private readonly UInt128 key = UInt128.Parse(SampleKey, System.Globalization.NumberStyles.HexNumber, null);

    [Fact]
    public void The_specifications_sample_comes_out() => Assert.Equal(SampleHash, ResolvableAddress.Hash(Convert.FromHexString(SampleKey), SampleRandom));

    [Theory]
    [InlineData(0x708194_0DFBAA, 1, true)]
    [InlineData(0x708194_0DFBAA, 0, false)]   // public
    [InlineData(0xF08194_0DFBAA, 1, false)]   // random static
    [InlineData(0x308194_0DFBAA, 1, false)]   // non-resolvable
    [InlineData(0x708194_0DFBAA, 0xFF, false)] // anonymous
    public void Only_random_addresses_that_begin_with_01_are_resolvable(long bits, byte type, bool expected) =>
        Assert.Equal(expected, ResolvableAddress.Is(new((ulong)bits), type));

    [Fact]
    public void An_address_leads_to_its_device_and_anothers_to_nobody()
    {
        using var devices = new ResolvableDevices([17, key, 18]);
        Assert.True(devices.TryFind(Sample, new(1), out var device));
        Assert.Equal(1, device);
        Assert.True(devices.TryFind(Sample, new(2), out device));
        Assert.Equal(1, device);
        Assert.False(devices.TryFind(new(Sample.Bits ^ 1), new(3), out _));
        Assert.Equal(1, devices.UnknownInLastHour(new(4)));
    }

    [Fact]
    public void An_address_that_fits_two_devices_names_neither()
    {
        using var devices = new ResolvableDevices([key, key]);
        Assert.False(devices.TryFind(Sample, new(1), out _));
        Assert.Equal(1, devices.Contested);
    }

    [Fact]
    public void A_stranger_is_counted_once_and_forgotten_after_an_hour()
    {
        using var devices = new ResolvableDevices([key]);
        for (var second = 0; second < 300; second++) devices.TryFind(new(0x4000_0000_0001), At(second), out _);
        Assert.Equal(1, devices.UnknownInLastHour(At(300)));
        devices.TryFind(new(0x4000_0000_0002), At(301), out _);
        Assert.Equal(2, devices.UnknownInLastHour(At(301)));
        Assert.Equal(0, devices.UnknownInLastHour(At(2 * 3600)));
    }

    [Fact]
    public void A_flood_of_new_addresses_is_cut_off_and_counted_while_known_ones_go_on()
    {
        using var devices = new ResolvableDevices([key]);
        Assert.True(devices.TryFind(Sample, At(1), out _));
        for (ulong i = 0; i < 500; i++) devices.TryFind(new(0x4000_0000_0000 + i), At(2), out _);
        Assert.Equal(400, devices.LeftOut);
        Assert.True(devices.TryFind(Sample, At(2), out _));
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_costs_strangers_nothing()
    {
        using var devices = new ResolvableDevices([key]);
        for (ulong i = 0; i < 20_000; i++) devices.TryFind(new(0x4000_0000_0000 + i), At((int)i), out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < 20_000; i++) devices.TryFind(new(0x4100_0000_0000 + i), At(20_000 + (int)i), out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_false_match_rate_is_devices_times_strangers_over_two_to_the_24th() => Assert.Equal(0.298, ResolvableAddress.FalseMatchesPerHour(10_000, 500), 3);

    private static Instant At(int second) => new(second * 1_000_000_000L);
}

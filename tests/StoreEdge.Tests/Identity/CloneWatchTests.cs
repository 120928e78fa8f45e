using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Identity;

public sealed class CloneWatchTests
{
    private const ulong Own = 0xC0_00_00_00_00_01, Copy = 0xC0_00_00_00_00_02;
    private readonly CloneWatch watch = new();

    [Fact]
    public void One_id_from_two_addresses_by_turns_is_suspect_for_ten_minutes()
    {
        Assert.False(Hear(Own, 1));
        Assert.False(Hear(Copy, 2));
        Assert.True(Hear(Own, 3));
        Assert.True(Hear(Copy, 4));
        Assert.Equal(1, watch.Found);
        Assert.True(Hear(Own, 600));
        Assert.False(Hear(Own, 1400));
    }

    [Fact]
    public void A_beacon_that_got_a_new_address_is_no_clone()
    {
        for (var second = 0; second < 100; second++) Assert.False(Hear(second < 50 ? Own : Copy, second));
    }

    [Fact]
    public void An_address_that_returns_after_a_while_is_no_clone()
    {
        Assert.False(Hear(Own, 0));
        Assert.False(Hear(Copy, 30));
        Assert.False(Hear(Own, 60));
    }

    [Theory]
    [InlineData(0x40_00_00_00_00_01, 0x40_00_00_00_00_02, 1, 1)] // resolvable private addresses of a phone
    [InlineData(0x00_00_00_00_00_01, 0x00_00_00_00_00_02, 1, 1)] // non-resolvable private addresses
    [InlineData(0x00_00_00_00_00_01, 0xC0_00_00_00_00_02, 0, 1)] // one device's public and its random address
    public void Addresses_that_need_not_last_prove_nothing(long one, long other, byte oneType, byte otherType)
    {
        for (var second = 0; second < 10; second++)
            Assert.False(second % 2 == 0 ? Hear((ulong)one, second, oneType) : Hear((ulong)other, second, otherType));
    }

    private bool Hear(ulong address, int second, byte type = 1)
    {
        Assert.True(BeaconId.TryParse("eddystone-uid:00010203040506070809/00000000002a", out var beacon));
        return watch.IsCloned(new(beacon, new(address), type, new(1 + second * 1_000_000_000L)));
    }
}

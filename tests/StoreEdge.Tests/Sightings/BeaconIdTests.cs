using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Sightings;

public sealed class BeaconIdTests
{
    [Theory]
    [InlineData("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/65535/0")]
    [InlineData("altbeacon:0118/2f234454cf6d4a0fadf2f4911ba9ffa600010002")]
    [InlineData("eddystone-uid:00010203040506070809/00000000002a")]
    [InlineData("eddystone-eid:a9b76a71c5f89290")]
    public void The_canonical_text_is_read_back_in_either_case(string text)
    {
        Assert.True(BeaconId.TryParse(text, out var id));
        Assert.True(BeaconId.TryParse(text.ToUpperInvariant(), out var shouted));
        Assert.Equal(text, id.ToString());
        Assert.Equal(id, shouted);
        Assert.Equal(id.GetHashCode(), shouted.GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ibeacon")]
    [InlineData("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/65536/0")]
    [InlineData("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1")]
    [InlineData("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/-1/2")]
    [InlineData("ibeacon:e2c56db5dffb48d2b060d0f5a71096e0/1/2")]
    [InlineData("altbeacon:0118/2f23")]
    [InlineData("eddystone-uid:00010203040506070809/00000000002")]
    [InlineData("eddystone-eid:a9b76a71c5f8929g")]
    [InlineData("11:22:33:44:55:66")]
    public void Anything_else_is_no_beacon(string? text) => Assert.False(BeaconId.TryParse(text, out _));

    [Fact]
    public void Ids_of_different_formats_differ_even_with_the_same_bytes()
    {
        Assert.True(BeaconId.TryParse("eddystone-eid:0000000000000000", out var eid));
        Assert.True(BeaconId.TryParse("eddystone-uid:00000000000000000000/000000000000", out var uid));
        Assert.NotEqual(eid, uid);
        Assert.NotEqual(eid, default);
    }
}

using StoreEdge.Linux.Neighbours;
using StoreEdge.Linux.Wifi;

namespace StoreEdge.Tests.Linux;

public sealed class AccessPointEventTests
{
    [Theory]
    [InlineData("<3>AP-STA-CONNECTED 02:00:00:aa:00:01", true)]
    [InlineData("<3>AP-STA-CONNECTED 02:00:00:aa:00:01 keyid=guest", true)]
    [InlineData("AP-STA-DISCONNECTED 02:00:00:AA:00:01\n", false)]
    public void Who_came_and_who_went(string message, bool isHere)
    {
        Assert.True(AccessPointEvent.TryParse(message, out var what));
        Assert.True(StationAddress.TryParse("02:00:00:aa:00:01", out var station));
        Assert.Equal(new(station, isHere), what);
        Assert.DoesNotContain("aa", what.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<3>")]
    [InlineData("<3>AP-STA-CONNECTED ")]
    [InlineData("<3>AP-STA-CONNECTED 02:00:00:aa:00")]
    [InlineData("<3>AP-STA-CONNECTED 02:00:00:aa:00:01:02")]
    [InlineData("<3>AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:aa:00:01")]
    [InlineData("<3>CTRL-EVENT-TERMINATING ")]
    public void What_else_it_says_is_no_event(string message) => Assert.False(AccessPointEvent.TryParse(message, out _));
}

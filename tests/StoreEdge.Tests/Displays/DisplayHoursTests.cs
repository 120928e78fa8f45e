using StoreEdge.Agent.Displays;
using StoreEdge.Contracts;
using StoreEdge.Tests.Deciding;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Displays;

public sealed class DisplayHoursTests
{
    // 2026-11-21 is a Saturday.
    [Theory]
    [InlineData("07:00-22:00", "2026-11-21T06:59", false)]
    [InlineData("07:00-22:00", "2026-11-21T07:00", true)]
    [InlineData("07:00-22:00", "2026-11-21T22:00", false)]
    [InlineData("mon-fri 07:00-22:00", "2026-11-21T12:00", false)]
    [InlineData("mon-sat 07:00-22:00", "2026-11-21T12:00", true)]
    [InlineData("fri-mon 07:00-22:00", "2026-11-22T12:00", true)]
    [InlineData("SUN 00:00-24:00", "2026-11-22T23:59", true)]
    [InlineData("sun 00:00-24:00", "2026-11-21T23:59", false)]
    [InlineData("sat 22:00-02:00", "2026-11-22T01:59", true)]
    [InlineData("sat 22:00-02:00", "2026-11-21T01:59", false)]
    public void Hours_are_the_shops_own_and_may_go_over_midnight(string hours, string at, bool within) =>
        Assert.Equal(within, DisplayHours.Parse(hours)!.Contains(DateTimeOffset.Parse(at + "-03:00", System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public async Task A_display_is_dark_outside_its_hours_and_serves_nobody_until_they_begin()
    {
        var noon = TimeZoneInfo.ConvertTime(Noon, TimeZoneInfo.Local);
        var closes = TimeOnly.FromTimeSpan(noon.TimeOfDay).AddMinutes(1);
        var place = new DisplayPlace(DecidingBench.Door, new("entrance")) { On = [DisplayHours.Parse($"{closes.AddHours(-2):HH:mm}-{closes:HH:mm}")!] };
        await using var bench = new DecidingBench(Document(Offer("g", "generic")).Bytes(), place);
        var page = bench.Hub.Connect(DecidingBench.Door)!;
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Null(bench.OnDoor);
        Assert.True(page.TryRead(out var frame) && frame is { Showing: null, Look.Lit: false });
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Null(bench.OnDoor);
        Assert.Contains(bench.Events.OfType<ProofOfPlayData>(), p => p.Reason is "closed" or "expired");
    }
}

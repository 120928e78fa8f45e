using StoreEdge.Agent.Deciding;
using StoreEdge.Contracts;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

public sealed class StaffCuesTests
{
    [Fact]
    [Trait("Mission", "22")]
    public async Task Only_a_customer_who_consents_to_be_recognised_is_announced_to_staff_by_the_name_they_want()
    {
        await using var bench = new DecidingBench(Document().Bytes());
        await bench.ArrivesAsync("v1");
        await bench.KnowsAsync("v1", ("preferredName", "\"Ana\""), ("commercialHold", "true"), ("openIssue", "true"));
        Assert.Empty(Cues(bench));
        Assert.Null(Staff(bench).NameOf(new("v1")));
        await bench.KnowsAsync("v1", ("loyaltyConsent", "true"));
        var cue = Assert.Single(Cues(bench));
        Assert.Equal(("Ana", false), (cue.Name, cue.WantsPerson));
        Assert.Empty(Staff(bench).In(new("aisle")));
    }

    [Fact]
    public async Task A_name_that_is_old_or_may_be_anothers_is_not_said()
    {
        await using var bench = new DecidingBench(Document().Bytes());
        await bench.ArrivesAsync("v1");
        await bench.KnowsAsync("v1", ("preferredName", "\"Ana\""), ("loyaltyConsent", "true"), ("sharedDevice", "true"));
        Assert.Null(Assert.Single(Cues(bench)).Name);
        await bench.KnowsAsync("v1", ("sharedDevice", "false"));
        Assert.Equal("Ana", Assert.Single(Cues(bench)).Name);
        await bench.HappensAsync(new ConsentData("v1", "k1-ana", "r", "t", "en", true, true, false, "low"));
        bench.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(Assert.Single(Cues(bench)).Name);
    }

    [Theory]
    [InlineData("preferredChannel", "\"none\"")]
    [InlineData("block", "true")]
    [Trait("Mission", "23")]
    public async Task Nobody_is_announced_who_does_not_want_to_be_addressed(string fact, string value)
    {
        await using var bench = new DecidingBench(Document().Bytes());
        await bench.ArrivesAsync("v1");
        await bench.KnowsAsync("v1", ("loyaltyConsent", "true"), (fact, value));
        Assert.Empty(Cues(bench));
    }

    [Fact]
    public async Task After_stop_or_departure_nobody_is_announced()
    {
        await using var bench = new DecidingBench(Document().Bytes());
        await bench.ArrivesAsync("v1");
        await bench.KnowsAsync("v1", ("loyaltyConsent", "true"), ("preferredChannel", "\"staff\""));
        Assert.True(Assert.Single(Cues(bench)).WantsPerson);
        await bench.ChoosesAsync("v1", "stop", null);
        Assert.Empty(Cues(bench));
        await bench.ChoosesAsync("v1", "again", null);
        await bench.DepartsAsync("v1");
        Assert.Empty(Cues(bench));
    }

    [Theory]
    [InlineData("display", true, true)]
    [InlineData("phone", false, true)]
    [InlineData("staff", false, false)]
    [InlineData("none", false, false)]
    [Trait("Mission", "23")]
    public async Task Offers_come_by_the_channel_that_the_customer_prefers_and_by_no_other(string channel, bool onScreen, bool onPhone)
    {
        await using var bench = new DecidingBench(Document(Offer("g", "generic")).Bytes());
        await bench.KnowsAsync("v1", ("preferredChannel", $"\"{channel}\""));
        await bench.ArrivesAsync("v1");
        Assert.Equal(onScreen, bench.OnDoor == "g");
        Assert.Equal(onPhone, (await bench.PhoneAsync("v1")).Any(o => o.Offer.Value == "g"));
        bench.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Contains(await bench.PhoneAsync("v1"), o => o.Offer.Value == "g");
    }

    private static IReadOnlyList<StaffCue> Cues(DecidingBench bench) => Staff(bench).In(new("entrance"));

    private static StaffCues Staff(DecidingBench bench) => new(bench.Visits, bench.Inputs, bench.Clock);
}

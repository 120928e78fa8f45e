using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class RoomChecksTests
{
    [Fact]
    public void A_blind_receiver_says_since_when_and_what_was_tried()
    {
        var blind = new ReceiverView("door", "entrance", "inside", true, 1, 0, 0, 0, 0, 1, null)
        {
            Blind = "every fixed beacon that it should hear is silent",
            BlindSeconds = 42,
            Canaries = 2,
            Radio = new("hci0", 0, "RestartScan 1", 0),
        };
        var check = RoomChecks.Receiver(blind);
        Assert.Equal((CheckVerdict.Warn, "receiver-blind:door"), (check.Verdict, check.Fault));
        Assert.Equal("Open, but none of its 2 fixed beacons has been heard for 42 s; no visit ends by that silence. Tried: RestartScan 1.", check.Evidence.English);
        Assert.Equal(CheckVerdict.Pass, RoomChecks.Receiver(blind with { Blind = null }).Verdict);
    }

    [Theory]
    [InlineData(true, 0.5, "Pass")]
    [InlineData(true, 29.0, "Pass")]
    [InlineData(true, 31.0, "Warn")]
    [InlineData(true, null, "Warn")]
    [InlineData(false, 0.5, "Fail")]
    public void A_receiver_is_judged_by_its_source_and_its_silence(bool connected, double? silence, string verdict) =>
        Assert.Equal(verdict, RoomChecks.Receiver(new("door", "entrance", "inside", connected, 1, 0, 0, 0, 0, silence, null)).Verdict.ToString());

    [Theory]
    [InlineData(0, 0, "Pass")]
    [InlineData(5, 3, "Pass")]
    [InlineData(5, 121, "Warn")]
    public void The_outbox_is_judged_by_the_age_of_what_central_does_not_hold(long pending, double oldest, string verdict) =>
        Assert.Equal(verdict, RoomChecks.Outbox(new(100, 100 - pending, pending, oldest, 1, 0)).Verdict.ToString());

    [Fact]
    public void A_store_without_a_broker_is_not_at_fault() => Assert.Equal(CheckVerdict.NotApplicable, RoomChecks.Link(null).Verdict);

    [Fact]
    public void A_lost_broker_says_why_and_when_it_is_tried_again()
    {
        var check = RoomChecks.Link(new("broker:8883", false, null, 3, "The name is not known.", 14));
        Assert.Equal(CheckVerdict.Warn, check.Verdict);
        Assert.Equal("Not connected to broker:8883. The name is not known. Next attempt in 14 s.", check.Evidence.English);
        Assert.Contains("14 s", check.Evidence.Portuguese, StringComparison.Ordinal);
    }

    [Fact]
    public void Presence_that_no_longer_comes_round_has_failed()
    {
        Assert.Equal(CheckVerdict.Pass, RoomChecks.Presence(TimeSpan.FromSeconds(1), 4).Verdict);
        Assert.Equal(CheckVerdict.Fail, RoomChecks.Presence(TimeSpan.FromSeconds(11), 4).Verdict);
    }

    [Theory]
    [InlineData(0.4, "0 s")]
    [InlineData(119, "119 s")]
    [InlineData(121, "2 min")]
    [InlineData(7300, "2 h")]
    [InlineData(200_000, "2 d")]
    public void A_span_has_one_number_and_one_unit(double seconds, string text) => Assert.Equal(text, Spans.Of(TimeSpan.FromSeconds(seconds)));
}

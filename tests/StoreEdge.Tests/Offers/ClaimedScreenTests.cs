using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

public sealed class ClaimedScreenTests
{
    [Theory]
    [InlineData("public", false, true)]
    [InlineData("personal", false, false)]
    [InlineData("intimate", false, false)]
    [InlineData("public", true, true)]
    [InlineData("personal", true, true)]
    [InlineData("intimate", true, false)]
    public void Personal_content_needs_a_claimed_screen_and_intimate_content_finds_none(string sensitivity, bool claimed, bool shown)
    {
        var bundle = Bundle(Offer("o", "generic").With("sensitivity", sensitivity));
        Assert.Equal(shown, !Decider.Decide(bundle, bundle.On("screen"), Friend() with { IsClaimed = claimed }, 1).IsFallback);
    }

    [Fact]
    public void What_was_chosen_by_something_private_does_not_say_so_on_a_claimed_screen()
    {
        var bundle = Bundle(Offer("o", "generic").With("sensitivity", "personal").When("interest", "running"));
        var decision = Decider.Decide(bundle, bundle.On("screen"), Friend() with { IsClaimed = true, Facts = Known((FactName.Interest, "running")) }, 1);
        Assert.Equal("o", Assert.Single(decision.Chosen).Offer.Id.Value);
        Assert.DoesNotContain("running", decision.Explanation, StringComparison.OrdinalIgnoreCase);
    }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

/// <summary>What the community's votes do to a decision.</summary>
public sealed class CollectiveIndexTests
{
    private const int Seeds = 2000;

    [Theory]
    [InlineData(0, 0, 0)]
    // Newcombe 1998, table 1, method 3.
    [InlineData(81, 263, 0.2553)]
    [InlineData(15, 148, 0.0624)]
    [InlineData(0, 20, 0)]
    [InlineData(29, 29, 0.8830)]
    public void The_index_is_the_published_lower_bound(double of, double all, double expected) => Assert.Equal(expected, Wilson.LowerBound(of, all), 4);

    [Fact]
    [Trait("Mission", "10")]
    public void The_community_decides_who_stays_a_supplier_that_is_voted_down_is_suspended()
    {
        var bundle = Bundle(Offer("a", "generic").With("supplier", "acme"), Offer("b", "generic").With("supplier", "acme"), Offer("c", "generic").With("supplier", "other"));
        // Nobody ever said anything about b: it falls with its supplier.
        var votes = Here(("a", Customers(400, 8, 60)), ("c", Customers(400, 8, 2)));
        Assert.Equal(["supplier-voted-down", "supplier-voted-down"], Rejections(bundle, votes, 1));
        var decision = Decide(bundle, votes, 1);
        Assert.Equal([(true, "acme"), (false, "other")], decision.Suppliers.Select(s => (s.IsSuspended, s.Supplier.Value)));
        Assert.Contains("\"suspended\": true", System.Text.Encoding.UTF8.GetString(DecisionJson.Write(decision)), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_votes_suspend_nobody()
    {
        var bundle = Bundle(Offer("a", "generic").With("supplier", "acme"));
        Assert.Equal(["a"], Decide(bundle, Here(("a", Customers(400, 0, 29))), 1).Ids());
        Assert.True(Decide(bundle, Here(("a", Customers(400, 0, 31))), 1).IsFallback);
    }

    [Fact]
    public void A_suspended_supplier_comes_back_when_its_votes_have_aged_and_is_seen_now_and_then_until_it_does()
    {
        var bundle = Bundle(Offer("a", "generic").With("supplier", "acme"), Offer("c", "generic").With("supplier", "other"));
        var (good, bad) = (Customers(2000, 60, 2), Customers(2000, 8, 60));
        var seen = Enumerable.Range(0, Seeds).Count(s => Decide(bundle, Here(("a", bad), ("c", good)), s).Ids() is ["a"]);
        // A fiftieth, three standard deviations of it either way.
        Assert.InRange(seen, Seeds * 0.01, Seeds * 0.03);
        Assert.DoesNotContain("supplier-voted-down", Rejections(bundle, Here(("a", bad with { Customers = bad.Customers.Aged(45) }), ("c", good)), 1));
    }

    [Fact]
    public void Service_and_help_are_nobodys_to_vote_down()
    {
        var bundle = Bundle(Offer("s", "service").With("supplier", "acme"), Offer("h", "help").With("supplier", "acme"));
        Assert.Equal(["s"], Decide(bundle, Here(("s", Customers(500, 0, 300)), ("h", Customers(500, 0, 300))), 1, "screen").Ids());
    }

    [Fact]
    [Trait("Mission", "34")]
    public void An_offer_that_is_dismissed_too_often_is_held_back_and_nothing_irrelevant_takes_its_place()
    {
        var bundle = Bundle(Offer("a", "generic"));
        var decision = Decide(bundle, Here(("a", new(new(200, 4, 20, 60), default))), 1);
        Assert.True(decision.IsFallback);
        Assert.Equal("dismissed-too-often", decision.Reason("a"));
        Assert.Equal(["a"], Decide(bundle, Here(("a", new(new(200, 4, 2, 20), default))), 1).Ids());
    }

    [Fact]
    [Trait("Mission", "11")]
    public void The_stores_own_index_is_built_bottom_up_and_ranks_alone_when_offline()
    {
        var bundle = Bundle(Offer("liked", "generic"), Offer("disliked", "generic"));
        var wins = Wins(bundle, Here(("liked", Customers(1000, 50, 0)), ("disliked", Customers(1000, 10, 0))));
        Assert.Equal(Seeds, wins["liked"]);
    }

    [Fact]
    public void A_few_hundred_showings_here_say_otherwise_than_all_stores_together()
    {
        var bundle = Bundle(
            Offer("elsewhere", "generic").With("counts", new JsonObject { ["shown"] = 1_000_000, ["wanted"] = 50_000 }),
            Offer("here", "generic").With("counts", new JsonObject { ["shown"] = 1_000_000, ["wanted"] = 20_000 }));
        Assert.True(Wins(bundle, Here())["elsewhere"] > Seeds * 0.95);
        var wins = Wins(bundle, Here(("elsewhere", Customers(900, 9, 0)), ("here", Customers(900, 63, 0))));
        Assert.True(wins["here"] > Seeds * 0.9, string.Join(", ", wins));
    }

    [Theory]
    [Trait("Mission", "13")]
    [InlineData(1)]
    [InlineData(900)]
    public void Newcomers_are_seen_and_take_no_more_than_a_tenth_of_the_decisions_however_many_they_are(int newcomers)
    {
        var bundle = Bundle([Offer("known", "generic"), .. Enumerable.Range(0, newcomers).Select(i => Offer("new" + i, "generic"))]);
        const int seeds = 1000;
        var explored = Enumerable.Range(0, seeds).Count(s => Decide(bundle, Here(("known", Customers(1000, 30, 0))), s).Chosen[0].IsNewcomer);
        // Three standard deviations of a share of 10 %.
        Assert.InRange(explored, seeds * 0.07, seeds * 0.13);
    }

    [Fact]
    public void Where_everything_is_new_all_of_it_is_seen()
    {
        var wins = Wins(Bundle(Offer("a", "generic"), Offer("b", "generic"), Offer("c", "generic")), Here());
        Assert.All(["a", "b", "c"], o => Assert.InRange(wins[o], Seeds / 4, Seeds / 2));
    }

    [Fact]
    public void However_many_phones_a_stuffer_holds_a_weak_offer_does_not_pass_a_good_one()
    {
        var bundle = Bundle(Offer("good", "generic"), Offer("weak", "generic"));
        var (good, weak) = (Customers(2000, 80, 0), new Tally(2000, 20, 0));
        foreach (var phones in (int[])[100, 10_000, 1_000_000])
            Assert.True(Wins(bundle, Here(("good", good), ("weak", new(weak, new(phones, phones, 0)))))["good"] > Seeds * 0.95, $"{phones} phones");
        // Nor do they drive a good one out.
        foreach (var phones in (int[])[100, 10_000, 1_000_000])
            Assert.True(Wins(bundle, Here(("good", good with { Guests = new(phones, 0, phones) }), ("weak", new(new(2000, 10, 0), default))))["good"] > Seeds * 0.9, $"{phones} phones against");
    }

    [Fact]
    public void Guests_alone_suspend_nobody_hold_nothing_back_and_are_no_percentage()
    {
        var bundle = Bundle(Offer("a", "generic").With("supplier", "acme"));
        Assert.Equal(["a"], Decide(bundle, Here(("a", new(default, new(1000, 0, 900)))), 1).Ids());
        Assert.DoesNotContain("%", Decide(bundle, Here(("a", new(default, new(1000, 900, 1)))), 1).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_customer_reads_how_many_at_least_chose_it_here_or_elsewhere_and_nothing_of_few_votes()
    {
        var bundle = Bundle(Offer("a", "generic").With("counts", new JsonObject { ["shown"] = 5000, ["wanted"] = 95, ["refused"] = 5 }));
        string Why(params (string, StoreVotes)[] here) => Decide(bundle, Here(here), 1).Explanation;
        // 81 of 100 is at least 72 % with 95 % confidence; 95 of 100 at least 88 %.
        Assert.Equal("Chosen by at least 72% of those who gave their opinion in this store.", Why(("a", Customers(1000, 81, 19))));
        Assert.Equal("Chosen by at least 88% of those who gave their opinion in our stores.", Why(("a", Customers(1000, 19, 0))));
        Assert.Equal("For everyone who stops by today.", Why(("a", Customers(1000, 20, 19))));
    }

    [Fact]
    public void Only_an_index_that_can_be_is_read_from_a_bundle()
    {
        var document = Document(Offer("a", "generic")).With("index", new JsonObject { ["exploration"] = 0.05, ["supplierBound"] = 0.3, ["supplierVotes"] = 50, ["dismissalBound"] = 0.1 });
        Assert.Equal(new(0.05, 0.3, 50, 0.1), BundleParser.Parse(document.Bytes()).Index);
        document["index"] = new JsonObject { ["exploration"] = 0.2, ["supplierVotes"] = 5 };
        var faults = Assert.Throws<DocumentException>(() => BundleParser.Parse(document.Bytes())).Errors;
        Assert.Equal(["index.exploration", "index.supplierVotes"], faults.Select(f => f.Path));
    }

    private static StoreVotes Customers(double shown, double wanted, double refused) => new(new(shown, wanted, refused), default);

    private static ImmutableDictionary<OfferId, StoreVotes> Here(params (string Offer, StoreVotes Votes)[] votes) => votes.ToImmutableDictionary(v => new OfferId(v.Offer), v => v.Votes);

    private static Decision Decide(Bundle bundle, IReadOnlyDictionary<OfferId, StoreVotes> votes, int seed, string placement = "screen") =>
        Decider.Decide(bundle, bundle.On(placement), Somebody() with { LocalCounts = votes }, (ulong)seed);

    private static IEnumerable<string> Rejections(Bundle bundle, IReadOnlyDictionary<OfferId, StoreVotes> votes, int seed) => Decide(bundle, votes, seed).Rejected.Select(r => r.Reason);

    private static Dictionary<string, int> Wins(Bundle bundle, IReadOnlyDictionary<OfferId, StoreVotes> votes) =>
        Enumerable.Range(0, Seeds).GroupBy(seed => Decide(bundle, votes, seed).Ids()[0]).ToDictionary(g => g.Key, g => g.Count());
}

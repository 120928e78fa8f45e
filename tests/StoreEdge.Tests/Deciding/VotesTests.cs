using StoreEdge.Contracts;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

/// <summary>How a word on the phone or at a display becomes a vote, and how it does not.</summary>
public sealed class VotesTests
{
    private static byte[] One => Document(Offer("g", "generic")).Bytes();

    /// <summary>At Greenwich; nine in the evening three hours to the west.</summary>
    private static DateTimeOffset Midnight => new(Noon.UtcDateTime.Date.AddDays(2), TimeSpan.Zero);

    private static byte[] Two => Document(Offer("g", "generic"), Offer("h", "generic")).Bytes();

    [Fact]
    [Trait("Mission", "9")]
    public async Task A_tap_on_the_phone_is_a_lasting_vote_that_the_next_decision_ranks_by()
    {
        await using var bench = new DecidingBench(One);
        await ComesAsync(bench, "v1", "k1-ana");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        await bench.RestartAsync();
        Assert.Equal(new Tally(1, 1, 0), bench.Votes("g").Customers);
        var bundle = bench.Bundles.Current;
        Assert.Equal(1, bench.Inputs.For(bench.Visits.Find(new("v1"))!, null, bundle, bundle.Phone!, "en").LocalCounts[new("g")].Customers.Wanted);
    }

    [Fact]
    [Trait("Mission", "9")]
    public async Task A_tap_on_a_display_counts_as_one_on_the_phone_and_a_showing_that_nobody_touched_a_tenth()
    {
        await using var bench = new DecidingBench(One);
        await bench.ArrivesAsync("v1", assurance: "high");
        await bench.DrawsAsync();
        Assert.Equal(new Tally(Tally.OnAScreen, 0, 0), bench.Votes("g").Customers);
        await bench.ChoosesAsync("v1", "want", "g", decision: bench.Hub.Current(DecidingBench.Door)!.Decision.Value, assurance: "high");
        Assert.Equal(new Tally(1, 1, 0), bench.Votes("g").Customers);
    }

    [Fact]
    public async Task Who_was_never_shown_an_offer_has_no_vote_about_it()
    {
        await using var bench = new DecidingBench(Two.ToArray());
        await ComesAsync(bench, "v1", "k1-ana");
        var decision = bench.Events.OfType<DecisionData>().Single(d => d.Display is null).DecisionId;
        await ComesAsync(bench, "v2", "k1-bia");
        var before = (bench.Votes("g"), bench.Votes("made-up"));
        await bench.ChoosesAsync("v2", "want", "made-up", "k1-bia", assurance: "high");
        await bench.ChoosesAsync("v3", "want", "g", "k1-eva", assurance: "high");
        await bench.ChoosesAsync("v2", "want", "g", "k1-bia", decision, "high");
        Assert.Equal(before, (bench.Votes("g"), bench.Votes("made-up")));
    }

    [Fact]
    public async Task A_showing_that_the_display_never_drew_gives_no_vote()
    {
        await using var bench = new DecidingBench(One);
        await bench.ArrivesAsync("v1", assurance: "high");
        await bench.ChoosesAsync("v1", "want", "g", decision: bench.Hub.Current(DecidingBench.Door)!.Decision.Value, assurance: "high");
        Assert.Equal(default, bench.Votes("g"));
    }

    [Fact]
    public async Task A_technicians_test_has_no_vote_and_is_no_showing()
    {
        await using var bench = new DecidingBench(One);
        await bench.HappensAsync(new ArrivalData("v1", "k1-ana", "entrance", "r1", "high", "beacon", "involuntary", Test: true));
        await bench.PhoneAsync("v1");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        Assert.Equal(default, bench.Votes("g"));
    }

    [Fact]
    public async Task What_anonymous_phones_and_copyable_ids_say_is_counted_apart()
    {
        await using var bench = new DecidingBench(One);
        await ComesAsync(bench, "v1", "visit-1", "low");
        await VotesAsync(bench, "v1", "want", "visit-1", "low");
        await ComesAsync(bench, "v2", "k1-static", "low");
        await VotesAsync(bench, "v2", "never", "k1-static", "low");
        Assert.Equal(new StoreVotes(default, new(2, 1, 1)), bench.Votes("g"));
    }

    [Fact]
    [Trait("Mission", "31")]
    public async Task A_gift_does_not_count_as_interest_before_or_after_it_is_said_and_until_it_is_taken_back()
    {
        await using var bench = new DecidingBench(One);
        await ComesAsync(bench, "v1", "k1-ana");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        await bench.HappensAsync(new GiftMarkedData("v1", "k1-ana", "g", "g", true, "high"));
        Assert.Equal(0, bench.Votes("g").Customers.Wanted);
        await VotesAsync(bench, "v1", "want", "k1-ana");
        bench.Clock.Advance(TimeSpan.FromDays(1));
        await VotesAsync(bench, "v1", "want", "k1-ana");
        Assert.Equal(0, bench.Votes("g").Customers.Wanted);
        await bench.HappensAsync(new GiftMarkedData("v1", "k1-ana", "g", "g", false, "high"));
        await VotesAsync(bench, "v1", "want", "k1-ana");
        Assert.Equal(1, bench.Votes("g").Customers.Wanted);
    }

    [Fact]
    public async Task What_is_taken_back_counts_no_more_and_coming_back_to_it_is_no_second_vote()
    {
        await using var bench = new DecidingBench(One);
        await bench.ArrivesAsync("v1", assurance: "high");
        await bench.DrawsAsync();
        foreach (var word in (string[])["want", "again", "not-now", "want"]) await bench.ChoosesAsync("v1", word, "g", assurance: "high");
        Assert.Equal(new Tally(1, 1, 0), bench.Votes("g").Customers);
    }

    [Fact]
    public async Task A_vote_counts_half_after_thirty_days_of_the_stores_own_life()
    {
        await using var bench = new DecidingBench(Two);
        await ComesAsync(bench, "v1", "k1-ana");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        await DaysAsync(bench, Tally.HalfLife, TimeSpan.FromDays(1));
        Assert.Equal(0.5, bench.Votes("g").Customers.Wanted, 9);
    }

    [Fact]
    public async Task A_clock_that_jumps_by_a_year_and_back_ages_votes_by_two_days()
    {
        await using var bench = new DecidingBench(Two);
        await ComesAsync(bench, "v1", "k1-ana");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        var right = bench.Clock.GetUtcNow();
        await bench.RebootAsync(right.AddDays(365), synchronized: true);
        await DaysAsync(bench, 1, TimeSpan.Zero);
        await bench.RebootAsync(right.AddHours(1), synchronized: true);
        await DaysAsync(bench, 1, TimeSpan.Zero);
        await bench.RebootAsync(DateTimeOffset.UnixEpoch);
        await DaysAsync(bench, 1, TimeSpan.Zero);
        Assert.Equal(new Tally(0, 1, 0).Aged(2).Wanted, bench.Votes("g").Customers.Wanted, 9);
    }

    [Fact]
    public async Task The_stores_day_turns_at_its_own_midnight_and_not_at_that_of_greenwich()
    {
        await using var bench = new DecidingBench(One);
        bench.Zone = TimeZoneInfo.CreateCustomTimeZone("store", TimeSpan.FromHours(-3), null, null);
        // Half past eight in the evening there.
        await bench.RebootAsync(Midnight.AddMinutes(-30), synchronized: true);
        await ComesAsync(bench, "v1", "k1-ana");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await VotesAsync(bench, "v1", "want", "k1-ana");
        Assert.Equal(new Tally(1, 1, 0), bench.Votes("g").Customers);
        bench.Clock.Advance(TimeSpan.FromHours(3));
        await VotesAsync(bench, "v1", "want", "k1-ana");
        Assert.Equal(1 + new Tally(0, 1, 0).Aged(1).Wanted, bench.Votes("g").Customers.Wanted, 9);
    }

    [Fact]
    public async Task A_day_that_was_written_by_the_utc_date_goes_on_in_the_evening_of_the_store()
    {
        await using var bench = new DecidingBench(One);
        bench.Zone = TimeZoneInfo.Utc;
        await bench.RebootAsync(Midnight.AddMinutes(30), synchronized: true);
        await ComesAsync(bench, "v1", "k1-ana");
        await VotesAsync(bench, "v1", "want", "k1-ana");
        bench.Zone = TimeZoneInfo.CreateCustomTimeZone("store", TimeSpan.FromHours(-3), null, null);
        await bench.RebootAsync(Midnight.AddHours(1), synchronized: true);
        await VotesAsync(bench, "v1", "want", "k1-ana");
        Assert.Equal(new Tally(1, 1, 0), bench.Votes("g").Customers);
    }

    [Fact]
    public async Task What_a_person_voted_goes_with_them_and_how_often_an_offer_was_wanted_stays()
    {
        await using var bench = new DecidingBench(One);
        await ComesAsync(bench, "v1", "visit-1", "low");
        await VotesAsync(bench, "v1", "want", "visit-1", "low");
        await bench.DepartsAsync("v1", "visit-1");
        Assert.Equal(1, bench.Votes("g").Guests.Wanted);
        Assert.Equal(0L, bench.Journal.Query(database =>
        {
            using var command = database.CreateCommand();
            command.CommandText = "SELECT count(*) FROM vote";
            return (long)command.ExecuteScalar()!;
        }));
    }

    [Fact]
    public async Task Operators_learn_which_supplier_customers_have_voted_down_and_when_it_is_back()
    {
        await using var bench = new DecidingBench(Document(Offer("g", "generic").With("supplier", "acme"), Offer("h", "generic")).Bytes());
        for (var i = 0; i < 35; i++)
        {
            await bench.ArrivesAsync("v" + i, "k1-c" + i, "nowhere", assurance: "high");
            await IsShownAsync(bench, "v" + i, "k1-c" + i, "g");
            await VotesAsync(bench, "v" + i, "never", "k1-c" + i);
        }

        await ComesAsync(bench, "next", "k1-next");
        Assert.Contains("Acme", Assert.Single(bench.Health.Warnings, w => w.Code == "supplier-voted-down").Text, StringComparison.Ordinal);
        await DaysAsync(bench, 10, TimeSpan.FromDays(1));
        await ComesAsync(bench, "later", "k1-later");
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code == "supplier-voted-down");
    }

    /// <summary>Each day somebody else is shown the second offer.</summary>
    private static async Task DaysAsync(DecidingBench bench, int days, TimeSpan step)
    {
        for (var day = 0; day < days; day++)
        {
            bench.Clock.Advance(step);
            var visit = Guid.NewGuid().ToString();
            await bench.ArrivesAsync(visit, "k1-" + visit, "nowhere", assurance: "high");
            await IsShownAsync(bench, visit, "k1-" + visit, "h");
        }
    }

    /// <summary>Whatever would be decided.</summary>
    private static async Task IsShownAsync(DecidingBench bench, string visit, string subject, string offer) =>
        await bench.HappensAsync(new DecisionData("d" + visit, visit, subject, "phone", null, "phone", [offer], false, "", "en", "t", new string('0', 64), 1, []));

    private static async Task ComesAsync(DecidingBench bench, string visit, string subject, string assurance = "high")
    {
        await bench.ArrivesAsync(visit, subject, "nowhere", assurance: assurance);
        await bench.PhoneAsync(visit, subject);
    }

    private static Task VotesAsync(DecidingBench bench, string visit, string choice, string subject, string assurance = "high") =>
        bench.ChoosesAsync(visit, choice, "g", subject, assurance: assurance);
}

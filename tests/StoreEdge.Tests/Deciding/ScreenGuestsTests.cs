using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

/// <summary>Row 32 of what is asked: nothing personal on a shared screen, unless somebody made it theirs. And row 9: votes at a screen.</summary>
public sealed class ScreenGuestsTests
{
    private static readonly DisplayId Aisle = new("aisle");

    /// <summary>Personal before everything else, then one for everybody.</summary>
    private static byte[] Bundle => Document(Offer("mine", "help").With("sensitivity", "personal"), Offer("g", "generic"), Offer("h", "generic")).Bytes();

    [Fact]
    public async Task Whoever_reads_the_code_on_a_screen_has_it_with_what_is_personal_and_others_wait()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        Assert.NotEqual("mine", shop.Bench.OnDoor);
        await shop.ClaimsAsync("v1");
        Assert.Equal("mine", shop.Bench.OnDoor);
        Assert.True(shop.Bench.Hub.Current(DecidingBench.Door)!.IsPersonal);
        await shop.Bench.DrawsAsync();
        await shop.Bench.ArrivesAsync("v2", "k1-bia");
        await shop.Bench.PassAsync(DisplayHub.MinimumDwell);
        Assert.Equal("v1", shop.Bench.Hub.Current(DecidingBench.Door)?.Visit.Value);
        var claim = Assert.Single(shop.Bench.Events.OfType<ScreenClaimData>());
        Assert.Equal(("claimed", "door", "v1", "voluntary"), (claim.State, claim.Display, claim.VisitId, claim.Trace));
    }

    [Fact]
    public async Task What_is_personal_goes_to_the_screen_itself_and_to_no_page_elsewhere()
    {
        await using var shop = await OpenAsync();
        var (own, elsewhere) = (shop.Bench.Hub.Connect(DecidingBench.Door, isOwn: true)!, shop.Bench.Hub.Connect(DecidingBench.Door)!);
        await shop.Bench.ArrivesAsync("v1");
        await shop.ClaimsAsync("v1");
        Assert.True(own.TryRead(out var seen) && elsewhere.TryRead(out var peeked) && peeked is { Showing: null, Code: null, ClaimedUntil: null } && seen.Showing?.Offer.Value == "mine");
        Assert.DoesNotContain("mine", shop.Bench.Hub.Status()[0].Showing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_runs_out_and_takes_what_was_personal_with_it()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.Bench.PassAsync(TimeSpan.FromSeconds(10));
        await shop.ClaimsAsync("v1");
        await shop.Bench.DrawsAsync();
        for (var passed = TimeSpan.Zero; passed < ScreenGuests.ClaimLasts; passed += TimeSpan.FromSeconds(10))
        {
            await shop.Bench.PassAsync(TimeSpan.FromSeconds(10));
            if (shop.Bench.OnDoor is not null) await shop.Bench.DrawsAsync();
        }

        Assert.Null(shop.Bench.Hub.ClaimOf(DecidingBench.Door));
        Assert.NotEqual("mine", shop.Bench.OnDoor);
        Assert.Equal(("released", "expired"), shop.Bench.Events.OfType<ScreenClaimData>().Last() is var over ? (over.State, over.Reason) : default);
    }

    [Theory]
    [InlineData("departed")]
    [InlineData("stop")]
    [InlineData("screen")]
    [InlineData("customer")]
    public async Task A_claim_ends_with_the_visit_with_stop_and_by_anybody_at_the_screen(string reason)
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.ClaimsAsync("v1");
        if (reason == "departed") await shop.Bench.DepartsAsync("v1");
        else if (reason == "stop") await shop.Bench.ChoosesAsync("v1", "stop", null);
        else shop.Bench.Loop.Release(DecidingBench.Door, reason);
        await shop.Bench.Loop.DrainAsync(default);
        Assert.Null(shop.Bench.Hub.ClaimOf(DecidingBench.Door));
        Assert.NotEqual("mine", shop.Bench.OnDoor);
        Assert.Equal(("released", reason), shop.Bench.Events.OfType<ScreenClaimData>().Last() is var over ? (over.State, over.Reason) : default);
    }

    [Fact]
    public async Task A_claim_ends_when_its_customer_walks_out_of_sight_of_the_screen()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.ClaimsAsync("v1");
        await shop.Bench.HappensAsync(new ZoneData("v1", "k1-ana", "entrance", "aisle", "r2", "involuntary", "low"));
        Assert.Null(shop.Bench.Hub.ClaimOf(DecidingBench.Door));
        Assert.Null(shop.Bench.OnDoor);
    }

    [Fact]
    public async Task A_restart_leaves_no_screen_claimed()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.ClaimsAsync("v1");
        await shop.Bench.RestartAsync();
        shop.Bench.Hub.Connect(DecidingBench.Door, isOwn: true);
        await shop.Bench.Loop.DrainAsync(default);
        Assert.NotEqual("mine", shop.Bench.OnDoor);
        Assert.Null(shop.Bench.Hub.ClaimOf(DecidingBench.Door));
    }

    [Fact]
    public async Task A_code_is_good_once_and_for_so_long_and_a_second_customer_has_to_wait()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.Bench.ArrivesAsync("v2", "k1-bia");
        var old = shop.Bench.Hub.Codes.Of(DecidingBench.Door)!;
        await shop.Bench.PassAsync(ClaimCodes.Renewal);
        Assert.NotEqual(old, shop.Bench.Hub.Codes.Of(DecidingBench.Door));
        Assert.Equal(ClaimAnswer.Claimed, await shop.TypeAsync("v1", $" {old[..2].ToLowerInvariant()} {old[2..]}"));
        shop.Bench.Follow(shop.Bench.Events.Count - 1);
        await shop.Bench.Loop.DrainAsync(default);
        Assert.Equal(ClaimAnswer.NoSuchCode, await shop.TypeAsync("v2", old));
        Assert.Equal(ClaimAnswer.NotNow, await shop.TypeAsync("v2", shop.Bench.Hub.Codes.Of(DecidingBench.Door)!));
        await shop.Bench.PassAsync(ClaimCodes.Renewal * 3);
        Assert.Equal(ClaimAnswer.NoSuchCode, await shop.TypeAsync("v2", old));
    }

    [Fact]
    public async Task Of_two_who_type_the_same_code_at_once_the_first_has_the_screen_and_the_other_keeps_what_they_had()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.Bench.ArrivesAsync("v2", "k1-bia");
        var (code, from) = (shop.Bench.Hub.Codes.Of(DecidingBench.Door)!, shop.Bench.Events.Count);
        Assert.Equal(ClaimAnswer.Claimed, await shop.TypeAsync("v1", code));
        Assert.Equal(ClaimAnswer.Claimed, await shop.TypeAsync("v2", code));
        shop.Bench.Follow(from);
        await shop.Bench.Loop.DrainAsync(default);
        Assert.Equal("v1", shop.Bench.Hub.ClaimOf(DecidingBench.Door)?.Visit.Value);
        Assert.Equal([("claimed", "v1", null), ("claimed", "v2", null), ("released", "v2", "taken")], shop.Bench.Events.OfType<ScreenClaimData>().Select(c => (c.State, c.VisitId, c.Reason)));
        Assert.Equal(("mine", "v1"), shop.Bench.Hub.Current(DecidingBench.Door) is { } shown ? (shown.Offer.Value, shown.Visit.Value) : default);
    }

    [Fact]
    public async Task Codes_cannot_be_guessed_faster_than_thirty_a_minute_not_even_rightly()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        for (var i = 0; i < 30; i++) Assert.Equal(ClaimAnswer.NoSuchCode, await shop.TypeAsync("v1", "AAAAA"));
        Assert.Equal(ClaimAnswer.TooOften, await shop.TypeAsync("v1", shop.Bench.Hub.Codes.Of(DecidingBench.Door)!));
        await shop.Bench.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(ClaimAnswer.Claimed, await shop.TypeAsync("v1", shop.Bench.Hub.Codes.Of(DecidingBench.Door)!));
    }

    [Fact]
    public async Task Whoever_is_not_here_or_has_said_stop_claims_nothing()
    {
        await using var shop = await OpenAsync();
        Assert.Equal(ClaimAnswer.NotNow, await shop.TypeAsync("v1", shop.Bench.Hub.Codes.Of(DecidingBench.Door)!));
        await shop.Bench.ArrivesAsync("v1");
        await shop.Bench.ChoosesAsync("v1", "stop", null);
        Assert.Equal(ClaimAnswer.NotNow, await shop.TypeAsync("v1", shop.Bench.Hub.Codes.Of(DecidingBench.Door)!));
        Assert.Empty(shop.Bench.Events.OfType<ScreenClaimData>());
    }

    [Fact]
    public async Task A_vote_on_a_screen_that_is_nobodys_counts_for_the_offer_and_is_no_customers_word()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        var (showing, offer) = (shop.Bench.Hub.Current(DecidingBench.Door)!.Id, shop.Bench.OnDoor!);
        Assert.False(await shop.TouchAsync(showing, "stop"));
        Assert.False(await shop.TouchAsync(showing, "not-now"));
        Assert.True(await shop.TouchAsync(showing, "never"));
        Assert.False(await shop.TouchAsync(showing, "want"));
        Assert.Equal((offer, "never"), Assert.Single(shop.Bench.Events.OfType<ScreenChoiceData>()) is var said ? (said.OfferId, said.Choice) : default);
        Assert.Empty(shop.Bench.Events.OfType<ChoiceData>());
        Assert.Empty(shop.Bench.Inputs.WordsOf(new("k1-ana"), new("v1")));
        Assert.Contains(await shop.Bench.PhoneAsync("v1"), o => o.Offer.Value == offer);
        // Off this screen for a while, since whoever stands there does not want it.
        Assert.NotEqual(offer, shop.Bench.OnDoor);
    }

    [Fact]
    public async Task The_crowd_before_a_screen_has_one_vote_for_an_offer_a_day()
    {
        await using var shop = await OpenAsync(Document(Offer("g", "generic")).Bytes());
        for (var i = 0; i < 3; i++)
        {
            await shop.Bench.ArrivesAsync("v" + i, "k1-" + i);
            await shop.Bench.DrawsAsync();
            Assert.True(await shop.TouchAsync(shop.Bench.Hub.Current(DecidingBench.Door)!.Id, "want"));
            await shop.Bench.DepartsAsync("v" + i, "k1-" + i);
        }

        await shop.Bench.ArrivesAsync("v9");
        var bundle = shop.Bench.Bundles.Current;
        Assert.Equal(1, shop.Bench.Inputs.For(shop.Bench.Visits.Find(new("v9"))!, DecidingBench.Door, bundle, bundle.ScreenIn(new("entrance"))!, "en").LocalCounts[new("g")].Guests.Wanted);
    }

    [Fact]
    public async Task On_a_claimed_screen_a_touch_is_the_customers_word_as_on_their_phone()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        await shop.ClaimsAsync("v1");
        Assert.True(await shop.TouchAsync(shop.Bench.Hub.Current(DecidingBench.Door)!.Id, "never"));
        var choice = Assert.Single(shop.Bench.Events.OfType<ChoiceData>());
        Assert.Equal(("v1", "k1-ana", "never", "mine", "door", "high"), (choice.VisitId, choice.Subject, choice.Choice, choice.OfferId, choice.Display, choice.Assurance));
        Assert.NotEqual("mine", shop.Bench.OnDoor);
    }

    [Fact]
    public async Task A_vote_that_could_not_be_kept_can_be_given_again()
    {
        await using var shop = await OpenAsync();
        await shop.Bench.ArrivesAsync("v1");
        var showing = shop.Bench.Hub.Current(DecidingBench.Door)!.Id;
        shop.Bench.Refuses = data => data is ScreenChoiceData;
        await Assert.ThrowsAsync<JournalFault>(() => shop.TouchAsync(showing, "want"));
        shop.Bench.Refuses = _ => false;
        Assert.True(await shop.TouchAsync(showing, "want"));
        Assert.False(await shop.TouchAsync(showing, "want"));
        Assert.Single(shop.Bench.Events.OfType<ScreenChoiceData>());
    }

    private static async Task<Shop> OpenAsync(byte[]? bundle = null)
    {
        var bench = new DecidingBench(bundle ?? Bundle, new(DecidingBench.Door, new("entrance")) { Claim = true, Touch = true }, new(Aisle, new("aisle")));
        bench.Hub.Connect(DecidingBench.Door, isOwn: true);
        await bench.Loop.DrainAsync(default);
        return new(bench);
    }

    private sealed record Shop(DecidingBench Bench) : IAsyncDisposable
    {
        private ScreenGuests Guests => new(Bench.Journal, Bench.Hub, Bench.Visits, Bench.Inputs, Bench.Clock);

        private string SubjectOf(string visit) => Bench.Visits.Find(new(visit))?.Subject.Value ?? "k1-ana";

        public Task<ClaimAnswer> TypeAsync(string visit, string code) => Guests.ClaimAsync(new(visit), new(SubjectOf(visit)), "high", "en", code, default);

        public async Task ClaimsAsync(string visit)
        {
            var seq = Bench.Events.Count;
            Assert.Equal(ClaimAnswer.Claimed, await TypeAsync(visit, Bench.Hub.Codes.Of(DecidingBench.Door)!));
            await FollowAsync(seq);
        }

        public async Task<bool> TouchAsync(string showing, string choice)
        {
            var seq = Bench.Events.Count;
            var counted = await Guests.TouchAsync(DecidingBench.Door, showing, choice, default);
            await FollowAsync(seq);
            return counted;
        }

        public ValueTask DisposeAsync() => Bench.DisposeAsync();

        /// <summary>The loop hears of what others journaled.</summary>
        private async Task FollowAsync(int from)
        {
            Bench.Follow(from);
            await Bench.Loop.DrainAsync(default);
        }
    }
}

using StoreEdge.Agent.Displays;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Tests.Deciding;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Displays;

/// <summary>Between a decision and its poster lies a write to the disk: what has changed meanwhile counts.</summary>
public sealed class LateShowingTests : IAsyncDisposable
{
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(1);
    private readonly DecidingBench bench = new(Document(Offer("g", "generic")).Bytes(), new DisplayPlace(DecidingBench.Door, new("entrance")) { Claim = true });

    [Fact]
    public async Task What_is_for_one_pair_of_eyes_is_not_put_on_a_screen_that_is_nobodys_any_more()
    {
        await ClaimsAsync("v1");
        var decided = Showing("v1", isPersonal: true);
        await bench.Hub.EndClaimAsync(DecidingBench.Door, EndReason.Released, default);
        await bench.Hub.ShowAsync(DecidingBench.Door, decided, default);
        Assert.Null(bench.Hub.Current(DecidingBench.Door));
        var proof = Assert.Single(bench.Events.OfType<ProofOfPlayData>());
        Assert.Equal((decided.Id, "released", false), (proof.ShowingId, proof.Reason, (proof.SentAt ?? proof.RenderedAt) is not null));
    }

    [Fact]
    public async Task What_is_for_one_pair_of_eyes_is_not_put_on_the_screen_of_somebody_else()
    {
        await ClaimsAsync("v2");
        await bench.Hub.ShowAsync(DecidingBench.Door, Showing("v1", isPersonal: true), default);
        Assert.Null(bench.Hub.Current(DecidingBench.Door));
        Assert.Equal("v2", bench.Hub.ClaimOf(DecidingBench.Door)?.Visit.Value);
    }

    [Fact]
    public async Task What_is_over_before_it_could_be_shown_is_not_shown_and_what_stands_there_goes_on()
    {
        var standing = Showing("v2");
        await bench.Hub.ShowAsync(DecidingBench.Door, standing with { Until = standing.Until + Lasts }, default);
        var decided = Showing("v1");
        bench.Clock.Advance(Lasts);
        await bench.Hub.ShowAsync(DecidingBench.Door, decided, default);
        Assert.Equal(standing.Id, bench.Hub.Current(DecidingBench.Door)?.Id);
        Assert.Equal((decided.Id, "expired"), Assert.Single(bench.Events.OfType<ProofOfPlayData>()) is var proof ? (proof.ShowingId, proof.Reason) : default);
    }

    [Fact]
    public async Task What_was_decided_for_a_claim_that_goes_on_is_shown()
    {
        await ClaimsAsync("v1");
        var decided = Showing("v1", isPersonal: true);
        await bench.Hub.ShowAsync(DecidingBench.Door, decided, default);
        Assert.Equal(decided.Id, bench.Hub.Current(DecidingBench.Door)?.Id);
    }

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    private ValueTask ClaimsAsync(string visit) =>
        bench.Hub.BeginClaimAsync(DecidingBench.Door, new(new(visit), new("k1-ana"), "en", "high", Instant.Now(bench.Clock) + Lasts * 3), default);

    private Showing Showing(string visit, bool isPersonal = false)
    {
        var now = Instant.Now(bench.Clock);
        var poster = new Poster("generic", "en", "", "Headline", "", null, null, null, "", "", null);
        return new("s-" + visit, new("d-" + visit), new VisitId(visit), new("offer"), "Offer", poster, bench.Clock.GetUtcNow(), now, now + Lasts, null) { IsPersonal = isPersonal };
    }
}

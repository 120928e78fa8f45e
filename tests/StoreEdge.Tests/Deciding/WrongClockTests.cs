using System.Text.Json.Nodes;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

/// <summary>What a wrong clock may not do to decisions: show more often than allowed, believe what is old, begin too early.</summary>
public sealed class WrongClockTests
{
    private static readonly DateTimeOffset Start = Noon.ToUniversalTime();

    private static byte[] OnceADay =>
        Document(Offer("g", "generic")).With("caps", new JsonArray(new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "P1D" })).Bytes();

    [Theory]
    [InlineData(-20000)] // 1970
    [InlineData(-3)] // stale
    [InlineData(-1)]
    [InlineData(365)]
    public async Task A_cap_is_not_forgotten_by_a_machine_that_starts_with_a_wrong_clock(int days)
    {
        await using var bench = new DecidingBench(OnceADay);
        Assert.Equal("g", await ShowAsync(bench));
        await bench.RebootAsync(Start.AddDays(days));
        Assert.Equal("fallback", await ShowAsync(bench));
        // What has surely passed counts: the time that the machine has run.
        await bench.PassAsync(TimeSpan.FromHours(23));
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal("g", await ShowAsync(bench));
    }

    [Theory]
    [InlineData(-20000)]
    [InlineData(-1)]
    [InlineData(365)]
    public async Task A_cap_is_not_forgotten_when_the_clock_is_set_wrong_while_it_runs(int days)
    {
        await using var bench = new DecidingBench(OnceADay);
        Assert.Equal("g", await ShowAsync(bench));
        bench.Synchronized = false;
        bench.Clock.SetWall(Start.AddDays(days));
        await bench.PassAsync(TimeSpan.FromHours(23));
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal("g", await ShowAsync(bench));
    }

    [Fact]
    public async Task What_was_shown_before_the_clock_was_set_counts_from_when_it_truly_was()
    {
        await using var bench = new DecidingBench(OnceADay);
        // Off for three days, and on again where it was.
        await bench.RebootAsync(Start);
        Assert.Equal("g", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(2));
        bench.Clock.SetWall(Start.AddDays(3));
        bench.Synchronized = true;
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(21));
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal("g", await ShowAsync(bench));
    }

    [Fact]
    public async Task What_was_shown_in_a_boot_that_never_knew_the_time_counts_from_its_end()
    {
        await using var bench = new DecidingBench(OnceADay);
        await bench.RebootAsync(Start);
        Assert.Equal("g", await ShowAsync(bench));
        // The next boot finds the time three days later; it has run for an hour when the agent starts.
        await bench.RebootAsync(Start.AddDays(3), synchronized: true);
        await bench.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(22));
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal("g", await ShowAsync(bench));
    }

    [Fact]
    public async Task A_stamp_that_is_too_early_does_not_free_a_cap_before_it_has_been_settled()
    {
        await using var bench = new DecidingBench(OnceADay);
        await bench.RebootAsync(Start);
        await bench.ArrivesAsync("open");
        await bench.DrawsAsync();
        await bench.RebootAsync(Start.AddDays(3), synchronized: true);
        // No event has come since; the phone of the visit that was open asks.
        Assert.Equal("fallback", Assert.Single(await bench.PhoneAsync("open")).Offer.Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(365)]
    public async Task What_central_said_has_no_age_while_the_time_is_not_known_hence_is_unknown(int days)
    {
        await using var bench = new DecidingBench(Document(Offer("new", "generic").When("lifecycle", "newProspect")).Bytes());
        await bench.RebootAsync(Start.AddDays(days));
        await bench.KnowsAsync("v1", ("lifecycle", "\"newProspect\""));
        await bench.ArrivesAsync("v1");
        Assert.Equal("fallback", bench.OnDoor);
        bench.Clock.SetWall(Start);
        bench.Synchronized = true;
        await bench.KnowsAsync("v2", ("lifecycle", "\"newProspect\""));
        await bench.ArrivesAsync("v2", "k1-rui");
        Assert.Equal("new", bench.OnDoor);
    }

    [Fact]
    public async Task An_offer_does_not_begin_early_on_a_clock_that_is_a_year_ahead_and_not_end_late_on_one_that_is_a_day_behind()
    {
        var next = Offer("next", "generic").With("validFrom", Start.AddDays(30).ToString("O"));
        var last = Offer("last", "generic").With("validUntil", Start.AddHours(-1).ToString("O"));
        await using var bench = new DecidingBench(Document(next, last).Bytes());
        await bench.RebootAsync(Start.AddYears(1));
        Assert.Equal("fallback", await ShowAsync(bench));
        await bench.RebootAsync(Start.AddDays(-1));
        Assert.Equal("fallback", await ShowAsync(bench));
    }

    [Fact]
    public async Task A_month_of_caps_survives_a_departure_on_a_clock_that_is_a_year_ahead()
    {
        await using var bench = new DecidingBench(OnceADay);
        Assert.Equal("g", await ShowAsync(bench));
        await bench.RebootAsync(Start.AddYears(1));
        await bench.ArrivesAsync("other", "k1-rui");
        await bench.DepartsAsync("other", "k1-rui");
        await bench.RebootAsync(Start.AddHours(1), synchronized: true);
        Assert.Equal("fallback", await ShowAsync(bench));
    }

    /// <summary>Somebody comes, is shown what fits, and goes.</summary>
    private static async Task<string?> ShowAsync(DecidingBench bench)
    {
        var visit = Guid.NewGuid().ToString();
        await bench.ArrivesAsync(visit);
        var shown = bench.OnDoor;
        await bench.DrawsAsync();
        await bench.DepartsAsync(visit);
        return shown;
    }
}

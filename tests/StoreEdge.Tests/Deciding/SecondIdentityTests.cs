using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Tests.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

/// <summary>No cap is exceeded because somebody is met under two names, on two surfaces, or at the same moment twice.</summary>
public sealed class SecondIdentityTests
{
    [Fact]
    public async Task Of_many_who_decide_for_one_customer_at_once_no_two_see_the_same_room()
    {
        await using var bench = new DecidingBench(Capped("customer"));
        var visits = Enumerable.Range(0, 16).Select(i => $"v{i}").ToArray();
        foreach (var visit in visits) bench.Visits.Put(new(visit), new("k1-ana"), new("nowhere"), null);
        await Task.WhenAll(visits.Select(v => Task.Run(() => bench.PhoneAsync(v))));
        Assert.Equal(1, bench.Events.OfType<DecisionData>().Count(d => d.Offers.Contains("g")));
    }

    [Fact]
    public async Task A_household_shares_its_cap_by_the_enrolment_list_alone()
    {
        await using var bench = new DecidingBench(Capped("household"));
        bench.Enrolled.Add("k1-ana", "h7");
        bench.Enrolled.Add("k1-rui", "h7");
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-rui", "aisle");
        Assert.Equal("fallback", bench.Hub.Current(new("aisle"))?.Offer.Value);
    }

    [Fact]
    public async Task What_was_shown_before_the_household_was_known_counts_for_it()
    {
        await using var bench = new DecidingBench(Capped("household", 2));
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.DepartsAsync("v1");
        await bench.KnowsAsync("v2", ("household", "\"h7\""));
        await bench.ArrivesAsync("v2");
        await bench.DrawsAsync();
        await bench.DepartsAsync("v2");
        await bench.KnowsAsync("v3", ("household", "\"h7\""));
        await bench.ArrivesAsync("v3", "k1-rui");
        Assert.Equal("fallback", bench.OnDoor);
    }

    [Fact]
    public async Task What_a_guest_was_shown_counts_for_the_customer_whom_they_turn_out_to_be_also_after_a_restart()
    {
        await using var bench = new DecidingBench(Capped("customer"));
        await GuestAsync(bench, "v1", "visit-1");
        Assert.Equal("g", Assert.Single(await bench.PhoneAsync("v1", "visit-1")).Offer.Value);
        await bench.Inputs.GoesOnAsAsync(new("visit-1"), new("k1-ana"));
        await bench.DepartsAsync("v1", "visit-1");
        await bench.RestartAsync();
        await GuestAsync(bench, "v2", "k1-ana");
        Assert.Equal("fallback", Assert.Single(await bench.PhoneAsync("v2")).Offer.Value);
    }

    [Fact]
    public async Task Whoever_says_not_me_is_not_shown_it_all_over_again_and_nothing_on_disk_ties_them_to_the_customer()
    {
        await using var bench = new DecidingBench(Capped("customer"));
        await GuestAsync(bench, "v1", "k1-ana");
        Assert.Equal("g", Assert.Single(await bench.PhoneAsync("v1")).Offer.Value);
        await bench.Inputs.GoesOnAsAsync(new("k1-ana"), new("visit-2"));
        await GuestAsync(bench, "v2", "visit-2");
        Assert.Equal("fallback", Assert.Single(await bench.PhoneAsync("v2", "visit-2")).Offer.Value);
        Assert.Equal(0, bench.Journal.Query(database =>
        {
            using var command = database.CreateCommand();
            command.CommandText = "SELECT (SELECT count(*) FROM showing WHERE subject = 'visit-2' AND offer = 'g') + (SELECT count(*) FROM trace WHERE inputs LIKE '%visit-2%' AND inputs LIKE '%k1-ana%')";
            return (long)command.ExecuteScalar()!;
        }));
    }

    [Fact]
    public async Task A_new_edition_of_the_bundle_forgets_no_showing_of_an_offer_that_it_has_not_any_more()
    {
        JsonObject Edition(string offer) => Document(Offer(offer, "generic").With("supplier", "acme"))
            .With("caps", new JsonArray(
                new JsonObject { ["per"] = "customer", ["counts"] = "together", ["class"] = "generic", ["limit"] = 1, ["window"] = "P1D" },
                new JsonObject { ["per"] = "customer", ["counts"] = "eachSupplier", ["limit"] = 1, ["window"] = "P1D" }));
        await using var bench = new DecidingBench(Edition("old").Bytes());
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.DepartsAsync("v1");
        Assert.True(bench.Bundles.TryReplace(Edition("new").With("version", "t2").Bytes(), "test"));
        await bench.ArrivesAsync("v2");
        Assert.Equal("fallback", bench.OnDoor);
        Assert.Equal("cap-customer:caps[0]", bench.Events.OfType<DecisionData>().Last().Rejected.Single().Reason);
    }

    private static byte[] Capped(string per, int limit = 1) => Document(Offer("g", "generic"))
        .With("caps", new JsonArray(new JsonObject { ["per"] = per, ["counts"] = "eachOffer", ["limit"] = limit, ["window"] = "P1D" })).Bytes();

    private static async Task GuestAsync(DecidingBench bench, string visit, string subject) => await bench.ArrivesAsync(visit, subject, "nowhere");
}

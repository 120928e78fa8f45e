using System.Text.Json.Nodes;
using StoreEdge.Agent.Displays;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

public sealed class ScreenTurnsTests
{
    private static readonly DisplayId Aisle = new("aisle");

    private static byte[] Three => Document(Offer("a", "generic"), Offer("b", "generic"), Offer("c", "generic")).Bytes();

    private static DisplayPlace Door => new(DecidingBench.Door, new("entrance"));

    [Fact]
    public async Task What_somebody_is_reading_stays_for_its_dwell_and_then_who_came_has_it()
    {
        await using var bench = await OpenAsync(Three);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Equal("v1", Served(bench));
        await bench.PassAsync(DisplayHub.MinimumDwell - TimeSpan.FromMilliseconds(1));
        Assert.Equal("v1", Served(bench));
        await bench.PassAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal("v2", Served(bench));
    }

    [Fact]
    public async Task A_page_that_connects_while_somebody_reads_and_another_waits_does_not_hold_up_deciding()
    {
        await using var bench = await OpenAsync(Three);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-bia");
        bench.Hub.Connect(DecidingBench.Door);
        var drained = Task.Run(() => bench.Loop.DrainAsync(default).AsTask());
        var first = await Task.WhenAny(drained, Task.Delay(TimeSpan.FromSeconds(10)));
        // Also where it went round and round, the dwell's end lets it go, so that the bench can be cleared away.
        await bench.PassAsync(DisplayHub.MinimumDwell);
        Assert.Same(drained, first);
        Assert.Equal("v2", Served(bench));
    }

    [Fact]
    public async Task Who_has_left_before_their_turn_has_none()
    {
        await using var bench = await OpenAsync(Three);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-bia");
        await bench.DepartsAsync("v2", "k1-bia");
        await bench.PassAsync(DisplayHub.MinimumDwell);
        Assert.Equal("v1", Served(bench));
    }

    [Fact]
    public async Task Everybody_near_has_one_turn_in_each_round()
    {
        await using var bench = await OpenAsync(Three);
        foreach (var who in (string[])["v1", "v2", "v3"]) await bench.ArrivesAsync(who, "k1-" + who);
        var served = new List<string> { Served(bench)! };
        for (var turn = 0; turn < 6; turn++)
        {
            await bench.DrawsAsync();
            await bench.PassAsync(TimeSpan.FromSeconds(30));
            served.Add(Served(bench)!);
        }

        Assert.All(served.Zip(served.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(["v1", "v2", "v3"], served.Skip(1).Take(3).Order());
        Assert.Equal(["v1", "v2", "v3"], served.Skip(4).Take(3).Order());
    }

    [Fact]
    public async Task What_suits_most_of_those_who_stand_there_comes_first()
    {
        // One of them alone may see x, which scores more with them than c does with anybody; c is for all.
        static JsonObject Counts() => new() { ["shown"] = 100_000, ["wanted"] = 3_000, ["refused"] = 0 };
        var document = Document(
            Offer("x", "generic").With("priority", 1.5).With("counts", Counts()).When("lifecycle", "exCustomer"), Offer("c", "generic").With("counts", Counts()));
        await using var bench = await OpenAsync(document.Bytes());
        foreach (var who in (string[])["v1", "v2", "v3", "v4"])
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            if (who == "v3") await bench.KnowsAsync(who, ("lifecycle", "\"exCustomer\""));
            await bench.ArrivesAsync(who, "k1-" + who);
            if (who == "v3") Assert.Equal("x", bench.OnDoor);
        }

        await bench.DrawsAsync();
        await bench.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("c", bench.OnDoor);
    }

    [Fact]
    public async Task A_service_notice_for_all_takes_the_place_of_what_another_is_reading()
    {
        var document = Document(Offer("g", "generic"), Offer("s", "service").When("lifecycle", "customer"));
        await using var bench = await OpenAsync(document.Bytes());
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Equal("g", bench.OnDoor);
        await bench.KnowsAsync("v2", ("lifecycle", "\"customer\""));
        Assert.Equal(("s", "v2"), (bench.OnDoor, Served(bench)));
    }

    [Fact]
    public async Task Promotions_for_another_do_not_interrupt_who_is_reading()
    {
        await using var bench = await OpenAsync(Document(Offer("g", "generic"), Offer("p", "promotion")).Bytes());
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-bia");
        await bench.KnowsAsync("v2", ("commercialHold", "false"), ("marketingConsent", "true"));
        Assert.Equal(("g", "v1"), (bench.OnDoor, Served(bench)));
    }

    [Fact]
    public async Task Of_several_displays_in_a_zone_the_one_by_the_receiver_that_heard_somebody_best_serves_them()
    {
        await using var bench = new DecidingBench(Three, Door with { Receiver = "r1" }, new(Aisle, new("entrance")) { Receiver = "r2" });
        await bench.ArrivesAsync("v1");
        Assert.Equal("v1", Served(bench));
        Assert.Null(bench.Hub.Current(Aisle));
    }

    [Fact]
    public async Task A_display_that_is_still_in_sight_goes_on_for_who_walks_there_and_only_then_the_nearer_one_has_them()
    {
        await using var bench = new DecidingBench(Three, Door with { Near = [new("aisle")] }, new(Aisle, new("aisle")));
        bench.Hub.Connect(DecidingBench.Door);
        bench.Hub.Connect(Aisle);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.HappensAsync(new ZoneData("v1", "k1-ana", "entrance", "aisle", "r2", "involuntary", "low"));
        Assert.Equal("v1", Served(bench));
        Assert.Null(bench.Hub.Current(Aisle));
        await bench.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Null(bench.OnDoor);
        Assert.Equal("v1", bench.Hub.Current(Aisle)?.Visit.Value);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("phone")]
    [InlineData("staff")]
    public async Task Who_turns_out_to_want_no_screen_is_taken_off_it_at_once_and_others_have_their_turn(string channel)
    {
        await using var bench = await OpenAsync(Three);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.ArrivesAsync("v2", "k1-bia");
        await bench.KnowsAsync("v1", ("preferredChannel", $"\"{channel}\""));
        Assert.Equal("v2", Served(bench));
        Assert.Equal("choice", Assert.Single(bench.Events.OfType<ProofOfPlayData>()).Reason);
    }

    [Fact]
    public async Task What_is_shown_for_somebody_ends_when_their_wishes_cannot_be_read_any_more()
    {
        await using var bench = await OpenAsync(Three);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(bench.Directory, "journal", "journal.db")}"))
        {
            database.Open();
            using var command = database.CreateCommand();
            command.CommandText = "DROP TRIGGER preference_added; DROP TRIGGER preference_removed; DROP TRIGGER preference_changed; ALTER TABLE preference RENAME TO spoilt";
            command.ExecuteNonQuery();
        }

        await bench.KnowsAsync("v1", ("lifecycle", "\"customer\""));
        Assert.Null(bench.OnDoor);
    }

    [Fact]
    public async Task Who_leaves_is_off_every_display_even_where_the_next_decision_cannot_be_kept()
    {
        await using var bench = new DecidingBench(Three, Door, new(Aisle, new("entrance")));
        bench.Hub.Connect(DecidingBench.Door);
        bench.Hub.Connect(Aisle);
        await bench.ArrivesAsync("v1");
        await bench.DrawsAsync();
        await bench.DrawsAsync(Aisle);
        await bench.ArrivesAsync("v2", "k1-bia");
        Assert.Equal(("v1", "v1"), (Served(bench), bench.Hub.Current(Aisle)?.Visit.Value));
        bench.Refuses = data => data is DecisionData;
        await bench.DepartsAsync("v1");
        Assert.Equal((null, null), (bench.OnDoor, bench.Hub.Current(Aisle)?.Visit.Value));
    }

    [Fact]
    public async Task A_zone_without_a_display_is_served_by_one_that_is_seen_from_there()
    {
        await using var bench = new DecidingBench(Three, Door with { Near = [new("shoes")] });
        await bench.ArrivesAsync("v1", zone: "shoes");
        Assert.Equal("v1", Served(bench));
    }

    private static async Task<DecidingBench> OpenAsync(byte[] bundle)
    {
        var bench = new DecidingBench(bundle);
        bench.Hub.Connect(DecidingBench.Door);
        await bench.Loop.DrainAsync(default);
        return bench;
    }

    private static string? Served(DecidingBench bench) => bench.Hub.Current(DecidingBench.Door)?.Visit.Value;
}

using System.Text.Json.Nodes;
using StoreEdge.Agent.Commands;
using StoreEdge.Contracts;
using StoreEdge.Tests.Deciding;
using StoreEdge.Tests.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Commands;

public sealed class DecisionReplayTests
{
    private static readonly JsonObject Edition = Document(
            Offer("p", "promotion").With("supplier", "acme").With("campaign", "summer"), Offer("q", "promotion", "tea"), Offer("i", "generic", "coffee").With("sensitivity", "personal").When("interest", "coffee"),
            Offer("g", "generic"), Offer("h", "help", "person"))
        .With("holdouts", HoldoutTests.Holdouts(0.5))
        .With("caps", new JsonArray(new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 2, ["window"] = "P1D" }));

    [Fact]
    public async Task Every_decision_of_a_day_is_made_anew_to_the_byte_also_after_the_bundle_has_changed()
    {
        await using var bench = new DecidingBench(Edition.Bytes());
        await DayAsync(bench);
        Assert.True(bench.Bundles.TryReplace(Edition.DeepClone().AsObject().With("version", "t2").Bytes(), "test"));
        await DayAsync(bench, "later-");
        var decisions = bench.Events.OfType<DecisionData>().ToArray();
        Assert.True(decisions.Length > 10 && decisions.Select(d => d.BundleVersion).Distinct().Count() == 2);
        Assert.Contains(decisions, d => d.Rejected.Any(r => r.Reason.StartsWith("cap-", StringComparison.Ordinal)));
        foreach (var told in decisions)
        {
            var (decision, isSame) = DecisionReplay.Run(Store(bench), told.DecisionId);
            Assert.True(isSame);
            Assert.Equal((told.DecisionId, string.Join(',', told.Offers), told.Explanation), (decision.Id.Value, string.Join(',', decision.Ids()), decision.Explanation));
        }
    }

    [Fact]
    public async Task What_is_missing_is_said()
    {
        await using var bench = new DecidingBench(Edition.Bytes());
        await DayAsync(bench);
        var id = bench.Events.OfType<DecisionData>().First().DecisionId;
        var (code, output, _) = Run("--replay", id, "--directory", Store(bench));
        Assert.Equal(0, code);
        Assert.Contains(id, output, StringComparison.Ordinal);
        Assert.Equal(1, await bench.Journal.WriteAsync(t =>
        {
            using var command = t.Database.CreateCommand();
            command.CommandText = $"UPDATE trace SET seed = seed + 1 WHERE decision = '{id}'";
            return command.ExecuteNonQuery();
        }));
        Assert.Equal(1, Run("--replay", id, "--directory", Store(bench)).Code);
        Directory.Delete(Path.Combine(Store(bench), "bundles"), recursive: true);
        Assert.Contains("missing is the bundle that it was made from", Run("--replay", id, "--directory", Store(bench)).Error, StringComparison.Ordinal);
        await bench.Journal.WriteAsync(t =>
        {
            using var command = t.Database.CreateCommand();
            command.CommandText = "DELETE FROM trace";
            return command.ExecuteNonQuery();
        });
        Assert.Contains("what it was made from is not kept any more", Run("--replay", id, "--directory", Store(bench)).Error, StringComparison.Ordinal);
        Assert.Contains("there is no decision nobody", Run("--replay", "nobody", "--directory", Store(bench)).Error, StringComparison.Ordinal);
        Assert.NotEqual(0, Run("--replay", id).Code);
    }

    private static async Task DayAsync(DecidingBench bench, string prefix = "")
    {
        for (var i = 0; i < 4; i++)
        {
            var (visit, subject) = ($"{prefix}v{i}", i % 2 == 0 ? "k1-ana" : "k1-rui");
            await bench.KnowsAsync(visit, ("commercialHold", "false"), ("interest", "[\"coffee\",\"tea\"]"), ("marketingConsent", "true"), ("lifecycle", "\"customer\""));
            await bench.ArrivesAsync(visit, subject);
            if (bench.OnDoor is not null) await bench.DrawsAsync();
            await bench.PhoneAsync(visit, subject);
            await bench.ChoosesAsync(visit, i == 3 ? "never" : "want", "g", subject);
            await bench.PhoneAsync(visit, subject);
            await bench.DepartsAsync(visit, subject);
            bench.Clock.Advance(TimeSpan.FromMinutes(7));
        }
    }

    /// <summary>The bench keeps bundles and journal apart; a store has both in its state directory.</summary>
    private static string Store(DecidingBench bench)
    {
        var (from, to) = (Path.Combine(bench.Directory, "state", "bundles"), Path.Combine(bench.Directory, "journal", "bundles"));
        if (Directory.Exists(from)) Directory.Move(from, to);
        return Path.Combine(bench.Directory, "journal");
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = DecideCommand.Create(new ManualClock(Noon)).Parse(arguments).Invoke(new() { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}

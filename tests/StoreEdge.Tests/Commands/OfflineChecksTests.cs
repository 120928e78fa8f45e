using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Commands;

public sealed class OfflineChecksTests : IDisposable
{
    private readonly string state = Directory.CreateTempSubdirectory("storeedge-offline-").FullName;

    public void Dispose() => Directory.Delete(state, recursive: true);

    [Fact]
    public void A_state_directory_is_tried_and_left_as_it_was()
    {
        Assert.Equal(CheckVerdict.Pass, new OfflineChecks(state).Writable().Verdict);
        Assert.Empty(Directory.GetFileSystemEntries(state));
        Assert.Equal(CheckVerdict.Fail, new OfflineChecks(Path.Combine(state, "none")).Writable().Verdict);
    }

    [Fact]
    public void A_journal_that_is_no_database_has_failed_and_a_missing_one_is_unknown()
    {
        Assert.Equal(CheckVerdict.Unknown, new OfflineChecks(state).Database().Verdict);
        File.WriteAllText(Path.Combine(state, "journal.db"), new string('x', 5000));
        var check = new OfflineChecks(state).Database();
        Assert.Equal(CheckVerdict.Fail, check.Verdict);
        Assert.NotEqual("", check.NextAction.English);
    }

    [Fact]
    public void An_agent_that_does_not_answer_is_a_failure_with_all_that_was_found()
    {
        var report = OfflineChecks.Report(
            [OfflineChecks.Configuration(["/etc/storeedge/storeedge.json"], []), OfflineChecks.Silent(new("http://127.0.0.1:8480"), "refused")], Tongue.Portuguese, default);
        Assert.Equal("failed", report.Verdict);
        Assert.Equal(["agent", "configuration"], report.Checks.Select(c => c.Code));
        Assert.Equal("1 parte não funciona.", report.Summary);
    }

    [Fact]
    public void A_wrong_configuration_shows_its_first_error_and_how_many_more()
    {
        var check = OfflineChecks.Configuration([], ["a.json: mqtt.port: \"x\" is not allowed; a whole number", "b", "c"]);
        Assert.Equal(CheckVerdict.Fail, check.Verdict);
        Assert.Equal("a.json: mqtt.port: \"x\" is not allowed; a whole number (+2)", check.Evidence.English);
    }
}

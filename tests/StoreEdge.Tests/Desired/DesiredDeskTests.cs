using System.Text;

namespace StoreEdge.Tests.Desired;

public sealed class DesiredDeskTests
{
    private const string Config = """{"presence":{"zoneMargin":8}}""";

    [Fact]
    public async Task A_bundle_is_swapped_at_once_and_is_there_after_a_restart()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 3, """{"v":3}""");
        Assert.Equal(["""{"v":3}"""], bench.BundlesUsed);
        Assert.Equal(("applied", 3L, 3L, null), Told(bench, "bundle"));
        await bench.KillAsync();
        Assert.Equal("""{"v":3}""", bench.Documents["bundle"].Good!.Document);
        Assert.Equal(0, bench.Restarts);
    }

    [Fact]
    public async Task A_retained_message_that_comes_again_is_no_news()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 3, """{"v":3}""");
        var same = bench.Signed("bundle", 3, """{"v":3}""");
        await bench.KillAsync();
        await bench.Desk.TakeAsync("bundle", same);
        Assert.Single(bench.BundlesUsed);
        Assert.Equal(("applied", 3L, 3L, null), Told(bench, "bundle"));
        Assert.Empty(bench.Journal.Health.Warnings);
    }

    [Fact]
    public async Task An_older_version_is_refused_also_after_the_file_is_gone()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 7, """{"v":7}""");
        await bench.SendAsync("bundle", 6, """{"v":6}""");
        Assert.Equal(("refused", 6L, 7L), (bench.StateOf("bundle")!.State, bench.StateOf("bundle")!.Version, bench.StateOf("bundle")!.InForceVersion));
        Assert.True(bench.Warns("desired-refused:bundle"));
        Directory.Delete(Path.Combine(bench.State, "desired"), recursive: true);
        await bench.KillAsync();
        await bench.SendAsync("bundle", 7, """{"v":"another seven"}""");
        Assert.Contains("not newer than 7", bench.StateOf("bundle")!.Reason, StringComparison.Ordinal);
        Assert.Single(bench.BundlesUsed);
        await bench.SendAsync("bundle", 8, """{"v":8}""");
        Assert.Equal(("applied", 8L, 8L, null), Told(bench, "bundle"));
        Assert.False(bench.Warns("desired-refused:bundle"));
    }

    [Fact]
    public async Task The_file_guards_the_versions_where_the_database_was_lost()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 7, """{"v":7}""");
        await bench.Journal.Store.DisposeAsync();
        foreach (var file in Directory.GetFiles(bench.State, "journal.db*")) File.Delete(file);
        bench.Open();
        await bench.SendAsync("bundle", 5, """{"v":5}""");
        Assert.Equal("refused", bench.StateOf("bundle")!.State);
        Assert.Equal(7, bench.Journal.Number("SELECT highest FROM desired_version WHERE kind = 'bundle'"));
    }

    [Fact]
    public async Task The_same_version_of_another_text_is_refused()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 3, """{"v":3}""");
        await bench.SendAsync("bundle", 3, """{"v":"three"}""");
        Assert.Equal("refused", bench.StateOf("bundle")!.State);
        await bench.SendAsync("bundle", 3, """{"v":3}""");
        Assert.Equal(("applied", 3L, 3L, null), Told(bench, "bundle"));
    }

    [Fact]
    public async Task What_is_not_good_changes_nothing_and_uses_up_no_version()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 1, """{"v":1}""");
        await bench.SendAsync("bundle", 2, """{"bad":2}""");
        Assert.Equal(("refused", 2L, 1L, "it breaks a rule"), Told(bench, "bundle"));
        await bench.SendAsync("bundle", 2, """{"v":2}""");
        Assert.Equal(("applied", 2L, 2L, null), Told(bench, "bundle"));
        bench.Wrong = "no such key";
        await bench.SendAsync("config", 1, Config);
        Assert.Equal(("refused", 1L, 0L), (bench.StateOf("config")!.State, bench.StateOf("config")!.Version, bench.StateOf("config")!.InForceVersion));
        Assert.Equal(0, bench.Restarts);
        await bench.SendAsync("config", 1, """{"mqtt":{"host":"elsewhere"}}""");
        Assert.Contains("central may not set this", bench.StateOf("config")!.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Malformed { get; } = new()
    {
        { "no JSON", "hello" },
        { "null", "null" },
        { "no signature", """{"document":"{}"}""" },
        { "no document", """{"signature":"a..b"}""" },
        { "another member", """{"document":"{}","signature":"a..b","key":"mine"}""" },
        { "a document that is no text", """{"document":{},"signature":"a..b"}""" },
        { "two documents", """{"document":"{}","document":"{} ","signature":"a..b"}""" },
        { "text that is none", """{"document":"\ud800x","signature":"a..b"}""" },
        { "cut", """{"document":"{}","signature":"a..""" },
        { "an empty document", """{"document":"","signature":"a..b"}""" },
    };

    [Theory, MemberData(nameof(Malformed))]
    public async Task A_message_that_is_none_is_refused(string what, string payload)
    {
        await using var bench = new DesiredBench();
        await bench.Desk.TakeAsync("config", Encoding.UTF8.GetBytes(payload));
        Assert.True(bench.StateOf("config") is { State: "refused", Version: 0, InForceVersion: 0 }, what);
    }

    [Fact]
    public async Task A_document_that_was_signed_as_another_kind_or_for_another_store_is_refused()
    {
        await using var bench = new DesiredBench();
        await bench.Desk.TakeAsync("config", bench.Signed("displays", 1, """{"displays":[]}"""));
        Assert.Contains("'displays', not a 'config'", bench.StateOf("config")!.Reason, StringComparison.Ordinal);
        await bench.Desk.TakeAsync("config", bench.Signed("config", 1, Config, store: "s-2"));
        Assert.Contains("s-2", bench.StateOf("config")!.Reason, StringComparison.Ordinal);
        await bench.Desk.TakeAsync("config", bench.Signed("config", 1, Config, store: "*"));
        Assert.Equal("trial", bench.StateOf("config")!.State);
    }

    [Fact]
    public async Task Without_a_pinned_key_nothing_is_taken()
    {
        await using var bench = new DesiredBench { Pinned = false };
        bench.Reopen();
        await bench.SendAsync("config", 1, Config);
        Assert.Equal("refused", bench.StateOf("config")!.State);
        Assert.True(bench.Warns("desired-no-key"));
        Assert.Equal(0, bench.Restarts);
    }

    [Fact]
    public async Task A_configuration_goes_on_trial_and_what_comes_meanwhile_waits()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("config", 1, Config);
        await bench.SendAsync("displays", 1, """{"displays":[]}""");
        Assert.Equal(1, bench.Restarts);
        Assert.Equal(("trial", 1L, 1L, null), Told(bench, "config"));
        Assert.Null(bench.StateOf("displays"));
        bench.Documents.BeginRun();
        Assert.True(bench.Documents.IsOnTrial);
        bench.Documents.Prove();
        await bench.Desk.TakeWaitingAsync();
        Assert.Equal(("applied", 1L, 1L, null), Told(bench, "config"));
        Assert.Equal(("trial", 1L, 1L, null), Told(bench, "displays"));
        Assert.Equal(2, bench.Restarts);
    }

    [Fact]
    public async Task A_configuration_that_kills_the_process_is_taken_back_and_never_tried_again()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("config", 1, Config);
        Assert.Single(bench.Documents.BeginRun());
        bench.Documents.Prove();
        await bench.SendAsync("config", 2, """{"presence":{"zoneMargin":9}}""");
        Assert.Equal("desired config 2", Assert.Single(bench.Documents.BeginRun()).Source);
        await bench.KillAsync();
        Assert.Equal(("reverted", 2L, 1L, "the process ended while it was on trial"), Told(bench, "config"));
        Assert.True(bench.Warns("desired-reverted:config"));
        Assert.Equal("desired config 1", Assert.Single(bench.Documents.BeginRun()).Source);
        var restarts = bench.Restarts;
        await bench.SendAsync("config", 2, """{"presence":{"zoneMargin":9}}""");
        Assert.Equal(("reverted", 2L, 1L, "the process ended while it was on trial"), Told(bench, "config"));
        Assert.Equal(restarts, bench.Restarts);
        await bench.SendAsync("config", 3, """{"presence":{"zoneMargin":7}}""");
        Assert.Equal(("trial", 3L, 3L, null), Told(bench, "config"));
        Assert.False(bench.Warns("desired-reverted:config"));
    }

    [Fact]
    public async Task Killed_before_the_trial_began_the_next_process_begins_it()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("config", 1, Config);
        await bench.KillAsync();
        Assert.True(bench.Documents.IsOnTrial);
        Assert.Equal("trial", bench.StateOf("config")!.State);
    }

    [Fact]
    public async Task An_orderly_end_says_nothing_about_the_trial()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("config", 1, Config);
        bench.Documents.BeginRun();
        bench.Documents.Pause();
        await bench.KillAsync();
        Assert.True(bench.Documents.IsOnTrial);
    }

    [Fact]
    public async Task A_trial_that_cannot_be_written_down_is_not_begun()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("config", 1, Config);
        // A directory in the place of the file that is written beside: nobody, root included, can write there.
        Directory.CreateDirectory(Path.Combine(bench.State, "desired", "config.json.new", "x"));
        Assert.Empty(bench.Documents.BeginRun());
        Assert.False(bench.Documents.IsOnTrial);
        await bench.SendAsync("bundle", 1, """{"v":1}""");
        Directory.Delete(Path.Combine(bench.State, "desired", "config.json.new"), recursive: true);
        Assert.Single(bench.Documents.BeginRun());
    }

    [Fact]
    public async Task A_file_that_was_damaged_counts_as_none_and_is_told()
    {
        await using var bench = new DesiredBench();
        await bench.SendAsync("bundle", 4, """{"v":4}""");
        await File.WriteAllTextAsync(Path.Combine(bench.State, "desired", "bundle.json"), "{");
        await bench.KillAsync();
        Assert.True(bench.Warns("desired-damaged"));
        Assert.Equal((0L, 4L), (bench.StateOf("bundle")!.InForceVersion, bench.StateOf("bundle")!.Version));
        await bench.SendAsync("bundle", 4, """{"v":"forged four"}""");
        Assert.Empty(bench.BundlesUsed.Skip(1));
    }

    private static (string, long, long, string?) Told(DesiredBench bench, string kind) =>
        bench.StateOf(kind) is { } state ? (state.State, state.Version, state.InForceVersion, state.Reason) : default;
}

using System.Text;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Tests.Journal;

public class OpeningTests
{
    [Fact]
    public async Task Bytes_that_are_no_database_are_kept_in_quarantine_and_the_store_goes_on()
    {
        await using var bench = new Bench();
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("not a database. ", 1000)));
        await File.WriteAllBytesAsync(bench.File, bytes);
        bench.Open();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Assert.Single(Quarantine.Databases(bench.Directory))));
        Assert.Equal(2, (await bench.AppendAsync()).Seq);
        Assert.Contains(bench.Health.Warnings, w => w.Code == "journal-replaced");
    }

    [Fact]
    public async Task A_database_without_its_identity_is_not_given_a_new_one_in_silence()
    {
        await using var bench = new Bench();
        var epoch = bench.Open().Epoch;
        await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper("DELETE FROM journal");
        var store = bench.Open();
        Assert.NotEqual(epoch, store.Epoch);
        Assert.Equal(epoch, Assert.Single(store.Formers()).Epoch);
    }

    [Fact]
    public async Task A_power_cut_before_the_log_was_first_folded_in_is_no_damage()
    {
        await using var running = new Bench();
        await using var found = new Bench();
        var epoch = running.Open().Epoch;
        await running.AppendAsync();
        foreach (var file in new[] { "journal.db", "journal.db-wal" }) File.Copy(Path.Combine(running.Directory, file), Path.Combine(found.Directory, file));
        var store = found.Open();
        Assert.Equal(epoch, store.Epoch);
        Assert.Empty(store.Formers());
        Assert.Equal(2, (await found.AppendAsync()).Seq);
    }

    [Fact]
    public async Task A_second_agent_is_turned_away()
    {
        await using var bench = new Bench();
        var first = bench.Open();
        var fault = Assert.Throws<JournalFault>(() => bench.Open());
        Assert.Equal(JournalFaultKind.InUse, fault.Kind);
        await first.DisposeAsync();
        bench.Open();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_named()
    {
        await using var bench = new Bench();
        await File.WriteAllTextAsync(bench.File, "");
        var fault = Assert.Throws<JournalFault>(() => JournalStore.Open(
            Path.Combine(bench.File, "below"), new(), [], bench.Clock, null!, Microsoft.Extensions.Logging.Abstractions.NullLogger<JournalStore>.Instance));
        Assert.Contains(bench.File, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk()
    {
        // 2 is FULL: see sqlite.org/pragma.html#pragma_synchronous. A reader cannot see the writer's setting, so the writer's projection looks.
        await using var bench = new Bench();
        var probe = new PragmaProbe();
        bench.Open(null, probe);
        await bench.AppendAsync();
        Assert.Equal((2L, "wal", 4194304L), (probe.Synchronous, probe.JournalMode, probe.SizeLimit));
    }

    private sealed class PragmaProbe : IProjection
    {
        public string Name => "probe";

        public IReadOnlyList<string> Migrations => [];

        public long Synchronous { get; private set; }

        public string? JournalMode { get; private set; }

        public long SizeLimit { get; private set; }

        public void Apply(Microsoft.Data.Sqlite.SqliteConnection database, CommittedEvent committed)
        {
            object? Ask(string pragma)
            {
                using var command = database.CreateCommand();
                command.CommandText = "PRAGMA " + pragma;
                return command.ExecuteScalar();
            }

            (Synchronous, JournalMode, SizeLimit) = ((long)Ask("synchronous")!, (string)Ask("journal_mode")!, (long)Ask("journal_size_limit")!);
        }
    }
}

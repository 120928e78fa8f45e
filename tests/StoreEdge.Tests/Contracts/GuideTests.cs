using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace StoreEdge.Tests.Contracts;

/// <summary>The consumer's guide is executed: its SQL does what its sentences say, its messages fit, its topics are there.</summary>
public sealed class GuideTests : IDisposable
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(ContractSchemas.Directory, "..", "README.md"));
    private static readonly string[] Sql = [.. Guide.Split("```sql\n").Skip(1).Select(block => block.Split("```")[0])];
    private readonly SqliteConnection database = Open();

    [Fact]
    public void The_guides_table_keeps_an_event_once_and_takes_its_better_time()
    {
        Event(1, "1970", "unsynchronized");
        Event(1, "1971", "unsynchronized");
        Assert.Equal("1970 unsynchronized", Ask("SELECT time || ' ' || quality FROM event"));
        Event(1, "2026", "corrected");
        Event(1, "1970", "unsynchronized");
        Assert.Equal("2026 corrected", Ask("SELECT time || ' ' || quality FROM event"));
        Assert.Equal(1L, Ask("SELECT count(*) FROM event"));
    }

    [Fact]
    public void The_guides_acknowledgement_stops_at_a_hole_and_goes_over_what_was_declared()
    {
        foreach (var seq in new[] { 1, 2, 4, 5 }) Event(seq);
        Assert.Equal(2, Advance());
        Gap(3, 3);
        Assert.Equal(5, Advance());
        Gap(6, 6_000_000_000);
        Gap(7, 9);
        Assert.Equal(6_000_000_000, Advance());
        Event(6_000_000_001);
        Event(3);
        Assert.Equal(6_000_000_001, Advance());
        Assert.Equal(0, Advance("another"));
    }

    [Fact]
    public void A_new_table_of_the_guide_begins_where_the_store_says_that_the_earlier_one_ended()
    {
        Run("INSERT INTO cursor VALUES (:store, :epoch, 4812)", 0);
        Event(4813);
        Assert.Equal(4813, Advance());
    }

    [Fact]
    public void Every_message_that_the_guide_publishes_fits_its_topic()
    {
        var published = Regex.Matches(Guide, @"mosquitto_pub [^\n]*-t (?<topic>\S+) +-m '(?<payload>[^']*)'").ToList();
        Assert.True(published.Count >= 2);
        foreach (var p in published) Assert.Equal([], ContractSchemas.ValidateOnTopic(p.Groups["topic"].Value, Encoding.UTF8.GetBytes(p.Groups["payload"].Value)));
        var files = Regex.Matches(Guide, @"mosquitto_pub [^\n]*-t (?<topic>\S+) +-f (?<file>\S+)").ToList();
        foreach (var f in files) Assert.Equal([], ContractSchemas.ValidateOnTopic(f.Groups["topic"].Value, File.ReadAllBytes(Path.Combine(ContractSchemas.Directory, "..", f.Groups["file"].Value))));
    }

    [Fact]
    public void The_example_of_a_batch_is_a_batch_once_it_is_packed()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal)) zip.Write(ContractMessages.Example("event-batch"));
        Assert.Equal([], ContractSchemas.ValidateOnTopic("stores/v1/store-0042/evt-batch", packed.ToArray()));
    }

    [Fact]
    public void The_guide_is_a_read_of_a_few_minutes() =>
        // 240 words a minute, and half a minute for what a customer does on their phone. Code is looked up, not read.
        Assert.InRange(Regex.Count(Regex.Replace(Guide, "```.*?```", "", RegexOptions.Singleline), @"[\p{L}\d]+"), 500, 7 * 240 + 120);

    public void Dispose() => database.Dispose();

    private static SqliteConnection Open()
    {
        SQLitePCL.Batteries_V2.Init();
        var database = new SqliteConnection("Data Source=:memory:");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = Sql[0];
        command.ExecuteNonQuery();
        return database;
    }

    private void Event(long seq, string time = "2026", string quality = "synchronized") => Run(Sql[1], seq, time, quality);

    private void Gap(long first, long last) => Run("INSERT INTO gap VALUES (:store, :epoch, :seq, :time)", first, last);

    private long Advance(string epoch = "e") => (long)Run(Sql[2], 0, epoch: epoch)!;

    private object? Run(string sql, long seq, object? time = null, string quality = "", string epoch = "e")
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in new (string, object)[] { (":store", "s"), (":epoch", epoch), (":seq", seq), (":time", time ?? ""), (":quality", quality), (":body", "{}") })
            if (sql.Contains(name, StringComparison.Ordinal)) command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar();
    }

    private object Ask(string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
}

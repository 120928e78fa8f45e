using System.CommandLine;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Commands;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Journal;

public class JournalCommandTests
{
    [Fact]
    public async Task A_sound_journal_is_called_sound_while_the_agent_writes_it()
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 3; i++) await bench.AppendAsync();
        var (code, output, _) = Run("verify", "--directory", bench.Directory, "--json");
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, code);
        Assert.True(report.GetProperty("sound").GetBoolean());
        Assert.Equal((bench.Store.Epoch, 3, 3), (report.GetProperty("epoch").GetGuid(), report.GetProperty("events").GetInt32(), report.GetProperty("lastSeq").GetInt32()));
        Assert.Equal(4, (await bench.AppendAsync()).Seq);
    }

    [Theory]
    [InlineData("DELETE FROM event WHERE seq IN (4, 5)", "events 4–5 are missing")]
    [InlineData("DELETE FROM event WHERE seq <= 3", "events 1–3 are gone, but central holds only up to 0")]
    [InlineData("UPDATE journal SET acknowledged = 9", "central holds up to 9, but the newest event is 6")]
    [InlineData("UPDATE event SET data = '{\"visitId\":7}', crc = 4294967296 WHERE seq = 2", "event 2: the data of 'dwell' does not fit")]
    [InlineData("UPDATE event SET type = 'sneeze', crc = 4294967296 WHERE seq = 2", "event 2: there is no event type 'sneeze'")]
    [InlineData("UPDATE event SET data = '{}' WHERE seq = 2", "event 2 is not what was written")]
    [InlineData("UPDATE event SET mono_ms = mono_ms + 1 WHERE seq = 6", "event 6 is not what was written")]
    [InlineData("UPDATE boot SET boot_id = 'b' || boot_id", "event 1 is not what was written")]
    [InlineData("DELETE FROM event WHERE seq IN (2, 3, 4); INSERT INTO gap VALUES (3, 4, 'disk-full')", "events 2–2 are missing")]
    [InlineData("UPDATE journal SET epoch = 'once'", "its epoch is not a UUID: 'once'")]
    [InlineData("DELETE FROM journal", "it has no epoch")]
    [InlineData("DROP TABLE event", "it cannot be read as a journal")]
    public async Task What_is_wrong_is_named_and_makes_the_command_fail(string harm, string finding)
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 6; i++) await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper(harm);
        var (code, output, _) = Run("verify", "--file", bench.File);
        Assert.Equal(1, code);
        Assert.Contains("NOT SOUND", output, StringComparison.Ordinal);
        Assert.Contains(finding, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM event WHERE seq BETWEEN 2 AND 4; INSERT INTO gap VALUES (2, 3, 'disk-full'), (4, 4, 'erased')")]
    [InlineData("DELETE FROM event WHERE seq = 1; INSERT INTO gap VALUES (1, 1, 'corrupt')")]
    [InlineData("UPDATE event SET crc = 4294967296")]
    public async Task Declared_gaps_and_rows_from_before_there_were_checksums_are_sound(string change)
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 6; i++) await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper(change);
        var (code, output, _) = Run("verify", "--file", bench.File);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task A_file_with_flipped_pages_is_not_sound()
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 200; i++) await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(bench.File);
        Array.Fill(bytes, (byte)0xA5, bytes.Length - 8192, 4096);
        await File.WriteAllBytesAsync(bench.File, bytes);
        Assert.Equal(1, Run("verify", "--file", bench.File).Code);
    }

    [Fact]
    public async Task An_export_that_meets_a_damaged_page_gives_what_comes_before_it_and_says_so()
    {
        await using var bench = new Bench();
        bench.Open();
        for (var i = 0; i < 3000; i++) await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(bench.File);
        // Everything but the first third: the schema and the first thousand rows stay.
        Array.Fill(bytes, (byte)0, bytes.Length / 4 * 3, bytes.Length / 4);
        await File.WriteAllBytesAsync(bench.File, bytes);
        var (code, output, error) = Run("export", "--file", bench.File);
        Assert.Equal(2, code);
        Assert.StartsWith("{\"specversion\"", output, StringComparison.Ordinal);
        Assert.Contains("the file is damaged", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_missing_options_are_told_apart()
    {
        var (code, _, error) = Run("verify", "--directory", "/nonexistent");
        Assert.Equal(2, code);
        Assert.Contains("/nonexistent/journal.db: there is no such file", error, StringComparison.Ordinal);
        Assert.Contains("--directory DIR or --file FILE", Run("verify").Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_prints_the_events_that_were_asked_for_as_CloudEvents()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        await bench.AppendAsync();
        var choice = new ChoiceData("v2", "k1-test", "stop", null, null, "low");
        await store.AppendAsync(choice, Core.Instant.Now(bench.Clock), CancellationToken.None);
        await bench.AppendAsync("v3");
        EventEnvelope[] Exported(params string[] arguments) =>
            [.. Run(["export", "--directory", bench.Directory, "--store", "s-1", .. arguments]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => EventEnvelope.Parse(Encoding.UTF8.GetBytes(line)))];
        Assert.Equal([1L, 2L, 3L], Exported().Select(e => e.Seq));
        Assert.Equal([3L], Exported("--after", "2").Select(e => e.Seq));
        var only = Assert.Single(Exported("--type", "choice"));
        Assert.Equal((2L, "s-1", store.Epoch, "synchronized"), (only.Seq, only.StoreId, only.Epoch, only.TimeQuality));
        Assert.Equal(choice, ContractsJson.Read(only.Type, only.Data.Span));
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = JournalCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}

using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Orders;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Orders;

public sealed class CustomerDeskTests : IAsyncDisposable
{
    private const string Ana = "k1-7z3q9w0m4x8rjt2c5hvbn6dkpe", AnaNow = "k2-7z3q9w0m4x8rjt2c5hvbn6dkpf", Rui = "k1-0z3q9w0m4x8rjt2c5hvbn6dkpe";

    private readonly Bench bench = new();
    private readonly Strangers strangers = new(() => 4);
    private readonly List<string> visits = [];

    public CustomerDeskTests() => bench.Open(null, Projections());

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task After_an_erasure_no_byte_of_the_state_directory_names_the_customer()
    {
        await LiveAsync();
        await File.WriteAllTextAsync(Path.Combine(bench.Directory, "journal.db.quarantined"), $"xx{visits[0]}yy");
        Directory.CreateDirectory(Path.Combine(bench.Directory, "old"));
        await File.WriteAllTextAsync(Path.Combine(bench.Directory, "old", "export.jsonl"), new string('.', 3_000_000) + Ana);
        await File.WriteAllTextAsync(Path.Combine(bench.Directory, "keep.txt"), Rui);
        string[] names = [Ana, AnaNow, .. visits];
        foreach (var name in names) Assert.True(Holds(name), name);

        var answer = await EraseAsync();
        Assert.Equal("done", answer.Result);
        Assert.True(await bench.Store.FoldAsync());
        foreach (var name in names) Assert.False(Holds(name), name);
        Assert.True(Holds(Rui));
        Assert.Equal(2, answer.Data!["copies"].GetInt32());
        Assert.True(File.Exists(Path.Combine(bench.Directory, "keep.txt")));
    }

    [Fact]
    public async Task The_numbers_that_went_are_declared_and_central_can_go_on()
    {
        await LiveAsync();
        var before = bench.Store.LastSeq;
        await EraseAsync();
        var left = bench.Store.ReadAfter(0, 10_000).ToDictionary(e => e.Seq);
        var declared = left.Values.Where(e => e.Type == EventTypes.Gap).Select(e => (GapData)ContractsJson.Read(e.Type, e.Data.Span)).Where(g => g.Reason == GapData.Erased)
            .SelectMany(g => g.Ranges).SelectMany(r => Enumerable.Range((int)r.From, (int)(r.To - r.From + 1))).ToHashSet();
        for (var seq = 1; seq <= bench.Store.LastSeq; seq++) Assert.True(left.ContainsKey(seq) ^ declared.Contains(seq), $"event {seq}");
        Assert.True(bench.Store.LastSeq > before);
        bench.Store.Acknowledge(bench.Store.LastSeq);
        Assert.Equal(bench.Store.LastSeq, bench.Store.AcknowledgedSeq);
    }

    [Fact]
    public async Task Who_came_with_them_keeps_their_arrival()
    {
        await LiveAsync();
        await EraseAsync();
        var arrival = Assert.Single(bench.Store.ReadAfter(0, 10_000), e => e.Type == EventTypes.Arrival && Encoding.UTF8.GetString(e.Data.Span).Contains("v-rui", StringComparison.Ordinal));
        var data = (ArrivalData)ContractsJson.Read(arrival.Type, arrival.Data.Span);
        Assert.Equal((Rui, null), (data.Subject, data.Party));
    }

    [Fact]
    public async Task What_happened_while_it_was_looked_for_is_erased_too()
    {
        await LiveAsync();
        var outcome = await Desk().EraseAsync(new("e-1", [Ana, AnaNow]));
        await AppendAsync(new DwellData("v-late", Ana, "door", 60, "involuntary", "low"));
        await AppendAsync(new RenderedData("s-9", "d-9", "v-late", "door", "coffee", "hash", null));
        await bench.Store.WriteAsync(transaction => outcome.Write!(transaction));
        Assert.True(await bench.Store.FoldAsync());
        Assert.False(Holds("v-late"));
        Assert.False(Holds(Ana));
    }

    [Fact]
    public async Task They_are_strangers_until_there_is_a_newer_list_over_a_restart_too()
    {
        await LiveAsync();
        await EraseAsync();
        Assert.True(strangers.Contains(new(Ana)));
        Assert.False(strangers.Contains(new(Rui)));
        await bench.ReopenAsync(null, Projections());
        var list = 4L;
        var again = new Strangers(() => list);
        bench.Store.Query(database => StrangersTable.Load(database, again));
        Assert.True(again.Contains(new(AnaNow)));
        list = 5;
        Assert.False(again.Contains(new(AnaNow)));
    }

    [Fact]
    public async Task An_export_says_all_of_it_in_pages()
    {
        await LiveAsync();
        for (var i = 0; i < 1500; i++) await AppendAsync(new DwellData(visits[0], Ana, "door", i, "involuntary", "low"));
        var outcome = await Desk().ExportAsync(new("x-1", [Ana, AnaNow]));
        Assert.True(outcome is { Keeps: false, Write: null });
        Assert.True(outcome.Results.Count > 1);
        Assert.All(outcome.Results, r => Assert.True(JsonSerializer.Serialize(r.Data, JsonSerializerOptions.Web).Length < 250_000));
        Assert.Equal(outcome.Results.Count, outcome.Results[0].Data!["pages"].GetInt32());
        Assert.Contains($"page 1 of {outcome.Results.Count}", outcome.Results[0].Text, StringComparison.Ordinal);
        var told = outcome.Results.SelectMany(r => r.Data!["events"].EnumerateArray()).Select(e => e.GetProperty("seq").GetInt64()).ToList();
        var all = bench.Store.ReadAfter(0, 100_000).Where(e => Encoding.UTF8.GetString(e.Data.Span) is var text && (text.Contains(Ana, StringComparison.Ordinal) || visits.Any(v => text.Contains($"\"visitId\":\"{v}\"", StringComparison.Ordinal)))).Select(e => e.Seq);
        Assert.Equal(all, told);
        var tables = outcome.Results[0].Data!["tables"];
        Assert.NotEqual(0, tables.GetProperty("preference").GetArrayLength());
        Assert.NotEqual(0, tables.GetProperty("open_visit").GetArrayLength());
        Assert.DoesNotContain(Rui, tables.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_table_that_names_a_person_is_declared()
    {
        var declared = OrderParts.Tables().ToDictionary(t => t.Name, StringComparer.Ordinal);
        var columns = bench.Store.Query(database =>
        {
            using var command = database.CreateCommand();
            command.CommandText = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name IN ('subject', 'household', 'visit')";
            using var rows = command.ExecuteReader();
            var found = new List<(string Table, string Column)>();
            while (rows.Read()) found.Add((rows.GetString(0), rows.GetString(1)));
            return found;
        });
        Assert.NotEmpty(columns);
        foreach (var (table, column) in columns) Assert.Contains(column, column == "visit" ? declared[table].Visits : declared[table].Subjects);
    }

    private IProjection[] Projections() =>
    [
        new VisitsProjection(), new PreferencesProjection(), new ShowingsProjection(), new TracesProjection(), new VotesProjection(TimeZoneInfo.Utc), new HelpProjection(), new PortalSessions(PortalKey.LoadOrCreate(Path.Combine(bench.Directory, "portal.key"), bench.Health), TimeSpan.FromDays(1)),
        new AnswersTable(), new StrangersTable(),
    ];

    private CustomerDesk Desk() => new(bench.Store, strangers, new(OrderParts.Tables(), () => 4, _ => Task.CompletedTask, bench.Directory));

    private async Task<OrderResult> EraseAsync()
    {
        var outcome = await Desk().EraseAsync(new("e-1", [Ana, AnaNow]));
        return await bench.Store.WriteAsync(transaction => outcome.Write!(transaction));
    }

    /// <summary>Weeks of Ana under two names among Rui and many others; the journal's log is folded in now and then by itself.</summary>
    private async Task LiveAsync()
    {
        for (var i = 0; i < 40; i++)
        {
            var (visit, subject) = ($"01938f2a-7c4e-7b1d-9a53-{i:x12}", i < 20 ? Ana : AnaNow);
            visits.Add(visit);
            await AppendAsync(new ArrivalData(visit, subject, "entrance", "door", "low", "beacon", "involuntary"));
            await AppendAsync(new ConsentData(visit, subject, $"r-{i}", "1", "en", true, true, true, "low"));
            await AppendAsync(new ChoiceData(visit, subject, "never", $"offer-{i}", null, "low"));
            await AppendAsync(new RenderedData($"s-{i}", $"d-{i}", visit, "door", "coffee", "hash", 12));
            if (i < 38) await AppendAsync(new DepartureData(visit, subject, "entrance", 60, "silence", "involuntary", "low"));
            for (var other = 0; other < 5; other++) await AppendAsync(new DwellData($"o-{i}-{other}", $"k1-{i:d13}{other:d13}", "door", 60, "involuntary", "low"));
        }

        await AppendAsync(new ArrivalData("v-rui", Rui, "entrance", "door", "low", "beacon", "involuntary", Party: visits[^1]));
    }

    private async Task AppendAsync(IEventData data) => await bench.Store.AppendAsync(data, Instant.Now(bench.Clock), CancellationToken.None);

    private bool Holds(string name)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        foreach (var file in Directory.EnumerateFiles(bench.Directory, "*", SearchOption.AllDirectories))
        {
            // Locked for as long as the journal is open, and empty.
            if (Path.GetFileName(file) == JournalFile.LockName && new FileInfo(file).Length == 0) continue;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            if (bytes.AsSpan().IndexOf(wanted) >= 0) return true;
        }

        return false;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Journal;

/// <summary>Whatever is done to the file while the agent is down: the store opens, and central ends with every number it lacked or knows that it will not come.</summary>
public sealed class DamagedFileTests(DamagedFileTests.Store store, ITestOutputHelper output) : IClassFixture<DamagedFileTests.Store>
{
    /// <summary>More than one page of everything, and interior pages in the events' tree.</summary>
    private const int Events = 600, Acknowledged = 200;

    private const int Nobody = 65534;

    /// <summary>Whether every event can be read afterwards, or only some, or none.</summary>
    public enum Left
    {
        All,
        Some,
        None,
    }

    [RootTheory]
    [InlineData("zeroed", Left.None)]
    [InlineData("a first page of zeros", Left.All)]
    [InlineData("cut off", Left.Some)]
    [InlineData("a flipped bit in the header", Left.All)]
    [InlineData("flipped bits in pages", Left.Some)]
    [InlineData("emptied", Left.None)]
    [InlineData("replaced by garbage", Left.None)]
    [InlineData("deleted", Left.None)]
    [InlineData("without its log", Left.Some)]
    [InlineData("read-only", Left.All)]
    [InlineData("another user's", Left.All)]
    public async Task The_store_opens_and_central_has_every_number_or_knows_that_it_will_not_come(string harm, Left left)
    {
        var number = Interlocked.Increment(ref store.Count);
        await using var agent = new AgentProcess(store.Broker.Port, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            AgentProcess.DrainAtOnce(configuration);
            configuration["store"]!["id"] = $"damaged-{number}";
        });
        await using var simulation = new Simulation(agent, store.Broker.Port);
        var journal = Path.Combine(agent.State, "journal.db");
        await CopyAsync(Directory.GetFiles(store.Template), agent.State);
        // Otherwise what was committed last is in the log alone; here it is folded in.
        if (harm != "without its log") Assert.True(JournalFile.Fold(journal));
        await HarmAsync(agent, journal, harm);

        simulation.Journey();
        var began = Stopwatch.GetTimestamp();
        await agent.StartAsync();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{harm}: ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));

        await using (await Visitor.ComesInAsync(agent)) await agent.KeptAsync("arrival");
        Assert.Contains("data-text", await agent.Http.GetStringAsync(new Uri("/display/entrance", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(harm == "deleted" ? 0 : 1, Quarantine.Databases(agent.State).Count);

        var renewed = await AtCentralAsync(simulation, "journal-renewed");
        Assert.Equal(("corrupt", store.Epoch.ToString(), (long)Events), ((string?)renewed["data"]!["reason"], (string?)renewed["data"]!["formerEpoch"], (long)renewed["data"]!["formerLastSeq"]!));
        var salvaged = (int)renewed["data"]!["salvaged"]!;
        Assert.True(left switch { Left.All => salvaged == Events - Acknowledged, Left.None => salvaged == 0, _ => salvaged is > 0 and < Events - Acknowledged }, $"{salvaged} were salvaged");
        await Eventually.True(() => Of(simulation, store.Epoch.ToString()).Count == salvaged, "what was salvaged, at central");
        await Eventually.Get(async () => (await agent.StatusAsync())["outbox"]!["pending"]!.GetValue<long>(), pending => pending == 0, "an empty outbox");

        // Central's table: what was salvaged as it was, and the rest declared; the new journal without a hole.
        var former = Of(simulation, store.Epoch.ToString());
        foreach (var (seq, envelope) in former) Assert.Equal(store.Originals[seq], envelope["data"]!.ToJsonString());
        var present = Of(simulation, (string)renewed["epoch"]!);
        var declared = present.Values.Where(e => (string?)e["type"] == "storeedge.gap.v1").SelectMany(e => e["data"]!["ranges"]!.AsArray())
            .SelectMany(r => Enumerable.Range((int)r!["from"]!, (int)r["to"]! - (int)r["from"]! + 1)).Select(n => (long)n);
        Assert.Equal(Enumerable.Range(Acknowledged + 1, Events - Acknowledged).Select(n => (long)n), former.Keys.Concat(declared).Order());
        Assert.Equal(Enumerable.Range(1, present.Count).Select(n => (long)n), present.Keys);
        Assert.Equal(agent.Kept().Take(present.Count).Select(k => $"storeedge.{k.Type}.v1"), present.Values.Select(e => (string?)e["type"]));
    }

    [SlowFact]
    public async Task A_backlog_of_a_hundred_thousand_is_carried_over_before_the_store_opens()
    {
        const int Many = 100_000;
        await using var agent = new AgentProcess(null);
        await CopyAsync(Directory.GetFiles(store.Template), agent.State);
        var time = TimeProvider.System;
        await using (var journal = JournalStore.Open(agent.State, new(), [], time, new HealthBoard(time, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance))
            for (var filled = Events; filled < Many; filled += 200) await Store.FillAsync(journal, 200);
        foreach (var harm in (string[])["a first page of zeros", "flipped bits in pages", "a flipped bit in the header"])
        {
            await using var harmed = new AgentProcess(null);
            await CopyAsync(Directory.GetFiles(agent.State), harmed.State);
            await HarmAsync(harmed, Path.Combine(harmed.State, "journal.db"), harm);
            var began = Stopwatch.GetTimestamp();
            await harmed.StartAsync();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{harm}, {Many} events: ready after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
            Assert.Single(Quarantine.Databases(harmed.State));
            Assert.Equal(Many, (int)harmed.Kept("journal-renewed")[0]["formerLastSeq"]!);
        }
    }

    private static SortedDictionary<long, JsonNode> Of(Simulation simulation, string epoch) =>
        new(simulation.Held().Where(h => h.Epoch == epoch).ToDictionary(h => h.Seq, h => JsonNode.Parse(h.Envelope)!));

    private static async Task<JsonNode> AtCentralAsync(Simulation simulation, string type) => (await Eventually.Get(
        () => Task.FromResult(simulation.Held().Select(h => JsonNode.Parse(h.Envelope)!).FirstOrDefault(e => (string?)e["type"] == $"storeedge.{type}.v1")), found => found is not null, $"{type} at central"))!;

    /// <summary>Also what this process holds locked.</summary>
    private static Task CopyAsync(IEnumerable<string> files, string to) => RunAsync("cp", [.. files, Directory.CreateDirectory(to).FullName]);

    private static async Task HarmAsync(AgentProcess agent, string journal, string harm)
    {
        var size = new FileInfo(journal).Length;
        switch (harm)
        {
            case "zeroed": await File.WriteAllBytesAsync(journal, new byte[size]); break;
            case "a first page of zeros": Write(journal, 0, new byte[JournalFile.PageSize]); break;
            case "cut off": using (var stream = new FileStream(journal, FileMode.Open)) stream.SetLength(size / 5 * 4); break;
            case "a flipped bit in the header": Flip(journal, 21); break;
            case "flipped bits in pages": for (var page = size / JournalFile.PageSize / 2; page < size / JournalFile.PageSize; page += 7) Flip(journal, page * JournalFile.PageSize); break;
            case "emptied": await File.WriteAllBytesAsync(journal, []); break;
            case "replaced by garbage": Write(journal, 0, Noise(size)); break;
            case "deleted": File.Delete(journal); break;
            case "without its log": File.Delete(journal + "-wal"); break;
            case "read-only" or "another user's":
                await RunAsync("chmod", "755", agent.Directory);
                await RunAsync("chown", "-R", Nobody.ToString(CultureInfo.InvariantCulture), agent.State, agent.KeyFile);
                if (harm == "another user's") await RunAsync("chown", "root", journal, Path.Combine(agent.State, EpochFile.Name), Path.Combine(agent.State, JournalFile.LockName));
                await RunAsync("chmod", harm == "read-only" ? "0400" : "0644", journal);
                await RunAsync("chmod", "0644", Path.Combine(agent.State, EpochFile.Name), Path.Combine(agent.State, JournalFile.LockName));
                agent.User = Nobody;
                break;
        }
    }

    private static byte[] Noise(long size)
    {
        var noise = new byte[size];
        new Random(2).NextBytes(noise);
        return noise;
    }

    private static void Flip(string file, long at)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.Position = at;
        var before = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(before ^ 0x10));
    }

    private static void Write(string file, long at, byte[] bytes)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.Position = at;
        stream.Write(bytes);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>One broker for all rows, and one journal that each row gets a copy of, with its log as a kill leaves it.</summary>
    public sealed class Store : IAsyncLifetime
    {
        /// <summary>Gives each row a store id of its own.</summary>
        internal int Count;

        internal Broker Broker { get; private set; } = null!;

        internal string Template { get; private set; } = "";

        internal Guid Epoch { get; private set; }

        /// <summary>The data of the events that central lacks, by number.</summary>
        internal Dictionary<long, string> Originals { get; private set; } = [];

        internal static Task FillAsync(JournalStore into, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(i => into.AppendAsync(
            new DwellData($"0193b3a2-7c1e-7000-8000-{i:x12}", "k1-0123456789abcdefghjkmnpqrs", "entrance", i, "involuntary", "low"), Instant.Now(TimeProvider.System), default).AsTask()));

        public async Task InitializeAsync()
        {
            Broker = await Broker.StartedAsync();
            // The schema is the real agent's.
            await using var maker = new AgentProcess(null);
            await maker.StartAsync();
            await maker.StopAsync();
            var time = TimeProvider.System;
            await using var journal = JournalStore.Open(maker.State, new(), [], time, new HealthBoard(time, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);
            await FillAsync(journal, Events / 2);
            Assert.True(await journal.FoldAsync());
            await FillAsync(journal, Events - Events / 2);
            journal.Acknowledge(Acknowledged);
            Epoch = journal.Epoch;
            Originals = journal.ReadAfter(Acknowledged, Events).ToDictionary(e => e.Seq, e => JsonNode.Parse(e.Data.Span)!.ToJsonString());
            journal.NextCounter("settle");
            Template = Directory.CreateTempSubdirectory("storeedge-template-").FullName;
            await CopyAsync(Directory.GetFiles(maker.State, "journal.*").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith(Ballast.Name, StringComparison.Ordinal)), Template);
        }

        public async Task DisposeAsync()
        {
            Directory.Delete(Template, recursive: true);
            await Broker.DisposeAsync();
        }
    }
}

using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Journal;

/// <summary>A damaged database never keeps the store from running: what can be read is carried over, what cannot is declared.</summary>
public class RecoveryTests
{
    /// <summary>More than one page of everything, and an interior page of the events' tree.</summary>
    private const int Events = 400, Acknowledged = 150;

    public static TheoryData<string> Harms => new("zeroed header", "zeroed first page", "zeroed whole", "emptied", "deleted", "halved", "cut within a page", "nonsense");

    [Theory]
    [MemberData(nameof(Harms))]
    public async Task Every_number_that_central_lacks_is_either_salvaged_as_it_was_or_declared(string harm)
    {
        await using var bench = new Bench();
        var (epoch, originals) = await FillAsync(bench);
        Harm(bench.File, harm);
        await CheckAsync(bench, epoch, originals);
    }

    [Theory]
    [InlineData("zeroed header")]
    [InlineData("zeroed first page")]
    public async Task A_lost_first_page_loses_no_event(string harm)
    {
        await using var bench = new Bench();
        var (epoch, originals) = await FillAsync(bench);
        Harm(bench.File, harm);
        var store = bench.Open();
        Assert.Equal(Events - Acknowledged, Assert.Single(store.Formers(), f => f.Epoch == epoch).Count);
        Assert.True(originals.Count > 0);
    }

    [Fact]
    public async Task Flipped_bits_anywhere_end_in_a_sound_journal_and_no_silence()
    {
        await using var source = new Bench();
        var (epoch, originals) = await FillAsync(source);
        var sound = Directory.GetFiles(source.Directory).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
        var chance = new Random(20261122);
        var replaced = 0;
        // Each takes a few commits' time; the thorough run takes five times as many.
        var variants = Environment.GetEnvironmentVariable("STOREEDGE_TEST_TIER") == "all" ? 200 : 40;
        for (var variant = 0; variant < variants; variant++)
        {
            await using var bench = new Bench();
            foreach (var (name, bytes) in sound) await File.WriteAllBytesAsync(Path.Combine(bench.Directory, name), bytes);
            var flipped = (byte[])sound["journal.db"].Clone();
            // Half of them hit the first pages, where schema and small tables are.
            for (var flips = chance.Next(1, 9); flips > 0; flips--) flipped[chance.Next(variant % 2 == 0 ? flipped.Length : 24 * 2048)] ^= (byte)(1 << chance.Next(8));
            await File.WriteAllBytesAsync(bench.File, flipped);
            try
            {
                if (await CheckAsync(bench, epoch, originals)) replaced++;
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"variant {variant}", fault);
            }
        }

        Assert.InRange(replaced, variants / 10, variants);
    }

    [Fact]
    public async Task A_log_that_lost_its_end_does_not_give_numbers_twice()
    {
        await using var bench = new Bench();
        var store = bench.Open();
        for (var i = 0; i < 200; i++) await bench.AppendAsync();
        // As a power cut leaves it: the log is there, its end is not.
        await using var cut = new Bench();
        foreach (var file in Directory.GetFiles(bench.Directory).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = File.Create(Path.Combine(cut.Directory, Path.GetFileName(file)));
            await from.CopyToAsync(to);
        }

        using (var log = new FileStream(cut.File + "-wal", FileMode.Open)) log.SetLength(log.Length / 2);
        var renewed = cut.Open();
        Assert.NotEqual(store.Epoch, renewed.Epoch);
        var data = renewed.ReadAfter(0, 10).Select(e => ContractsJson.Read(e.Type, e.Data.Span)).ToList();
        var former = Assert.Single(renewed.Formers());
        Assert.Equal(new JournalRenewedData(store.Epoch, "corrupt", 200, former.LastSeq, Complete: false), Assert.Single(data.OfType<JournalRenewedData>()));
        Assert.Equal([new SeqRange(former.LastSeq + 1, 200)], Assert.Single(data.OfType<GapData>()).Ranges);
    }

    [Fact]
    public async Task Damage_that_is_met_while_running_replaces_the_journal_at_the_next_start_but_not_for_ever()
    {
        await using var bench = new Bench();
        var epochs = new HashSet<Guid>();
        for (var start = 1; start <= 4; start++)
        {
            var store = bench.Open();
            epochs.Add(store.Epoch);
            Assert.ThrowsAny<JournalFault>(() => store.Query<int>(_ => throw new Microsoft.Data.Sqlite.SqliteException("damaged", 11)));
            Assert.Equal(start <= 3, store.Damaged.IsCompleted);
            await store.DisposeAsync();
        }

        bench.Open();
        Assert.Equal(4, epochs.Count);
        Assert.Contains(bench.Store.Epoch, epochs);
    }

    [Fact]
    public async Task The_birth_goes_on_rising_and_only_two_damaged_files_are_kept()
    {
        await using var bench = new Bench();
        long birth = 0;
        for (var i = 0; i < 4; i++)
        {
            var next = bench.Open().NextCounter("birth").Value;
            Assert.True(next > birth, $"{next} after {birth}");
            birth = next;
            await bench.AppendAsync();
            await bench.Store.DisposeAsync();
            Harm(bench.File, "zeroed whole");
        }

        bench.Open();
        Assert.Equal(2, Quarantine.Databases(bench.Directory).Count);
    }

    [Fact]
    public async Task A_second_replacement_carries_what_the_first_had_salvaged()
    {
        await using var bench = new Bench();
        var (first, _) = await FillAsync(bench);
        bench.Tamper("DELETE FROM journal");
        var second = bench.Open().Epoch;
        await bench.AppendAsync();
        await bench.Store.DisposeAsync();
        bench.Tamper("DELETE FROM journal");
        var formers = bench.Open().Formers();
        Assert.Equal([first, second], formers.Select(f => f.Epoch));
        Assert.Equal((Events - Acknowledged, 2), (formers[0].Count, formers[1].Count));
    }

    [Fact]
    public async Task A_power_cut_between_old_and_new_leaves_the_new()
    {
        await using var bench = new Bench();
        var (epoch, originals) = await FillAsync(bench);
        bench.Tamper("DELETE FROM journal");
        var old = await File.ReadAllBytesAsync(bench.File);
        var renewed = bench.Open().Epoch;
        await bench.Store.DisposeAsync();
        File.Move(bench.File, Path.Combine(bench.Directory, "journal.next"));
        await File.WriteAllBytesAsync(bench.File, old);
        Assert.Equal(renewed, bench.Open().Epoch);
        Assert.Equal(originals.Count, Assert.Single(bench.Store.Formers(), f => f.Epoch == epoch).Count);
    }

    [Fact]
    public async Task A_note_that_a_power_cut_brought_back_is_not_declared_twice()
    {
        await using var bench = new Bench();
        for (var start = 0; start < 2; start++)
        {
            UnwrittenNote.Add(bench.Directory, [new(3, "disk-full", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch)]);
            bench.Open();
            bench.Settle();
            Assert.Single(bench.Store.ReadAfter(0, 10), e => e.Type == EventTypes.Unrecorded);
            await bench.Store.DisposeAsync();
        }
    }

    private static async Task<(Guid Epoch, Dictionary<long, string> Originals)> FillAsync(Bench bench)
    {
        var store = bench.Open();
        store.NextCounter("birth");
        await Task.WhenAll(Enumerable.Range(0, Events).Select(i => bench.AppendAsync($"visit {i}")));
        store.Acknowledge(Acknowledged);
        var originals = store.ReadAfter(Acknowledged, Events).ToDictionary(e => e.Seq, Text);
        var epoch = store.Epoch;
        await store.DisposeAsync();
        return (epoch, originals);
    }

    /// <returns>Whether the journal was replaced.</returns>
    private static async Task<bool> CheckAsync(Bench bench, Guid epoch, Dictionary<long, string> originals)
    {
        var store = bench.Open();
        Assert.Equal(store.LastSeq + 1, (await bench.AppendAsync()).Seq);
        var replaced = store.Epoch != epoch;
        var kept = replaced ? store.ReadFormerAfter(epoch, 0, Events) : store.ReadAfter(Acknowledged, Events - Acknowledged);
        bench.Settle();
        var said = store.ReadAfter(replaced ? 0 : Events, 1000).Select(e => ContractsJson.Read(e.Type, e.Data.Span)).ToList();
        var declared = said.OfType<GapData>().Where(g => g.Epoch == epoch).SelectMany(g => g.Ranges).SelectMany(r => Enumerable.Range((int)r.From, (int)(r.To - r.From + 1)).Select(n => (long)n)).ToHashSet();
        foreach (var stored in kept.Where(k => originals.ContainsKey(k.Seq))) Assert.Equal(originals[stored.Seq], Text(stored));
        Assert.Empty(originals.Keys.Except(kept.Select(k => k.Seq)).Except(declared));
        if (replaced) Assert.Single(said.OfType<JournalRenewedData>());
        await store.DisposeAsync();
        using var inspection = JournalInspection.Open(bench.File);
        var report = inspection.Verify();
        // What is damaged of that which central held already stays until its time is up, and is told to whoever asks.
        Assert.DoesNotContain(report.Findings, f => f.StartsWith("SQLite", StringComparison.Ordinal) || f.StartsWith("it ", StringComparison.Ordinal));
        var known = Enumerable.Range(1, Acknowledged).SelectMany(n => new[] { $"event {n} is not what was written", $"events {n}–" }).ToList();
        Assert.DoesNotContain(report.Findings, f => !replaced && !known.Exists(k => f.StartsWith(k, StringComparison.Ordinal)));
        if (replaced) Assert.Empty(report.Findings);
        return replaced;
    }

    private static string Text(StoredEvent e) => $"{e.Seq} {e.Type} {System.Text.Encoding.UTF8.GetString(e.Data.Span)} {e.Time:O} {e.RecordedTime:O} {e.BootId} {e.MonotonicMilliseconds} {e.TimeQuality}";

    private static void Harm(string file, string harm)
    {
        using var stream = new FileStream(file, FileMode.Open);
        switch (harm)
        {
            case "zeroed header": stream.Write(new byte[100]); break;
            case "zeroed first page": stream.Write(new byte[2048]); break;
            case "zeroed whole": stream.Write(new byte[stream.Length]); break;
            case "emptied": stream.SetLength(0); break;
            case "halved": stream.SetLength(stream.Length / 2); break;
            case "cut within a page": stream.SetLength(stream.Length / 3 * 2 + 77); break;
            case "nonsense": Span<byte> noise = new byte[stream.Length]; new Random(2).NextBytes(noise); stream.Write(noise); break;
            case "deleted": File.Delete(file); break;
        }
    }
}

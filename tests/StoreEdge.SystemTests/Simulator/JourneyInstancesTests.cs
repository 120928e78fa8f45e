using StoreEdge.Contracts;
using StoreEdge.SystemTests.Mqtt;

namespace StoreEdge.SystemTests.Simulator;

/// <summary>Three central services at one table die at random, as does their broker; whatever the stores' journals hold, the table holds.</summary>
public sealed class JourneyInstancesTests : IDisposable
{
    private static readonly string[] Stores = ["store-1", "store-2", "store-3"];
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-instances-").FullName;

    [Theory]
    [InlineData("--share")]
    [InlineData("--partition")]
    public async Task Three_instances_killed_at_random_hold_what_the_journals_hold_number_by_number(string how)
    {
        var rounds = Checkout.EverythingWasAskedFor ? 60 : 6;
        var chance = new Random(20261122);
        await using var broker = await Broker.StartedAsync(persistence: true);
        var instances = Enumerable.Range(1, 3).Select(i => new JourneyProcess(
            directory, ["--mqtt", $"{Broker.Host}:{broker.Port}", "--client-id", $"journey-{i}", "--replay-after", "1", how, how == "--share" ? "central" : $"{i}/3"]).Start()).ToList();
        var stores = Stores.Select(s => new LinkedStore(
            broker.Port, Path.Combine(directory, s), outbox: new() { DrainPerSecond = LinkedStore.Unmetered, Resend = new() { After = TimeSpan.FromSeconds(1), AtMostEvery = TimeSpan.FromSeconds(4) } }, id: s).Run()).ToList();
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                var writing = Task.WhenAll(stores.Select(s => s.AppendAsync(200)));
                // Somewhere in the middle of what is being written, whatever this machine's pace is.
                var enough = Held() + chance.Next(1, 300);
                await Eventually.True(() => Held() >= enough, $"{enough} events in the table");
                var hit = instances[chance.Next(instances.Count)];
                await hit.KillAsync();
                if (round % 3 == 0) await broker.KillAsync();
                await writing;
                await broker.StartAsync();
                hit.Start();
            }

            await Eventually.True(() => stores.All(s => s.Journal.AcknowledgedSeq == s.Journal.LastSeq), "the last acknowledgements", TimeSpan.FromSeconds(120));
            foreach (var (name, store) in Stores.Zip(stores))
            {
                var kept = store.Journal.ReadAfter(0, int.MaxValue).Select(e => (store.Journal.Epoch, e.Seq, e.Type, e.Time, Convert.ToHexString(e.Data.Span))).ToList();
                var held = JourneyProcess.Ask(directory, $"SELECT envelope FROM event WHERE store = '{name}' ORDER BY epoch, seq", row => EventEnvelope.Parse((byte[])row[0]))
                    .Select(e => (e.Epoch, e.Seq, e.Type, e.Time, Convert.ToHexString(e.Data.Span))).ToList();
                Assert.Equal(rounds * 200, kept.Count);
                Assert.Equal(kept, held);
            }

            Assert.Equal(0, JourneyProcess.Ask(directory, "SELECT count(*) FROM conflict", row => row.GetInt64(0)).Single());
            foreach (var instance in instances) await instance.StopAsync();
        }
        finally
        {
            foreach (var store in stores) await store.DisposeAsync();
            foreach (var instance in instances) await instance.DisposeAsync();
        }
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private long Held() => JourneyProcess.Ask(directory, "SELECT count(*) FROM event", row => row.GetInt64(0)).SingleOrDefault();
}

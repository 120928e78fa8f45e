namespace StoreEdge.SystemTests.Mqtt;

public sealed class FallbackTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-fallback-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_store_goes_to_the_fallback_and_back_to_the_first_and_central_misses_nothing()
    {
        await using var first = await Broker.StartedAsync();
        await using var second = await Broker.StartedAsync();
        await using var store = new LinkedStore(first.Port, directory, o => o with
        {
            Fallbacks = [new(Broker.Host, second.Port)],
            SeekFirstAfter = TimeSpan.FromMilliseconds(300),
            FilesEvery = TimeSpan.FromMilliseconds(100),
        }).Run();
        await using (var there = await Central.ConnectedAsync(first.Port))
        {
            await store.AppendAsync(100);
            await Eventually.True(() => store.Journal.AcknowledgedSeq == 100, "the first hundred");
            Assert.False(store.Link.Status.IsFallback);
        }

        await first.KillAsync();
        await Eventually.True(() => store.Link.Status is { IsOnline: true, IsFallback: true }, "the fallback");
        Assert.Equal($"{Broker.Host}:{second.Port}", store.Link.Status.Broker);
        await Eventually.True(() => store.Warns("broker-on-fallback"), "the warning");
        await store.AppendAsync(100);
        await using (var central = await Central.ConnectedAsync(second.Port))
            await Eventually.True(() => central.Arrivals.Count > 0 && store.Outbox.Status.BrokerSeq == 200, "the second hundred, on the fallback");

        await first.StartAsync();
        await Eventually.True(() => store.Link.Status is { IsOnline: true, IsFallback: false }, "the first broker again");
        await Eventually.True(() => !store.Warns("broker-on-fallback"), "the all-clear");
        await store.AppendAsync(100);
        await using var back = await Central.ConnectedAsync(first.Port);
        // Central acknowledged 100 and lost the rest with the fallback: all of it comes again.
        await Eventually.True(() => back.Arrivals.Distinct().Order().SequenceEqual(Enumerable.Range(101, 200).Select(i => (long)i)), "everything after what central holds");
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;

namespace StoreEdge.Tests.Sensing;

public sealed class SensingLoopTests
{
    [Fact]
    public async Task A_store_without_receivers_goes_on_until_it_is_stopped()
    {
        var clock = new ManualClock();
        var loop = new SensingLoop([], (_, out owner) => { owner = default!; return false; }, clock, new(clock, NullLogger<HealthBoard>.Instance));
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}

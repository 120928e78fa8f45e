using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Sensing;

public sealed class SensingLoopTests
{
    [Fact]
    public async Task A_store_without_receivers_goes_on_until_it_is_stopped()
    {
        var clock = new ManualClock();
        var loop = new SensingLoop([], (in Heard _, out BeaconOwner owner) => { owner = default!; return false; }, clock, new(clock, NullLogger<HealthBoard>.Instance));
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void A_receiver_is_blind_before_its_source_is_open_and_an_unknown_one_never()
    {
        Assert.True(ReceiverSource.TryParse("unix:/tmp/nobody.sock", out var source));
        var clock = new ManualClock();
        clock.Advance(TimeSpan.FromSeconds(5));
        var place = StoreEdge.Core.Presence.ReceiverPlace.Uncalibrated(new("door"), new("entrance"), StoreEdge.Core.Presence.ReceiverSide.Inside);
        var loop = new SensingLoop([new(place, source)], (in _, out owner) => { owner = default!; return false; }, clock, new(clock, NullLogger<HealthBoard>.Instance));
        Assert.True(loop.IsBlind(new("door")));
        Assert.False(loop.IsBlind(new("window")));
        Assert.Equal(TimeSpan.FromSeconds(5), loop.Status[0].Blind!.Since - StoreEdge.Core.Instant.Origin);
    }
}

using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Hosting;

/// <summary>Lets the registry's time pass: rotating ids come forward, and at its moment the next pseudonym key comes into force.</summary>
internal sealed class RegistryLoop(EnrolmentRegistry registry, TimeProvider time)
{
    // Rotations have two windows of reserve; a key's moment is kept to the quarter of a second.
    private static readonly TimeSpan TurnEvery = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TurnEvery, time);
        while (await timer.WaitForNextTickAsync(stop)) registry.Turn();
    }
}

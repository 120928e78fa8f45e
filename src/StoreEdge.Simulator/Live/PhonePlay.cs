using System.Collections.Concurrent;
using System.Net;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Phones;

namespace StoreEdge.Simulator.Live;

/// <summary>Sends everybody with a phone to the portal when their moment has come.</summary>
internal sealed class PhonePlay(IReadOnlyList<Person> people, ulong seed, Uri portal, TimeProvider time)
{
    /// <summary>How long those who are on the page at the end may take to finish.</summary>
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, PortalOutcome> outcomes = [];

    /// <summary>How it went, by the person's number.</summary>
    public IReadOnlyDictionary<int, PortalOutcome> Outcomes => outcomes;

    /// <param name="start">Of the run.</param>
    /// <param name="doors">Ends the coming of new phones; those at it finish.</param>
    public async Task RunAsync(DateTimeOffset start, CancellationToken doors)
    {
        var isLoopback = portal.IsLoopback || (IPAddress.TryParse(portal.Host, out var address) && IPAddress.IsLoopback(address));
        using var last = new CancellationTokenSource();
        var under = new List<Task>();
        foreach (var person in people.Where(p => p.Phone is not null).OrderBy(p => p.Phone!.OpenAt))
        {
            var ahead = start.AddSeconds(person.Phone!.OpenAt) - time.GetUtcNow();
            if (ahead > TimeSpan.Zero) await Task.Delay(ahead, time, doors).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (doors.IsCancellationRequested) break;
            under.Add(GoAsync(person, Device.Draw(seed, person.Number, isLoopback), last.Token));
        }

        var all = Task.WhenAll(under);
        await Task.WhenAny(all, Task.Delay(LastCall, time, CancellationToken.None)).ConfigureAwait(false);
        await last.CancelAsync().ConfigureAwait(false);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (all.IsFaulted) await all.ConfigureAwait(false);
    }

    private async Task GoAsync(Person person, Device device, CancellationToken stop) =>
        outcomes[person.Number] = await new PortalVisit(portal, device, person.Phone!, person.LoyaltyNumber, time).GoAsync(stop).ConfigureAwait(false);
}

using System.Collections.Immutable;
using System.Threading.Channels;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Panels;

/// <summary>Somebody is wanted.</summary>
/// <param name="Id">The request's, or the button's.</param>
/// <param name="Zone">Where; null where that is not known.</param>
/// <param name="Skill">What whoever comes should know, in the words of the contract; null for a button.</param>
/// <param name="IsSeen">Whether somebody is on the way, or has pressed the button that says so.</param>
internal sealed record StaffCall(string Id, ZoneId? Zone, string? Skill, bool IsSeen)
{
    /// <summary>Whether whoever stands in <paramref name="zone"/> is meant; a call from nowhere is everybody's.</summary>
    public bool Concerns(ZoneId? zone) => zone is null || Zone is null || Zone == zone;
}

/// <summary>
/// What the staff are to notice now: who wants help and where, and that somebody came. Lamps, buzzers and the staff's panels follow it. It holds no names, and nothing outlives the process but what the journal
/// has anyway. May be asked and told from any thread.
/// </summary>
internal sealed class StaffSignals(TimeProvider time)
{
    /// <summary>What a button called, and nobody ever answered, is over.</summary>
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(15);

    private readonly Lock gate = new();
    private readonly List<Channel<bool>> listeners = [];
    private readonly Dictionary<ZoneId, Instant> arrivals = [], pressed = [];
    private readonly Dictionary<string, Instant> identified = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private ImmutableArray<StaffCall> requests = [];

    /// <summary>Calls that are not settled, the oldest first.</summary>
    public ImmutableArray<StaffCall> Calls
    {
        get
        {
            var now = Instant.Now(time);
            lock (gate)
            {
                foreach (var zone in pressed.Where(p => now - p.Value >= ForgottenAfter).Select(p => p.Key).ToArray()) pressed.Remove(zone);
                return [.. requests.Select(r => seen.Contains(r.Id) ? r with { IsSeen = true } : r), .. pressed.OrderBy(p => p.Value).Select(p => new StaffCall($"button:{p.Key}", p.Key, null, false))];
            }
        }
    }

    /// <summary>The requests that customers have open, as the journal has them.</summary>
    public void Replace(IEnumerable<StaffCall> open)
    {
        lock (gate)
        {
            requests = [.. open];
            seen.IntersectWith(requests.Select(r => r.Id));
        }

        Tell();
    }

    /// <summary>A button calls.</summary>
    public void Press(ZoneId zone)
    {
        lock (gate) pressed[zone] = Instant.Now(time);
        Tell();
    }

    /// <summary>Somebody of the staff has seen the calls of a zone: a button's is settled by that, a customer's is not, it only stops flashing.</summary>
    public void See(ZoneId zone)
    {
        lock (gate)
        {
            pressed.Remove(zone);
            foreach (var request in requests.Where(r => r.Concerns(zone))) seen.Add(request.Id);
        }

        Tell();
    }

    /// <summary>Somebody came.</summary>
    public void Arrive(ZoneId zone)
    {
        lock (gate) arrivals[zone] = Instant.Now(time);
        Tell();
    }

    /// <summary>When somebody last came; null for not yet.</summary>
    /// <param name="zone">Where; null for anywhere.</param>
    public Instant? LastArrival(ZoneId? zone)
    {
        lock (gate)
        {
            if (zone is { } one) return arrivals.TryGetValue(one, out var at) ? at : null;
            return arrivals.Count == 0 ? null : arrivals.Values.Max();
        }
    }

    /// <summary>A technician wants to see which lamp this is.</summary>
    public void Identify(string lamp)
    {
        lock (gate) identified[lamp] = Instant.Now(time);
        Tell();
    }

    /// <summary>When that was asked last; null for never.</summary>
    public Instant? IdentifiedAt(string lamp)
    {
        lock (gate) return identified.TryGetValue(lamp, out var at) ? at : null;
    }

    /// <summary>Something to wait on: readable when anything has changed since it was last read.</summary>
    public ChannelReader<bool> Listen()
    {
        var listener = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate) listeners.Add(listener);
        return listener.Reader;
    }

    private void Tell()
    {
        lock (gate)
            foreach (var listener in listeners) listener.Writer.TryWrite(true);
    }
}

using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// Of whom something was heard, and when: phones that were let pass, from then on until they have gone. One that comes back within its passage is here again, and its next going is told again.
/// </summary>
/// <param name="silentAfter">How long nothing is heard until a phone has gone.</param>
/// <param name="time">The clock.</param>
internal sealed class Stations(TimeSpan silentAfter, TimeProvider time)
{
    /// <summary>The kernel asks a neighbour up to three times, a second apart, five seconds after it last had something to say to it: an answer may be that late, and is no return.</summary>
    private static readonly TimeSpan LateAnswers = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Dictionary<DeviceKey, (Instant Heard, bool Here, Instant? Left)> known = [];

    /// <summary>Whether some phone here has been quiet for long enough to be asked after.</summary>
    public bool AnyQuiet
    {
        get
        {
            lock (gate) return known.Values.Any(s => s.Here && IsQuiet(s.Heard));
        }
    }

    /// <summary>Whether a phone here has been quiet for long enough to be asked after.</summary>
    public bool IsQuiet(DeviceKey device)
    {
        lock (gate) return known.TryGetValue(device, out var station) && station.Here && IsQuiet(station.Heard);
    }

    /// <summary>A phone was let pass.</summary>
    public void Enter(DeviceKey device)
    {
        lock (gate) known[device] = (Instant.Now(time), true, null);
    }

    /// <summary>A phone answered the kernel. Just after it has gone that says nothing: it is the answer to a question from before.</summary>
    /// <returns>As <see cref="Notice"/>.</returns>
    public bool Answer(DeviceKey device)
    {
        lock (gate) return !(known.TryGetValue(device, out var station) && station.Left is { } left && Instant.Now(time) - left < LateAnswers) && Notice(device);
    }

    /// <summary>Something was heard of a phone. Nothing is kept of one that was never let pass.</summary>
    /// <returns>Whether it had gone, and is back by this.</returns>
    public bool Notice(DeviceKey device)
    {
        lock (gate)
        {
            if (!known.TryGetValue(device, out var station)) return false;
            known[device] = (Instant.Now(time), true, null);
            return !station.Here;
        }
    }

    /// <summary>A phone has gone.</summary>
    /// <returns>Whether it was here.</returns>
    public bool Leave(DeviceKey device)
    {
        lock (gate)
        {
            if (!known.TryGetValue(device, out var station) || !station.Here) return false;
            known[device] = station with { Here = false, Left = Instant.Now(time) };
            return true;
        }
    }

    /// <summary>The phones that have fallen silent since it was asked last; forgets those that have gone and may pass no longer.</summary>
    public IReadOnlyList<DeviceKey> TakeSilent(Func<DeviceKey, bool> mayPass)
    {
        lock (gate)
        {
            var now = Instant.Now(time);
            List<DeviceKey> silent = [.. known.Where(s => s.Value.Here && now - s.Value.Heard >= silentAfter).Select(s => s.Key)];
            foreach (var device in silent) known[device] = known[device] with { Here = false };
            foreach (var device in known.Where(s => !s.Value.Here && !mayPass(s.Key)).Select(s => s.Key).ToList()) known.Remove(device);
            return silent;
        }
    }

    /// <summary>Of these, the one that has been gone for longest, or that nobody ever heard of; null where all are here.</summary>
    public DeviceKey? LongestGone(IEnumerable<DeviceKey> devices)
    {
        lock (gate)
        {
            (DeviceKey Device, Instant Heard)? longest = null;
            foreach (var device in devices)
            {
                if (!known.TryGetValue(device, out var station)) return device;
                if (!station.Here && (longest is null || station.Heard < longest.Value.Heard)) longest = (device, station.Heard);
            }

            return longest?.Device;
        }
    }

    /// <summary>A third of the patience: there is time to be asked, to sleep through it, and to be asked again.</summary>
    private bool IsQuiet(Instant heard) => Instant.Now(time) - heard >= silentAfter / 3;
}

using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// Reads dnsmasq's lease file when it has changed: a phone that gave its address back, or whose lease ended, has gone. The file is dnsmasq's own
/// (<c>expiry address-of-the-card address name client-id</c>, a line each; IPv6 leases name no card and are passed over).
/// </summary>
/// <param name="file">The lease file.</param>
/// <param name="came">Told of each phone that has a lease of its own now.</param>
/// <param name="left">Told of each phone that has gone.</param>
/// <param name="health">For a file that cannot be read.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaseWatcher(string file, Action<DeviceKey> came, Action<DeviceKey, StationEnd> left, HealthBoard health, TimeProvider time)
{
    private const string Code = "leases-unreadable";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(0.5);

    /// <summary>Ten thousand leases with long names; what is larger is no lease file.</summary>
    private const long Largest = 4 << 20;

    private HashSet<DeviceKey> leased = [];
    private (DateTime Written, long Length) last;

    /// <summary>Runs until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(LookEvery, time);
        do Look();
        while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        try
        {
            var now = new FileInfo(file);
            // Before its first lease dnsmasq has none.
            var seen = now.Exists ? (now.LastWriteTimeUtc, now.Length) : default;
            if (seen == last) return;
            if (seen.Length > Largest) throw new IOException($"it has {seen.Length} bytes");
            var present = now.Exists ? Read(File.ReadLines(file)) : [];
            foreach (var device in leased.Except(present)) left(device, StationEnd.LeaseEnded);
            foreach (var device in present.Except(leased)) came(device);
            (leased, last) = (present, seen);
            health.Clear(Code);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise(Code, Severity.Warning, $"The leases in {file} cannot be read: {fault.Message}. Phones that leave are noticed later, by their silence.",
                "Compare gate.leaseFile with dnsmasq's dhcp-leasefile, and let this service read it.");
        }
    }

    internal static HashSet<DeviceKey> Read(IEnumerable<string> lines)
    {
        HashSet<DeviceKey> present = [];
        foreach (var line in lines)
            if (line.Split(' ') is [_, var card, _, ..] && StationAddress.TryParse(card, out var station)) present.Add(new(station.Spell()));
        return present;
    }
}

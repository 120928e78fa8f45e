using System.Net;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Controllers;

/// <summary>
/// Somebody else's Wi-Fi as the portal's door. Which phone asks is what the controller says of the source address, never what its redirect wrote into the phone's URL: anybody can write
/// another's address there.
/// </summary>
/// <remarks>
/// A controller keeps who may pass, but no receipt of ours: after a restart phones pass on, and are known by name again when they accept anew. While the controller does not answer, nobody is
/// let in and nobody is said to have gone.
/// </remarks>
internal sealed class ControllerDoor(IWifiController controller, ControllerOptions options, HealthBoard health, TimeProvider time) : IGuestDoor, IDisposable
{
    /// <summary>A phone that changes from one access point to another is in no list for a moment.</summary>
    private const int ListsWithout = 2;

    /// <summary>Strangers who are in no list must not make us ask the controller without end: they wait for the next list together.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim asking = new(1, 1);
    private readonly Dictionary<DeviceKey, Guest> guests = [];
    private Dictionary<IPAddress, DeviceKey> byAddress = [];
    private HashSet<DeviceKey> authorised = [];
    private Instant? askedAt;

    /// <inheritdoc/>
    public event Action<DeviceKey, StationEnd>? Left;

    /// <inheritdoc/>
    public event Action<DeviceKey>? Returned;

    /// <inheritdoc/>
    public IReadOnlyList<(DeviceKey Device, string Receipt)> Guests
    {
        get
        {
            lock (gate) return [.. guests.Where(g => Instant.Now(time) < g.Value.Until).Select(g => (g.Key, g.Value.Receipt))];
        }
    }

    /// <inheritdoc/>
    public async ValueTask<DeviceKey?> FindAsync(IPAddress source, CancellationToken stop)
    {
        if (Known(source) is { } known) return known;
        // A phone that has just got its address is not in the last list yet.
        await RefreshAsync(AskAgainAfter, stop).ConfigureAwait(false);
        return Known(source);
    }

    /// <inheritdoc/>
    public Passage PassageOf(DeviceKey device)
    {
        lock (gate)
        {
            if (guests.TryGetValue(device, out var guest) && guest.Until - Instant.Now(time) is var left && left > TimeSpan.Zero) return new(IsOpen: true, left);
            return authorised.Contains(device) ? new(IsOpen: true) : Passage.Closed;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Passage> OpenAsync(DeviceKey device, string receipt, CancellationToken stop)
    {
        if (!await TryAsync(() => controller.AuthoriseAsync(device, stop)).ConfigureAwait(false)) return Passage.Closed;
        lock (gate) guests[device] = new(receipt, Instant.Now(time) + options.PassFor, 0);
        return new(IsOpen: true, options.PassFor);
    }

    /// <inheritdoc/>
    public async ValueTask CloseAsync(DeviceKey device, CancellationToken stop)
    {
        // Forgotten first: with a controller that does not answer, the receipt at least counts no more here.
        lock (gate)
        {
            if (!guests.Remove(device) && !authorised.Contains(device)) return;
            authorised.Remove(device);
        }

        await TryAsync(() => controller.DismissAsync(device, stop)).ConfigureAwait(false);
    }

    /// <summary>Asks who is there until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(options.Poll, time);
        do await RefreshAsync(TimeSpan.Zero, stop).ConfigureAwait(false);
        while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public void Dispose() => asking.Dispose();

    private DeviceKey? Known(IPAddress source)
    {
        // Without the scope of a link-local address: its interface is ours, not the controller's.
        var plain = source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source.IsIPv6LinkLocal ? new(source.GetAddressBytes()) : source;
        lock (gate) return byAddress.TryGetValue(plain, out var device) ? device : null;
    }

    /// <summary>Gets a list that is newer than this call, and asks no sooner than so long after the last one.</summary>
    private async Task RefreshAsync(TimeSpan pause, CancellationToken stop)
    {
        var wantedAt = Instant.Now(time);
        await asking.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (askedAt >= wantedAt) return;
            if (askedAt is { } at && at + pause - Instant.Now(time) is var early && early > TimeSpan.Zero) await Task.Delay(early, time, stop).ConfigureAwait(false);
            var asked = Instant.Now(time);
            IReadOnlyList<Station>? stations = null;
            await TryAsync(async () => stations = await controller.StationsAsync(stop).ConfigureAwait(false)).ConfigureAwait(false);
            askedAt = asked;
            if (stations is not null) Take(stations);
        }
        finally
        {
            asking.Release();
        }
    }

    private void Take(IReadOnlyList<Station> stations)
    {
        List<DeviceKey> gone = [], back = [];
        var here = stations.Select(s => s.Device).ToHashSet();
        lock (gate)
        {
            byAddress = [];
            foreach (var station in stations)
                foreach (var address in station.Addresses) byAddress[address] = station.Device;
            authorised = [.. stations.Where(s => s.IsAuthorised).Select(s => s.Device)];
            foreach (var (device, guest) in guests.ToArray())
            {
                var missing = here.Contains(device) ? 0 : guest.Missing + 1;
                if (Instant.Now(time) >= guest.Until && missing >= ListsWithout) guests.Remove(device);
                else guests[device] = guest with { Missing = missing };
                if (missing == ListsWithout) gone.Add(device);
                else if (missing == 0 && guest.Missing >= ListsWithout && Instant.Now(time) < guest.Until) back.Add(device);
            }
        }

        foreach (var device in gone) Left?.Invoke(device, StationEnd.Left);
        foreach (var device in back) Returned?.Invoke(device);
    }

    private async Task<bool> TryAsync(Func<Task> ask)
    {
        try
        {
            await ask().ConfigureAwait(false);
            foreach (var code in ControllerAdvice.Codes) health.Clear(code);
            return true;
        }
        catch (ControllerFault fault)
        {
            var (code, action) = ControllerAdvice.Of(fault.Kind, options);
            foreach (var other in ControllerAdvice.Codes)
                if (other != code) health.Clear(other);
            health.Raise(code, Severity.Fault, $"The Wi-Fi controller at {options.Url.Authority} lets nobody in: {fault.Message}", action);
            return false;
        }
    }

    /// <param name="Receipt">The consent that it passes with.</param>
    /// <param name="Until">The controller closes by itself then.</param>
    /// <param name="Missing">So many lists in a row were without it.</param>
    private sealed record Guest(string Receipt, Instant Until, int Missing);
}

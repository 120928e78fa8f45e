using System.Collections.Concurrent;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Linux.Wifi;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// Listens to an access point of this machine: who leaves it has gone, long before silence would tell. A phone that changes its band, or sleeps for a moment, leaves as well and is back
/// at once, so a leaving counts when it has lasted.
/// </summary>
/// <param name="path">hostapd's control socket.</param>
/// <param name="directory">Where our side's socket may be.</param>
/// <param name="leftAfter">How long a phone may be away before it has gone.</param>
/// <param name="came">Told of each phone that is connected.</param>
/// <param name="left">Told of each phone that has gone.</param>
/// <param name="health">For an access point that cannot be heard.</param>
/// <param name="time">The clock.</param>
internal sealed class AccessPointWatcher(string path, string directory, TimeSpan leftAfter, Action<DeviceKey> came, Action<DeviceKey, StationEnd> left, HealthBoard health, TimeProvider time)
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DeviceKey, ITimer> leaving = new();
    private readonly HashSet<DeviceKey> here = [];

    private string Code => $"access-point-unheard:{Path.GetFileName(path)}";

    /// <summary>Runs until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    using var control = await AccessPointControl.AttachAsync(path, directory, time, stop).ConfigureAwait(false);
                    health.Clear(Code);
                    var now = await control.StationsAsync(stop).ConfigureAwait(false);
                    // Who left while nobody listened is not connected now.
                    foreach (var gone in here.Except(now.Select(KeyOf)).ToArray()) Went(gone);
                    foreach (var said in now) Follow(said);
                    await foreach (var said in control.ReadAsync(stop).ConfigureAwait(false)) Follow(said);
                }
                catch (IOException fault)
                {
                    health.Raise(Code, Severity.Warning, $"The access point does not say who comes and goes ({path}): {fault.Message}. Phones that leave are noticed later, by their silence.",
                        "Check that hostapd runs, that its ctrl_interface is that directory, and that this service may write there (ctrl_interface_group); gate.accessPoints names its sockets.");
                }

                await Task.Delay(AgainAfter, time, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var timer in leaving.Values) await timer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static DeviceKey KeyOf(AccessPointEvent said) => new(said.Station.Spell());

    private void Follow(AccessPointEvent said)
    {
        if (said.IsHere) Came(KeyOf(said));
        else Went(KeyOf(said));
    }

    private void Came(DeviceKey device)
    {
        here.Add(device);
        if (leaving.TryRemove(device, out var timer)) timer.Dispose();
        came(device);
    }

    private void Went(DeviceKey device)
    {
        here.Remove(device);
        var timer = time.CreateTimer(_ =>
        {
            if (leaving.TryRemove(device, out var own)) own.Dispose();
            left(device, StationEnd.Left);
        }, null, leftAfter, Timeout.InfiniteTimeSpan);
        if (leaving.TryAdd(device, timer)) return;
        timer.Dispose();
    }
}

using System.Net;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>A door as the seam's contract says: phones have hardware addresses, only who was let in passes, and it outlives the portal.</summary>
internal sealed class PlayedDoor : IGuestDoor
{
    private readonly Dictionary<DeviceKey, string> inside = [];
    private bool isAsked;

    public event Action<DeviceKey, StationEnd>? Left;

    public event Action<DeviceKey>? Returned;

    /// <summary>The neighbour table: addresses that are not in it are nobody's.</summary>
    public Dictionary<string, DeviceKey> Neighbours { get; } = new() { [Shop.Phone] = new("02:00:00:00:00:07"), [Shop.OtherPhone] = new("02:00:00:00:00:08") };

    /// <summary>How a phone that was let in passes.</summary>
    public Passage Passing { get; set; } = new(IsOpen: true);

    /// <summary>It has no room for anybody else.</summary>
    public bool IsFull { get; set; }

    /// <summary>It answers nothing.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether it was asked to open.</summary>
    public bool IsAsked => Volatile.Read(ref isAsked);

    public List<DeviceKey> Closed { get; } = [];

    /// <summary>How often it was opened for somebody.</summary>
    public int Openings { get; private set; }

    public IReadOnlyList<(DeviceKey Device, string Receipt)> Guests => [.. inside.Select(i => (i.Key, i.Value))];

    public ValueTask<DeviceKey?> FindAsync(IPAddress source, CancellationToken stop) =>
        ValueTask.FromResult<DeviceKey?>(Neighbours.TryGetValue(source.ToString(), out var device) ? device : null);

    public Passage PassageOf(DeviceKey device) => inside.ContainsKey(device) ? Passing : Passage.Closed;

    public async ValueTask<Passage> OpenAsync(DeviceKey device, string receipt, CancellationToken stop)
    {
        Volatile.Write(ref isAsked, true);
        if (Hangs) await Task.Delay(Timeout.Infinite, stop);
        if (IsFull && !inside.ContainsKey(device)) return Passage.Closed;
        inside[device] = receipt;
        Openings++;
        return Passing;
    }

    public ValueTask CloseAsync(DeviceKey device, CancellationToken stop)
    {
        if (inside.Remove(device)) Closed.Add(device);
        return ValueTask.CompletedTask;
    }

    public void Regain(DeviceKey device) => Returned?.Invoke(device);

    public void Lose(DeviceKey device, StationEnd end) => Left?.Invoke(device, end);
}

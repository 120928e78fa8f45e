using System.Net;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// No door at all: everybody passes, and nobody is seen to go. For demonstrations, and for guest networks that are let through by somebody else. The phone is its source address, which
/// holds where the agent is in the phones' own network and leases outlive <see cref="PortalOptions.DeviceIdle"/>; behind a proxy or a NAT all phones look like one.
/// </summary>
internal sealed class OpenDoor : IGuestDoor
{
    private static readonly Passage Open = new(IsOpen: true);

    /// <inheritdoc/>
    public event Action<DeviceKey, StationEnd>? Left
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public event Action<DeviceKey>? Returned
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public IReadOnlyList<(DeviceKey Device, string Receipt)> Guests => [];

    /// <inheritdoc/>
    public ValueTask<DeviceKey?> FindAsync(IPAddress source, CancellationToken stop)
    {
        // Without the scope of a link-local address: its interface is not the phone's.
        DeviceKey? device = new DeviceKey(source.IsIPv6LinkLocal ? new IPAddress(source.GetAddressBytes()).ToString() : source.ToString());
        return ValueTask.FromResult(device);
    }

    /// <inheritdoc/>
    public Passage PassageOf(DeviceKey device) => Open;

    /// <inheritdoc/>
    public ValueTask<Passage> OpenAsync(DeviceKey device, string receipt, CancellationToken stop) => ValueTask.FromResult(Open);

    /// <inheritdoc/>
    public ValueTask CloseAsync(DeviceKey device, CancellationToken stop) => ValueTask.CompletedTask;
}

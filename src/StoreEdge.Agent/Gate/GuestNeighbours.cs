using System.Net;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Linux.Neighbours;
using StoreEdge.Linux.Netlink;

namespace StoreEdge.Agent.Gate;

/// <summary>Whose address is whose on the guests' interfaces, as the kernel knows it, and whether somebody still answers.</summary>
internal sealed class GuestNeighbours : IDisposable
{
    private readonly GateOptions options;
    private readonly Stations stations;
    private readonly HealthBoard health;
    private readonly NeighbourTable? neighbours;

    public GuestNeighbours(GateOptions options, Stations stations, HealthBoard health)
    {
        (this.options, this.stations, this.health) = (options, stations, health);
        try
        {
            neighbours = NeighbourTable.Open();
        }
        catch (NetlinkFault fault)
        {
            RaiseNeighbours(fault);
        }
    }

    /// <summary>The phone that an address belongs to; null where the kernel does not know.</summary>
    public DeviceKey? Find(IPAddress source)
    {
        if (neighbours is null) return null;
        try
        {
            foreach (var name in options.Guests)
            {
                if (NetworkLink.IndexOf(name) is not { } index) continue;
                // A link-local address says itself where it lives.
                if (source.IsIPv6LinkLocal && source.ScopeId != 0 && source.ScopeId != index) continue;
                if (neighbours.Find(source, index)?.Station is { } station) return GateDoor.KeyOf(station);
            }
        }
        catch (NetlinkFault fault)
        {
            RaiseNeighbours(fault);
        }

        return null;
    }

    /// <summary>Asks after the phones of which nothing has been heard for a while.</summary>
    public void AskAfterQuiet()
    {
        if (neighbours is null || !stations.AnyQuiet) return;
        try
        {
            foreach (var name in options.Guests)
            {
                if (NetworkLink.IndexOf(name) is not { } index) continue;
                foreach (var neighbour in neighbours.List(index))
                {
                    if (neighbour.Station is not { } station || !stations.IsQuiet(GateDoor.KeyOf(station))) continue;
                    // It answers to one address; the notification is its sign of life.
                    if (neighbour.State == NeighbourState.Reachable) stations.Notice(GateDoor.KeyOf(station));
                    else if (neighbour.State is NeighbourState.Stale or NeighbourState.Failed) neighbours.Probe(neighbour);
                }
            }
        }
        catch (NetlinkFault fault)
        {
            RaiseNeighbours(fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => neighbours?.Dispose();

    private void RaiseNeighbours(NetlinkFault fault) =>
        health.Raise("gate-neighbours", Severity.Fault, $"The kernel does not say who its neighbours are: {fault.Message}. Phones cannot be told apart, so nobody gets in.",
            "In a service the unit needs AF_NETLINK in RestrictAddressFamilies=; the kernel must be 5.0 or newer.");
}

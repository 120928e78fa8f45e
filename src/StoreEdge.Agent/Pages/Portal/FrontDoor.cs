namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The way in: the door and who keeps it, what this machine is called before it, and the connections that stand there.</summary>
internal sealed record FrontDoor(IGuestDoor Door, Doorkeeper Keeper, PortalOrigins Origins, GuestConnections Connections)
{
    /// <summary>Whether a phone is let through, and is known to have accepted.</summary>
    public bool Passes(DeviceKey device) => Door.PassageOf(device).IsOpen && Keeper.ReceiptOf(device) is not null;
}

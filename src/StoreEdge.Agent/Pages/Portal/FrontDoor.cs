namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The way in: the door and who keeps it, what this machine is called before it, and the connections that stand there.</summary>
internal sealed record FrontDoor(IGuestDoor Door, Doorkeeper Keeper, PortalOrigins Origins, GuestConnections Connections);

namespace StoreEdge.Agent.Sensing;

/// <summary>Where a receiver's HCI events come from: a recording, a socket, later a radio of this machine.</summary>
internal interface IAdvertisementSource
{
    /// <summary>Feeds <paramref name="receiver"/> until stopped or until there is no more; tells it when it is open and when not. Throws what it cannot mend itself.</summary>
    Task RunAsync(Receiver receiver, CancellationToken stop);
}

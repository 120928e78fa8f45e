namespace StoreEdge.Simulator.Fleet;

/// <summary>The road between all stores and all brokers, as a regional outage takes it away: what stands is cut, and nobody gets through until it is back.</summary>
internal sealed class FleetNetwork
{
    private volatile bool isAway;

    public bool IsAway
    {
        get => isAway;
        set => isAway = value;
    }
}

namespace StoreEdge.Simulator.Controller;

/// <summary>What is on the air at the controller's place, in the order of time; whether it is heard is the controller's business.</summary>
internal interface IEmissions
{
    /// <summary>When the next report is due; null where there is none for now.</summary>
    TimeSpan? NextAt { get; }

    /// <summary>Takes it: an HCI event with its H4 type byte.</summary>
    byte[] Take();
}

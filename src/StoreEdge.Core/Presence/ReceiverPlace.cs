using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>On which side of the door a receiver hangs.</summary>
public enum ReceiverSide
{
    /// <summary>In the store.</summary>
    Inside,

    /// <summary>Before the door.</summary>
    Outside,
}

/// <summary>Where a receiver hangs and what its levels mean there.</summary>
/// <param name="Id">The receiver.</param>
/// <param name="Zone">The area that it stands for.</param>
/// <param name="Side">Inside or outside the door.</param>
/// <param name="EnterDbm">
/// Inside: a packet at or above it counts towards an arrival. Outside: a subject heard above it is at or before the door; from here on the threshold follows each device,
/// 4 dB down and 14 up at most (<see cref="DoorLevels"/>).
/// </param>
/// <param name="ExitDbm">
/// Inside: a subject who stays below it has left. Outside: a subject below it is no longer at the door, and somebody just inside is heard 1 dB below it. Below
/// <paramref name="EnterDbm"/>.
/// </param>
public sealed record ReceiverPlace(ReceiverId Id, ZoneId Zone, ReceiverSide Side, sbyte EnterDbm, sbyte ExitDbm)
{
    // Inside: a phone-class beacon at 10–15 m indoors arrives at about −80 dBm, and noise ends at about −95. Outside: the plateau of five recordings of a real
    // door (storeedge-sim score --door), where either threshold may move by 1 dB at little cost.

    /// <summary>The thresholds that work uncalibrated: inside −80/−90 dBm, outside −70/−74 dBm.</summary>
    public static ReceiverPlace Uncalibrated(ReceiverId id, ZoneId zone, ReceiverSide side) =>
        side == ReceiverSide.Inside ? new(id, zone, side, -80, -90) : new(id, zone, side, -70, -74);
}

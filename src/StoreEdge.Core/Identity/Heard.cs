using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>All of one advertisement that may tell who sent it. It lives between the decoder and the look-up, and is never kept.</summary>
/// <param name="Beacon">The beacon id of its frame; the default value where it carries none.</param>
/// <param name="Address">The raw address; meaningless where anonymous.</param>
/// <param name="AddressType">As in HCI: 0 public, 1 random, 2 public identity, 3 random identity, FF none.</param>
/// <param name="At">When it was heard.</param>
public readonly record struct Heard(BeaconId Beacon, DeviceAddress Address, byte AddressType, Instant At);

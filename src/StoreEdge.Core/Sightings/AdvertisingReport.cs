namespace StoreEdge.Core.Sightings;

/// <summary>Whether a report's data is all there is.</summary>
public enum ReportDataStatus : byte
{
    /// <summary>Complete.</summary>
    Complete,

    /// <summary>A fragment; more follows in later reports of the same advertiser and set.</summary>
    MoreToCome,

    /// <summary>The controller lost the rest.</summary>
    CutShort,
}

/// <summary>One advertising report of an HCI event, as a view over the event's bytes.</summary>
public readonly ref struct AdvertisingReport
{
    /// <summary>Where <see cref="Data"/> starts in the event (0 once fragments were put together elsewhere).</summary>
    public int DataOffset { get; init; }

    /// <summary>Whether it came in an extended report (subevent 0D).</summary>
    public bool IsExtended { get; init; }

    /// <summary>The event type as the controller gave it: one byte of a legacy report (3 is ADV_NONCONN_IND), a bit field of an extended one.</summary>
    public ushort EventType { get; init; }

    /// <summary>0 public, 1 random, 2 public identity, 3 random identity, FF none (anonymous).</summary>
    public byte AddressType { get; init; }

    /// <summary>The advertiser's raw address; meaningless where anonymous.</summary>
    public DeviceAddress Address { get; init; }

    /// <summary>The advertising set, 0–15; FF where there is none.</summary>
    public byte SetId { get; init; }

    /// <summary>dBm, −127 to +20; null where the controller did not say (127, or a value outside that range).</summary>
    public sbyte? Rssi { get; init; }

    /// <summary>Whether <see cref="Data"/> is all.</summary>
    public ReportDataStatus Status { get; init; }

    /// <summary>The AD structures.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Whether the advertiser hid its address.</summary>
    public bool IsAnonymous => AddressType == 0xFF;

    internal static sbyte? RssiOf(byte value) => (sbyte)value is >= -127 and <= 20 and var dbm ? dbm : null;
}

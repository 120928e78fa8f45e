using System.Buffers.Binary;

namespace StoreEdge.Core.Sightings;

/// <summary>The frame formats that are understood.</summary>
public enum BeaconFormat : byte
{
    /// <summary>Something else, or no beacon frame at all.</summary>
    Other,

    /// <summary>Apple's proximity beacon.</summary>
    IBeacon,

    /// <summary>The open AltBeacon 1.0.</summary>
    AltBeacon,

    /// <summary>Eddystone-UID: a static id.</summary>
    EddystoneUid,

    /// <summary>Eddystone-URL: a compressed address of a page.</summary>
    EddystoneUrl,

    /// <summary>Eddystone-TLM version 0: battery, temperature, counters.</summary>
    EddystoneTlm,

    /// <summary>Eddystone-TLM version 1: the same, encrypted.</summary>
    EddystoneEtlm,

    /// <summary>Eddystone-EID: a rotating id.</summary>
    EddystoneEid,
}

/// <summary>
/// One decoded beacon frame, as a view over the bytes it was read from: reading a field costs a few instructions and decoding allocates nothing. Each property
/// has a meaning only for the formats its summary names. Layouts: Apple "Proximity Beacon Advertisement Packet Specification" R1; AltBeacon 1.0;
/// google/eddystone protocol-specification and its frame documents.
/// </summary>
public readonly ref struct BeaconFrame
{
    // The frame without what introduces it: after 4C00 0215; from the company id on; after AAFE and the frame type byte (and the TLM version).
    private readonly ReadOnlySpan<byte> body;

    internal BeaconFrame(BeaconFormat format, ReadOnlySpan<byte> body)
    {
        Format = format;
        this.body = body;
    }

    /// <summary>Which of the formats this is.</summary>
    public BeaconFormat Format { get; }

    /// <summary>iBeacon: the proximity UUID.</summary>
    public Guid Uuid => new(body[..16], bigEndian: true);

    /// <summary>iBeacon: the major number.</summary>
    public ushort Major => BinaryPrimitives.ReadUInt16BigEndian(body[16..]);

    /// <summary>iBeacon: the minor number.</summary>
    public ushort Minor => BinaryPrimitives.ReadUInt16BigEndian(body[18..]);

    /// <summary>AltBeacon: the Bluetooth company identifier.</summary>
    public ushort Manufacturer => BinaryPrimitives.ReadUInt16LittleEndian(body);

    /// <summary>AltBeacon: the 20 bytes of beacon id.</summary>
    public ReadOnlySpan<byte> Id => body.Slice(4, 20);

    /// <summary>AltBeacon: the byte reserved for the manufacturer.</summary>
    public byte ManufacturerReserved => body[25];

    /// <summary>Eddystone-UID: the 10 bytes of namespace.</summary>
    public ReadOnlySpan<byte> Namespace => body.Slice(1, 10);

    /// <summary>Eddystone-UID: the 6 bytes of instance.</summary>
    public ReadOnlySpan<byte> Instance => body.Slice(11, 6);

    /// <summary>Eddystone-EID: the 8 bytes of the present ephemeral id.</summary>
    public ReadOnlySpan<byte> EphemeralId => body.Slice(1, 8);

    /// <summary>Eddystone-URL: the page's address in full. Allocates.</summary>
    public string Url => EddystoneUrl.Expand(body[1..]);

    /// <summary>
    /// dBm as the frame states it: expected RSSI at 1 m for iBeacon and AltBeacon, at 0 m for Eddystone-UID, -URL and -EID (41 dB above the value at 1 m).
    /// </summary>
    public sbyte TxPower => (sbyte)(Format switch
    {
        BeaconFormat.IBeacon => body[20],
        BeaconFormat.AltBeacon => body[24],
        _ => body[0],
    });

    /// <summary>Eddystone-TLM: battery voltage in mV; null where the beacon does not measure it (0).</summary>
    public ushort? BatteryMillivolts => BinaryPrimitives.ReadUInt16BigEndian(body) is var millivolts and not 0 ? millivolts : null;

    /// <summary>Eddystone-TLM: °C from signed 8.8 fixed point; null where the beacon does not measure it (8000).</summary>
    public double? TemperatureCelsius => BinaryPrimitives.ReadInt16BigEndian(body[2..]) is var fixedPoint and not short.MinValue ? fixedPoint / 256.0 : null;

    /// <summary>Eddystone-TLM: advertisements since power-on.</summary>
    public uint AdvertisementCount => BinaryPrimitives.ReadUInt32BigEndian(body[4..]);

    /// <summary>Eddystone-TLM: time since power-on, to 0.1 s.</summary>
    public TimeSpan Uptime => TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt32BigEndian(body[8..]) * 100L);

    /// <summary>Eddystone-eTLM: 12 encrypted bytes.</summary>
    public ReadOnlySpan<byte> EncryptedTelemetry => body[..12];

    /// <summary>Eddystone-eTLM: the salt.</summary>
    public ushort Salt => BinaryPrimitives.ReadUInt16BigEndian(body[12..]);

    /// <summary>Eddystone-eTLM: the message integrity check.</summary>
    public ushort IntegrityCheck => BinaryPrimitives.ReadUInt16BigEndian(body[14..]);

    /// <summary>Which beacon sent it; false for formats that identify nobody (URL, TLM, eTLM, other).</summary>
    public bool TryGetBeaconId(out BeaconId id)
    {
        switch (Format)
        {
            case BeaconFormat.IBeacon:
                id = BeaconId.OfBytes(Format, body[..20]);
                return true;
            case BeaconFormat.AltBeacon:
                Span<byte> companyAndId = stackalloc byte[22];
                BinaryPrimitives.WriteUInt16BigEndian(companyAndId, Manufacturer);
                Id.CopyTo(companyAndId[2..]);
                id = BeaconId.OfBytes(Format, companyAndId);
                return true;
            case BeaconFormat.EddystoneUid:
                id = BeaconId.OfBytes(Format, body.Slice(1, 16));
                return true;
            case BeaconFormat.EddystoneEid:
                id = BeaconId.OfBytes(Format, EphemeralId);
                return true;
            default:
                id = default;
                return false;
        }
    }
}

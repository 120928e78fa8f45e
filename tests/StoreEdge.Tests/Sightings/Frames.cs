namespace StoreEdge.Tests.Sightings;

/// <summary>Frames written down byte by byte from the layouts of their specifications; nothing here comes out of the decoder under test.</summary>
internal static class Frames
{
    // Apple, Proximity Beacon Advertisement Packet Specification R1: flags 02 01 06; 1A FF; 4C 00; 02 15; UUID; major; minor; measured power.
    public const string IBeacon = "0201061AFF4C000215E2C56DB5DFFB48D2B060D0F5A71096E000010002C5";

    // AltBeacon 1.0: 1B FF; company; BEAC; 20 bytes of id; reference RSSI; manufacturer reserved.
    public const string AltBeacon = "1BFF1801BEAC2F234454CF6D4A0FADF2F4911BA9FFA600010002C501";

    // Eddystone: complete list of services 03 03 AAFE, then service data of AAFE.
    public const string Uid = "0201060303AAFE1716AAFE00EE0001020304050607080900000000002A0000";
    public const string UidWithoutReserved = "0201060303AAFE1516AAFE00EE0001020304050607080900000000002A";
    public const string Url = "0201060303AAFE0D16AAFE10EE03676F6F2E676C07"; // https:// goo.gl .com
    public const string Tlm = "0201060303AAFE1116AAFE20000BB8158000000064000003E8"; // 3000 mV, 21.5 °C, 100 adverts, 100.0 s
    public const string Etlm = "0201060303AAFE1516AAFE2001000102030405060708090A0BABCD1234";
    public const string Eid = "0201060303AAFE0D16AAFE30E7A9B76A71C5F89290";
    public const string Other = "0201060503414243" + "44";

    public static readonly string[] All = [IBeacon, AltBeacon, Uid, UidWithoutReserved, Url, Tlm, Etlm, Eid, Other];

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    /// <summary>A legacy advertising report event (subevent 02) with one report: address 66:55:44:33:22:11, RSSI last.</summary>
    public static byte[] Legacy(string payload, string rssi = "C8")
    {
        var length = payload.Length / 2;
        return Bytes($"043E{length + 12:X2}02010001112233445566{length:X2}{payload}{rssi}");
    }

    /// <summary>An extended advertising report event (subevent 0D) with one report of event type <paramref name="type"/> (two bytes, little-endian).</summary>
    public static byte[] Extended(string payload, string type = "0000", string sid = "03")
    {
        var length = payload.Length / 2;
        return Bytes($"043E{length + 26:X2}0D01{type}011122334455660102{sid}7FBA000000000000000000{length:X2}{payload}");
    }
}

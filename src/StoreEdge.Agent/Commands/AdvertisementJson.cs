using System.Text.Json;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Commands;

/// <summary>One decoded advertisement as a JSON object, for <c>decode</c>. Hexadecimal is lower case; null stands for what a device or controller did not say.</summary>
internal static class AdvertisementJson
{
    private static readonly Dictionary<BeaconFormat, string> Names = new()
    {
        [BeaconFormat.Other] = "other",
        [BeaconFormat.IBeacon] = "ibeacon",
        [BeaconFormat.AltBeacon] = "altbeacon",
        [BeaconFormat.EddystoneUid] = "eddystone-uid",
        [BeaconFormat.EddystoneUrl] = "eddystone-url",
        [BeaconFormat.EddystoneTlm] = "eddystone-tlm",
        [BeaconFormat.EddystoneEtlm] = "eddystone-etlm",
        [BeaconFormat.EddystoneEid] = "eddystone-eid",
    };

    public static void WriteReceived(Utf8JsonWriter json, in AdvertisingReport report, in BeaconFrame frame)
    {
        json.WriteStartObject();
        if (report.IsAnonymous) json.WriteNull("address");
        else json.WriteString("address", report.Address.ToString());
        if (report.Rssi is { } rssi) json.WriteNumber("rssi", rssi);
        else json.WriteNull("rssi");
        WriteFrame(json, frame);
        json.WriteEndObject();
    }

    public static void WritePayload(Utf8JsonWriter json, in BeaconFrame frame)
    {
        json.WriteStartObject();
        WriteFrame(json, frame);
        json.WriteEndObject();
    }

    public static void WriteError(Utf8JsonWriter json, string error, int offset)
    {
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteNumber("offset", offset);
        json.WriteEndObject();
    }

    private static void WriteFrame(Utf8JsonWriter json, in BeaconFrame frame)
    {
        json.WriteString("format", Names[frame.Format]);
        switch (frame.Format)
        {
            case BeaconFormat.IBeacon:
                json.WriteString("uuid", frame.Uuid);
                json.WriteNumber("major", frame.Major);
                json.WriteNumber("minor", frame.Minor);
                json.WriteNumber("txPower", frame.TxPower);
                break;
            case BeaconFormat.AltBeacon:
                json.WriteString("manufacturer", $"{frame.Manufacturer:x4}");
                WriteHex(json, "id", frame.Id);
                json.WriteNumber("txPower", frame.TxPower);
                json.WriteNumber("manufacturerReserved", frame.ManufacturerReserved);
                break;
            case BeaconFormat.EddystoneUid:
                WriteHex(json, "namespace", frame.Namespace);
                WriteHex(json, "instance", frame.Instance);
                json.WriteNumber("txPower", frame.TxPower);
                break;
            case BeaconFormat.EddystoneUrl:
                json.WriteString("url", frame.Url);
                json.WriteNumber("txPower", frame.TxPower);
                break;
            case BeaconFormat.EddystoneTlm:
                if (frame.BatteryMillivolts is { } millivolts) json.WriteNumber("batteryMillivolts", millivolts);
                else json.WriteNull("batteryMillivolts");
                if (frame.TemperatureCelsius is { } celsius) json.WriteNumber("temperatureCelsius", celsius);
                else json.WriteNull("temperatureCelsius");
                json.WriteNumber("advertisementCount", frame.AdvertisementCount);
                json.WriteNumber("uptimeSeconds", (decimal)frame.Uptime.TotalMilliseconds / 1000);
                break;
            case BeaconFormat.EddystoneEtlm:
                WriteHex(json, "encryptedTelemetry", frame.EncryptedTelemetry);
                json.WriteString("salt", $"{frame.Salt:x4}");
                json.WriteString("integrityCheck", $"{frame.IntegrityCheck:x4}");
                break;
            case BeaconFormat.EddystoneEid:
                WriteHex(json, "ephemeralId", frame.EphemeralId);
                json.WriteNumber("txPower", frame.TxPower);
                break;
        }
    }

    private static void WriteHex(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        Span<char> digits = stackalloc char[bytes.Length * 2];
        Convert.TryToHexStringLower(bytes, digits, out _);
        json.WriteString(name, digits);
    }
}

using System.Globalization;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Sensing.Espresense;

/// <summary>
/// The id by which an ESPresense node names a device, where it names a beacon: <c>iBeacon:UUID-major-minor</c>, <c>altBeacon:UUID-major-minor</c> or
/// <c>eddy:namespace-instance</c> (src/BleFingerprint.cpp of the firmware, read in August 2026). All others (addresses, names, aliases, phones by their key) name none.
/// </summary>
internal static class EspresenseId
{
    // The firmware leaves the company of an AltBeacon out. This one (Radius Networks, in the byte order of BeaconId) is what its specification and most senders use.
    private const string AltBeaconCompany = "0118";

    /// <summary>Reads the id; false where it names no beacon.</summary>
    public static bool TryParse(string id, out BeaconId beacon)
    {
        beacon = default;
        var colon = id.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return false;
        var rest = id[(colon + 1)..];
        return id[..colon] switch
        {
            "iBeacon" => TryParts(rest, out var uuid, out var major, out var minor) && BeaconId.TryParse($"ibeacon:{uuid:D}/{major}/{minor}", out beacon),
            "altBeacon" => TryParts(rest, out var uuid, out var major, out var minor) && BeaconId.TryParse($"altbeacon:{AltBeaconCompany}/{uuid:N}{major:x4}{minor:x4}", out beacon),
            "eddy" when rest.Split('-') is [var space, var instance] => BeaconId.TryParse($"eddystone-uid:{WithoutRepeat(space)}/{instance}", out beacon),
            _ => false,
        };
    }

    private static bool TryParts(string text, out Guid uuid, out ushort major, out ushort minor)
    {
        (uuid, major, minor) = (default, 0, 0);
        var last = text.LastIndexOf('-');
        var middle = last > 0 ? text.LastIndexOf('-', last - 1) : -1;
        return middle > 0 && Guid.TryParseExact(text[..middle], "D", out uuid)
            && ushort.TryParse(text.AsSpan(middle + 1, last - middle - 1), NumberStyles.None, CultureInfo.InvariantCulture, out major)
            && ushort.TryParse(text.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out minor);
    }

    // The firmware writes eleven bytes of a namespace that has ten: the fifth stands twice.
    private static string WithoutRepeat(string space) => space.Length == 22 && space.AsSpan(8, 2).SequenceEqual(space.AsSpan(10, 2)) ? space[..10] + space[12..] : space;
}

using System.Globalization;
using System.Text.Json;

namespace StoreEdge.Core.Identity;

/// <summary>Reads what an enrolment list says of devices that are known by a secret. No fault repeats one.</summary>
internal sealed class EnrolledKeys(List<EnrolmentFault> faults)
{
    private const string KeyRule = "must be 32 hexadecimal digits, the most significant byte first, not all alike";
    private readonly Dictionary<UInt128, string> identityKeys = [];
    private readonly Dictionary<UInt128, string> resolvingKeys = [];

    /// <summary>Refuses more resolvable devices than the store is to have.</summary>
    public static void CheckLimit(EnrolmentList list, int most, List<EnrolmentFault> faults)
    {
        var count = list.Entries.Sum(e => e.Irk.Count);
        if (count <= most) return;
        faults.Add(new("entries", string.Create(
            CultureInfo.InvariantCulture,
            $"{count} devices have an irk, allowed are {most} (enrolment.mostResolvable): at 500 unknown addresses an hour {count} would take {ResolvableAddress.FalseMatchesPerHour(count, 500):0.000} strangers an hour for customers, {most} take {ResolvableAddress.FalseMatchesPerHour(most, 500):0.000}")));
    }

    /// <summary>The member <c>eid</c> of an entry.</summary>
    public IReadOnlyList<EphemeralDevice> ReadEid(JsonElement entry, string path)
    {
        List<EphemeralDevice> devices = [];
        foreach (var (element, place) in Elements(entry, "eid", path))
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                faults.Add(new(place, "must be an object with identityKey, rotationExponent and registeredAt"));
                continue;
            }

            EnrolmentList.RefuseUnknown(element, place, ["identityKey", "rotationExponent", "registeredAt", "clockAtRegistration"], faults);
            var sound = TryKey(Member(element, "identityKey"), $"{place}.identityKey", identityKeys, out var key);
            if (!TryNumber(Member(element, "rotationExponent"), EphemeralId.LargestExponent, out var exponent))
                sound = Refuse($"{place}.rotationExponent", $"must be a whole number 0–{EphemeralId.LargestExponent}: a window lasts 2 to its power in seconds");
            if (!TryMoment(Member(element, "registeredAt"), out var registered))
                sound = Refuse($"{place}.registeredAt", "must be a time of RFC 3339 with its offset, from 1970 on, such as 2026-11-01T12:00:00Z: when the beacon's clock was read");
            var clock = 0L;
            if (element.TryGetProperty("clockAtRegistration", out var read) && !TryNumber(read, uint.MaxValue, out clock))
                sound = Refuse($"{place}.clockAtRegistration", "must be a whole number 0–4294967295: the seconds that the beacon's own clock showed at registeredAt");
            if (sound) devices.Add(new(key, (int)exponent, registered, (uint)clock));
        }

        return devices;
    }

    /// <summary>The member <c>irk</c> of an entry.</summary>
    public IReadOnlyList<UInt128> ReadIrk(JsonElement entry, string path)
    {
        List<UInt128> keys = [];
        foreach (var (element, place) in Elements(entry, "irk", path))
            if (TryKey(element, place, resolvingKeys, out var key)) keys.Add(key);
        return keys;
    }

    private IEnumerable<(JsonElement Element, string Place)> Elements(JsonElement entry, string name, string path)
    {
        if (!entry.TryGetProperty(name, out var array) || array.ValueKind == JsonValueKind.Null) return [];
        if (array.ValueKind == JsonValueKind.Array) return array.EnumerateArray().Select((element, i) => (element, $"{path}.{name}[{i}]"));
        Refuse($"{path}.{name}", "must be an array");
        return [];
    }

    private bool TryKey(JsonElement? element, string place, Dictionary<UInt128, string> seen, out UInt128 key)
    {
        key = default;
        var text = element is { ValueKind: JsonValueKind.String } digits ? digits.GetString()! : "";
        if (text.Length != 32 || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key) || text.All(c => c == text[0])) return Refuse(place, KeyRule);
        if (seen.TryAdd(key, place)) return true;
        return Refuse(place, $"the same key stands at {seen[key]}; a device has one owner");
    }

    private bool Refuse(string place, string message)
    {
        faults.Add(new(place, message));
        return false;
    }

    private static JsonElement? Member(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value : null;

    private static bool TryNumber(JsonElement? element, long most, out long number)
    {
        number = 0;
        return element is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out number) && number >= 0 && number <= most;
    }

    private static bool TryMoment(JsonElement? element, out DateTimeOffset moment)
    {
        moment = default;
        // Without an offset the time of the store's machine would be meant, whichever that is.
        return element is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out moment) && moment >= DateTimeOffset.UnixEpoch
            && value.GetString() is { Length: > 6 } text && (text[^1] == 'Z' || text[^6] is '+' or '-');
    }
}

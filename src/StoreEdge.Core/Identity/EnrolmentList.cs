using System.Text.Json;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>One customer (or member of staff, or fixture) of an enrolment list.</summary>
/// <param name="Customer">The tenant's own customer number, 1–128 characters.</param>
/// <param name="Role">What the devices are to the store.</param>
/// <param name="Household">Whom they come with, where that is known.</param>
/// <param name="LoyaltyNumber">What they type to be recognised on the portal.</param>
/// <param name="Beacons">Their beacons with an id that never changes.</param>
public sealed record EnrolmentEntry(string Customer, BeaconRole Role, string? Household, string? LoyaltyNumber, IReadOnlyList<BeaconId> Beacons)
{
    /// <summary>Their beacons with a rotating id.</summary>
    public IReadOnlyList<EphemeralDevice> Eid { get; init; } = [];

    /// <summary>The identity resolving keys of their phones and watches, most significant byte first.</summary>
    public IReadOnlyList<UInt128> Irk { get; init; } = [];

    /// <summary>Without what identifies anybody, which must not come into any text.</summary>
    public override string ToString() => $"{Role}, {Beacons.Count} beacons, {Eid.Count} rotating, {Irk.Count} resolvable";
}

/// <summary>What is wrong in an enrolment list, for the one who wrote it.</summary>
/// <param name="Path">Where, such as <c>entries[3].beacons[0]</c>; empty for the document itself.</param>
/// <param name="Message">What is wrong there and what is allowed; never what names a person or their beacon, as it is shown, logged and sent.</param>
public sealed record EnrolmentFault(string Path, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}

/// <summary>
/// The enrolment list as a file or as the retained message <c>desired/enrolment</c>:
/// <c>{"version":n,"entries":[{"customer":"C-1001","role":"customer|staff|fixed","household":"H-7","loyaltyNumber":"…","beacons":["ibeacon:UUID/major/minor"],
/// "eid":[{"identityKey":"32 hex","rotationExponent":10,"registeredAt":"2026-11-01T12:00:00Z","clockAtRegistration":0}],"irk":["32 hex"]}]}</c>.
/// A list with any fault is refused as a whole, so that half a list never replaces a good one.
/// </summary>
/// <param name="Version">Numbered by its author, from 1.</param>
/// <param name="Entries">The customers.</param>
public sealed record EnrolmentList(long Version, IReadOnlyList<EnrolmentEntry> Entries)
{
    private const int MaximumFaults = 20;

    /// <summary>Reads and checks a list.</summary>
    /// <param name="utf8">The JSON document; comments and trailing commas are tolerated.</param>
    /// <param name="list">The list.</param>
    /// <param name="faults">Everything that is wrong, up to 20; empty when the list is good.</param>
    /// <param name="mostResolvable">How many devices may be known by their identity resolving key.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8, out EnrolmentList list, out IReadOnlyList<EnrolmentFault> faults, int mostResolvable = ResolvableAddress.DefaultMost)
    {
        list = new(0, []);
        List<EnrolmentFault> found = [];
        faults = found;
        try
        {
            // A byte order mark is what some editors leave in a file.
            if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
            using var document = JsonDocument.Parse(utf8, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            list = Read(document.RootElement, found);
            EnrolledKeys.CheckLimit(list, mostResolvable, found);
        }
        catch (JsonException broken)
        {
            found.Add(new("", $"no JSON document: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}"));
        }
        catch (InvalidOperationException)
        {
            // What JsonElement throws for an escaped lone surrogate, which is sound JSON and no text.
            found.Add(new("", "a string holds half of a surrogate pair"));
        }

        return found.Count == 0;
    }

    private static EnrolmentList Read(JsonElement root, List<EnrolmentFault> faults)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new("", "must be an object with version and entries"));
            return new(0, []);
        }

        RefuseUnknown(root, "", ["version", "entries"], faults);
        long version = 0;
        if (!root.TryGetProperty("version", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out version) || version < 1)
            faults.Add(new("version", "must be a whole number from 1"));
        if (!root.TryGetProperty("entries", out var array) || array.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new("entries", "must be an array"));
            return new(version, []);
        }

        List<EnrolmentEntry> entries = new(array.GetArrayLength());
        Dictionary<BeaconId, string> seen = [];
        Dictionary<string, string> logins = new(StringComparer.OrdinalIgnoreCase);
        var keys = new EnrolledKeys(faults);
        foreach (var element in array.EnumerateArray())
        {
            if (faults.Count >= MaximumFaults) break;
            ReadEntry(element, $"entries[{entries.Count}]", seen, logins, keys, entries, faults);
        }

        return new(version, entries);
    }

    private static void ReadEntry(
        JsonElement element, string path, Dictionary<BeaconId, string> seen, Dictionary<string, string> logins, EnrolledKeys keys, List<EnrolmentEntry> entries, List<EnrolmentFault> faults)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(path, "must be an object"));
            entries.Add(new("", BeaconRole.Customer, null, null, []));
            return;
        }

        RefuseUnknown(element, path, ["customer", "role", "household", "loyaltyNumber", "beacons", "eid", "irk"], faults);
        var customer = Text(element, "customer", path, faults);
        if (customer is null && !element.TryGetProperty("customer", out _)) faults.Add(new($"{path}.customer", "is missing: the tenant's customer number, 1–128 characters"));
        var role = Text(element, "role", path, faults) switch
        {
            null or "customer" => BeaconRole.Customer,
            "staff" => BeaconRole.Staff,
            "fixed" => BeaconRole.Fixed,
            _ => RefuseRole(path, faults),
        };
        List<BeaconId> beacons = [];
        if (element.TryGetProperty("beacons", out var array))
        {
            if (array.ValueKind == JsonValueKind.Array) ReadBeacons(array, path, seen, beacons, faults);
            else faults.Add(new($"{path}.beacons", "must be an array of beacon ids"));
        }

        var loyaltyNumber = Text(element, "loyaltyNumber", path, faults);
        if (loyaltyNumber is not null && !logins.TryAdd(LoginText.Normalised(loyaltyNumber), path))
            faults.Add(new($"{path}.loyaltyNumber", $"the same number stands at {logins[LoginText.Normalised(loyaltyNumber)]}, however it is written; a number has one owner"));
        entries.Add(new(customer ?? "", role, Text(element, "household", path, faults), loyaltyNumber, beacons) { Eid = keys.ReadEid(element, path), Irk = keys.ReadIrk(element, path) });
    }

    private static void ReadBeacons(JsonElement array, string path, Dictionary<BeaconId, string> seen, List<BeaconId> beacons, List<EnrolmentFault> faults)
    {
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            var place = $"{path}.beacons[{index++}]";
            var text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
            if (!BeaconId.TryParse(text, out var beacon)) faults.Add(new(place, $"is no beacon id; allowed: {BeaconId.Allowed}"));
            else if (!seen.TryAdd(beacon, place)) faults.Add(new(place, $"the same beacon stands at {seen[beacon]}; a beacon has one owner"));
            else beacons.Add(beacon);
        }
    }

    private static BeaconRole RefuseRole(string path, List<EnrolmentFault> faults)
    {
        faults.Add(new($"{path}.role", "is no role; allowed: customer, staff, fixed"));
        return BeaconRole.Fixed;
    }

    private static string? Text(JsonElement element, string name, string path, List<EnrolmentFault> faults)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 128 } text) return text;
        faults.Add(new($"{path}.{name}", "must be a string of 1–128 characters"));
        return null;
    }

    internal static void RefuseUnknown(JsonElement element, string path, ReadOnlySpan<string> allowed, List<EnrolmentFault> faults)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (allowed.Contains(property.Name)) continue;
            // What a key, an id or a name got into by mistake is not repeated; a word that was mistyped is.
            var name = property.Name is { Length: <= 24 } word && word.All(char.IsAsciiLetter) ? word : "(a member)";
            faults.Add(new(path.Length == 0 ? name : $"{path}.{name}", $"is not known; allowed: {string.Join(", ", allowed!)}"));
        }
    }
}

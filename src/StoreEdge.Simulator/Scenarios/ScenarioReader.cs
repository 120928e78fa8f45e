using System.Text.Json;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Scenarios;

/// <summary>The scenario cannot be used; the message lists every fault with file, path, value and what is allowed.</summary>
internal sealed class ScenarioException(string message) : Exception(message);

/// <summary>Reads scenario files; see Scenarios/README.md for the schema.</summary>
internal static class ScenarioReader
{
    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <param name="file">Only for error messages.</param>
    /// <param name="utf8">What stands in it.</param>
    /// <exception cref="ScenarioException">Something in it is not allowed.</exception>
    public static Scenario Read(string file, ReadOnlyMemory<byte> utf8)
    {
        var errors = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(utf8, Reading);
            var scenario = Scenario(new(document.RootElement, "$", errors));
            if (errors.Count == 0) return scenario;
        }
        catch (JsonException fault)
        {
            errors.Add($"line {fault.LineNumber + 1}, column {fault.BytePositionInLine + 1}: not JSON: {fault.Message.Split(" LineNumber:")[0]}");
        }

        throw new ScenarioException(string.Join(Environment.NewLine, errors.Select(e => $"{file}: {e}")));
    }

    private static Scenario Scenario(ScenarioNode node)
    {
        node.Only("name", "description", "startHour", "layout", "radio", "population", "absentCustomers", "journey");
        var population = node["population"].List(1, 50).Select(Group).ToArray();
        if (population.DistinctBy(g => g.Name).Count() < population.Length) node["population"].Fault("groups with different names");
        return new(
            node["name"].Name(), node["description"].Text(), node["startHour"].Whole(0, 23, 12), Layout(node["layout"]), Radio(node["radio"]), population,
            node["absentCustomers"].Whole(0, 100_000, 0), Service(node["journey"]));
    }

    private static Layout Layout(ScenarioNode node)
    {
        node.Only("inside", "door", "street", "zones", "walls", "receivers");
        var inside = node["inside"].Area();
        var door = node["door"].Point();
        if (!inside.HasOnItsEdge(door)) node["door"].Fault("a point on the edge of inside");
        var street = new List<Point>();
        foreach (var end in node["street"].List(2, 2))
        {
            street.Add(end.Point());
            if (inside.Contains(street[^1])) end.Fault("a point outside");
        }

        var zones = new List<ZoneArea>();
        foreach (var zone in node["zones"].List(1, 100))
        {
            zone.Only("id", "area");
            zones.Add(new(new(zone["id"].Name()), zone["area"].Area()));
        }

        var walls = new List<Wall>();
        foreach (var wall in node["walls"].Exists ? node["walls"].List() : [])
        {
            wall.Only("from", "to", "lossDb");
            walls.Add(new(wall["from"].Point(), wall["to"].Point(), wall["lossDb"].Number(0, 60)));
        }

        var receivers = new List<ReceiverPlace>();
        foreach (var receiver in node["receivers"].List(1, 32))
        {
            receiver.Only("id", "zone", "side", "at", "reports", "socket");
            receivers.Add(new(
                new(receiver["id"].Name()), new(receiver["zone"].Name()), receiver["side"].Word(("inside", true), ("outside", false)), receiver["at"].Point(),
                receiver["reports"].Exists && receiver["reports"].Word(("legacy", false), ("extended", true)),
                receiver["socket"].Exists ? receiver["socket"].Text("a path") : null));
            if (receivers.Take(receivers.Count - 1).Any(r => r.Id == receivers[^1].Id)) receiver["id"].Fault("an id that no other receiver has");
        }

        return new(inside, door, street, zones, walls, receivers);
    }

    private static RadioModel Radio(ScenarioNode node)
    {
        if (node.Exists) node.Only("pathLossExponent", "fading", "lossPercent", "sensitivityDbm");
        var fading = node["fading"];
        if (fading.Exists) fading.Only("sigmaDb", "correlationAt100Milliseconds", "correlationAt1Second", "slowSeconds");
        var model = new FadingModel(
            fading["sigmaDb"].Number(0, 20, 6.5), fading["correlationAt100Milliseconds"].Number(0.01, 0.999, 0.8), fading["correlationAt1Second"].Number(0.01, 0.99, 0.65),
            fading["slowSeconds"].Number(1, 600, 10));
        if (!model.IsPossible) fading.Fault("correlations that fall: correlationAt1Second well below correlationAt100Milliseconds, and below exp(−1/slowSeconds)");
        return new(node["pathLossExponent"].Number(0.5, 6, 2), model, node["lossPercent"].Between(0, 100, new Between(4, 14)), node["sensitivityDbm"].Number(-120, -40, -95));
    }

    private static Group Group(ScenarioNode node)
    {
        node.Only("name", "kind", "count", "arrivals", "dwell", "walkMetresPerSecond", "tag", "enrolledPercent", "portal", "householdPercent");
        var kind = node["kind"].Word(
            ("customer", GroupKind.Customer), ("passer-by", GroupKind.PasserBy), ("staff", GroupKind.Staff), ("fixed", GroupKind.Fixed), ("noise", GroupKind.Noise));
        var arrives = kind is GroupKind.Customer or GroupKind.PasserBy;
        if (arrives && node["count"].Exists) node["count"].Fault("nothing: customers and passers-by have arrivals");
        if (!arrives && node["arrivals"].Exists) node["arrivals"].Fault("nothing: staff, fixed and noise have a count");
        if (kind != GroupKind.Customer && node["portal"].Exists) node["portal"].Fault("nothing: only customers use the portal");
        if (kind != GroupKind.Customer && !node["tag"].Exists) node["tag"].Fault("a tag");
        if (kind == GroupKind.Customer && !node["tag"].Exists && !node["portal"].Exists) node["tag"].Fault("a tag, a portal or both; without either nobody can notice them");
        return new(
            node["name"].Name(), kind, arrives ? 0 : node["count"].Whole(1, 10_000), arrives ? Arrivals(node["arrivals"]) : null, Dwell(node["dwell"]),
            node["walkMetresPerSecond"].Between(0.2, 10, new Between(1.0, 1.6)), node["tag"].Exists ? Tag(node["tag"]) : null,
            node["enrolledPercent"].Number(0, 100, kind == GroupKind.Noise ? 0 : 100), node["portal"].Exists ? Portal(node["portal"]) : null,
            node["householdPercent"].Number(0, 100, 0));
    }

    private static ArrivalRate Arrivals(ScenarioNode node)
    {
        node.Only("perMinute", "perHour");
        if (node["perMinute"].Exists == node["perHour"].Exists) node.Fault("either perMinute (one number) or perHour (24 numbers, midnight first)");
        return node["perMinute"].Exists
            ? new([.. Enumerable.Repeat(node["perMinute"].Number(0, 10_000) * 60, 24)])
            : new([.. node["perHour"].List(24, 24).Select(n => n.Number(0, 600_000))]);
    }

    private static Dwell Dwell(ScenarioNode node)
    {
        if (!node.Exists) return new(600, 0.8, 30);
        node.Only("medianSeconds", "sigma", "minimumSeconds");
        return new(node["medianSeconds"].Number(1, 86_400), node["sigma"].Number(0, 3, 0.8), node["minimumSeconds"].Number(0, 86_400, 10));
    }

    private static Tag Tag(ScenarioNode node)
    {
        node.Only("formats", "intervalMilliseconds", "powerAt1Metre", "bodyLossDb");
        var formats = node["formats"].Exists
            ? node["formats"].List(1, 3).Select(f => f.Word(("ibeacon", TagFormat.IBeacon), ("altbeacon", TagFormat.AltBeacon), ("eddystone-uid", TagFormat.EddystoneUid))).ToArray()
            : [TagFormat.IBeacon, TagFormat.AltBeacon, TagFormat.EddystoneUid];
        // 20 ms is the shortest advertising interval that Bluetooth 5 allows, 10,485.759375 s beyond any beacon's; a beacon at 10 s is already useless here.
        return new(formats, node["intervalMilliseconds"].Between(20, 10_240, new Between(100, 1000)), node["powerAt1Metre"].Between(-100, -20, new Between(-63, -55)), node["bodyLossDb"].Between(0, 40, new Between(0, 6)));
    }

    private static PortalUse Portal(ScenarioNode node)
    {
        node.Only("delaySeconds", "languages", "loyaltyPercent", "marketingPercent", "choices", "choiceDelaySeconds");
        return new(
            node["delaySeconds"].Between(0, 3600, new Between(2, 8)), node["languages"].Exists ? node["languages"].Weights() : [("pt-BR", 1)],
            node["loyaltyPercent"].Number(0, 100, 0), node["marketingPercent"].Number(0, 100, 0),
            node["choices"].Exists ? node["choices"].Weights("want", "not-now", "never", "stop", "none") : [("none", 1)],
            node["choiceDelaySeconds"].Between(0, 3600, new Between(1, 6)));
    }

    private static Service Service(ScenarioNode node)
    {
        if (node.Exists) node.Only("contextPercent", "noticePercent", "holdPercent");
        return new(node["contextPercent"].Number(0, 100, 0), node["noticePercent"].Number(0, 100, 0), node["holdPercent"].Number(0, 100, 0));
    }
}

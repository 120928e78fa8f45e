using System.Text.Json;

namespace StoreEdge.Tests.Offers;

/// <summary>
/// Says what of a decision must never happen, from the documents alone: the bundle, what was known, and the decision as it was written. It shares no line with the pipeline, not even the reading
/// of the documents, so that a mistake there is not made twice.
/// </summary>
internal sealed class NeverEventsOracle(JsonElement bundle)
{
    private readonly Dictionary<string, JsonElement> offers = bundle.GetProperty("offers").EnumerateArray().ToDictionary(e => Text(e, "id")!);

    private readonly Dictionary<string, JsonElement> fallbacks = bundle.GetProperty("fallbacks").EnumerateArray().ToDictionary(e => Text(e, "id")!);

    public const string Welcome = "a welcome to somebody who is not freshly known to be new", Hold = "a promotion under a hold or an unknown hold",
        Screen = "content that is not public on a screen that nobody claimed", Intimate = "intimate content on a screen", Stop = "something after stop", Departed = "something after departure",
        Cap = "a cap exceeded", Blocked = "something addressed to a blocked name", Refused = "something that was refused", Consent = "something without consent for its purpose",
        HeldOut = "something of a campaign to somebody held out", Service = "an issue is open, and something is sold", Shared = "something personal on a device that a household shares";

    public List<string> Judge(string placement, JsonElement context, JsonElement decision)
    {
        var events = new List<string>();
        var at = context.GetProperty("at").GetDateTimeOffset();
        var isScreen = bundle.GetProperty("placements").EnumerateArray().First(p => Text(p, "id") == placement) is var place && Text(place, "surface") == "screen";
        var (isStopped, isGone, isClaimed) = (Flag(context, "stopped") || Flag(context, "stopUnknown"), Flag(context, "departed"), Flag(context, "claimed"));
        var chosen = decision.GetProperty("chosen").EnumerateArray().Select(c => Text(c, "offer")!).ToList();
        if (isGone && chosen.Count > 0) events.Add(Departed);
        foreach (var id in chosen)
        {
            // Who said "never" of a fallback means it as well; otherwise a fallback is nobody's and says nothing.
            var isFallback = !offers.TryGetValue(id, out var offer) && fallbacks.TryGetValue(id, out offer);
            if (offer.ValueKind != JsonValueKind.Object) continue;
            if (Has(context, "neverOffers", id) || Has(context, "notNow", id) || Has(context, "neverDemands", Text(offer, "demand")) || (Text(offer, "supplier") is { } s && Has(context, "neverSuppliers", s))) events.Add(Refused);
            if (isFallback) continue;
            var kind = Text(offer, "class");
            var sensitivity = Text(offer, "sensitivity") ?? "public";
            if (isStopped) events.Add(Stop);
            if (Flag(offer, "welcome") && !(Believed(context, "lifecycle", at) is { } life && life.GetProperty("value").GetString() == "newProspect"
                && (Text(bundle, "lifecycleDefinition") is not { } definition || Text(life, "definition") == definition) && MayUse(context, life, at))) events.Add(Welcome);
            if (kind == "promotion" && Said(context, "commercialHold", at) != false) events.Add(Hold);
            if (isScreen && sensitivity != "public" && !isClaimed) events.Add(Screen);
            if (isScreen && sensitivity == "intimate") events.Add(Intimate);
            if (EverTrue(context, "block")) events.Add(Blocked);
            if (kind is "promotion" && !Consents(context, "marketing", at)) events.Add(Consent);
            if (kind is "loyalty" && !Consents(context, "loyalty", at)) events.Add(Consent);
            if (kind is "promotion" or "loyalty" && EverTrue(context, "openIssue")) events.Add(Service);
            if (!isScreen && sensitivity != "public" && kind != "service" && EverTrue(context, "sharedDevice")) events.Add(Shared);
            if (Text(offer, "campaign") is { } campaign && bundle.TryGetProperty("holdouts", out var holdouts) && holdouts.EnumerateArray().Any(h => Text(h, "campaign") == campaign && IsHeldOut(h, Text(context, "subject")!)))
                events.Add(HeldOut);
        }

        if (bundle.TryGetProperty("caps", out var caps))
            foreach (var cap in caps.EnumerateArray())
                if (IsExceeded(cap, chosen, context, at)) events.Add(Cap);
        return events;
    }

    /// <summary>Counts what each group of showings comes to with this decision; a group that was full before and got nothing now is nobody's fault.</summary>
    private bool IsExceeded(JsonElement cap, List<string> chosen, JsonElement context, DateTimeOffset at)
    {
        var (only, counts, limit) = (Text(cap, "class"), Text(cap, "counts"), cap.GetProperty("limit").GetInt32());
        var window = System.Xml.XmlConvert.ToTimeSpan(Text(cap, "window")!);
        // A cap that names no class is about selling; what is not known any more counts with everything.
        string? Group(string id, JsonElement? offer, string? kind) => kind is not null && (only is null ? kind is "service" or "help" : kind != only) ? null
            : counts == "eachOffer" ? "offer " + id : counts == "together" ? "all" : offer is { } known && Text(known, "supplier") is { } supplier ? "supplier " + supplier : null;
        var groups = new Dictionary<string, (int Before, int Now)>();
        foreach (var showing in context.GetProperty("shown").EnumerateArray())
        {
            if (!Has(showing, "to", Text(cap, "per"))) continue;
            if (at - showing.GetProperty("at").GetDateTimeOffset() >= window) continue;
            var id = Text(showing, "offer")!;
            JsonElement? offer = offers.TryGetValue(id, out var found) ? found : null;
            var kind = Text(showing, "class") is { } told ? (told == "unknown" ? null : told) : Text(offer!.Value, "class");
            if (Group(id, offer, kind) is { } group) groups[group] = groups.GetValueOrDefault(group) with { Before = groups.GetValueOrDefault(group).Before + 1 };
        }

        foreach (var id in chosen)
            if (offers.TryGetValue(id, out var offer) && Group(id, offer, Text(offer, "class")) is { } group) groups[group] = groups.GetValueOrDefault(group) with { Now = groups.GetValueOrDefault(group).Now + 1 };
        return groups.Values.Any(g => g.Now > 0 && g.Before + g.Now > limit);
    }

    private static bool IsHeldOut(JsonElement holdout, string subject)
    {
        var digest = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Text(holdout, "salt")}\n{Text(holdout, "campaign")}\n{subject}"));
        decimal fraction = 0;
        for (var i = 7; i >= 0; i--) fraction = (fraction + digest[i]) / 256;
        return fraction < (decimal)holdout.GetProperty("share").GetDouble();
    }

    private static bool Consents(JsonElement context, string purpose, DateTimeOffset at) =>
        !Has(context, "refused", purpose) && (Has(context, "consents", purpose) || Said(context, purpose + "Consent", at) == true);

    /// <summary>What is said under a consent counts only with it; what can only prevent counts in any case.</summary>
    private static bool MayUse(JsonElement context, JsonElement attribute, DateTimeOffset at) => Text(attribute, "purpose") is "service" or null || Consents(context, Text(attribute, "purpose")!, at);

    private static bool? Said(JsonElement context, string name, DateTimeOffset at) => Believed(context, name, at) is { } attribute ? attribute.GetProperty("value").GetBoolean() : null;

    private static bool EverTrue(JsonElement context, string name) => Attribute(context, name) is { } attribute && attribute.GetProperty("value").GetBoolean();

    private static JsonElement? Believed(JsonElement context, string name, DateTimeOffset at)
    {
        if (Attribute(context, name) is not { } attribute) return null;
        var since = attribute.GetProperty("asOf").GetDateTimeOffset();
        return since.AddSeconds(attribute.GetProperty("maxAgeSeconds").GetInt32()) >= at && since <= at.AddMinutes(5) ? attribute : null;
    }

    private static JsonElement? Attribute(JsonElement context, string name) =>
        context.GetProperty("attributes").TryGetProperty(name, out var attribute) ? attribute : null;

    private static bool Has(JsonElement element, string list, string? text) => element.TryGetProperty(list, out var texts) && texts.EnumerateArray().Any(t => t.GetString() == text);

    private static bool Flag(JsonElement element, string name) => element.TryGetProperty(name, out var flag) && flag.GetBoolean();

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() : null;
}

namespace StoreEdge.Core.Offers;

/// <summary>Reads one offer of a document, with the rules that concern it alone.</summary>
internal static class OfferParser
{
    internal static Offer Read(DocumentReader reader) => Read(reader, verbatim: false);

    /// <summary>A notice as central sent it once: the limits of posters are none of its own.</summary>
    internal static Offer ReadNotice(DocumentReader reader) => Read(reader, verbatim: true);

    private static Offer Read(DocumentReader reader, bool verbatim)
    {
        var offer = new Offer
        {
            Id = new(verbatim ? reader.Verbatim("id") : reader.Name("id")),
            Class = reader.Word("class", OfferClass.Generic),
            Sensitivity = reader.Word("sensitivity", Sensitivity.Public, required: false),
            Demand = verbatim ? reader.Verbatim("demand") : reader.Name("demand"),
            Supplier = reader.OptionalName("supplier") is { } supplier ? new SupplierId(supplier) : null,
            Price = reader.Inner("price", ReadPrice),
            ValidFrom = reader.Moment("validFrom"),
            ValidUntil = reader.Moment("validUntil"),
            Placements = [.. reader.Texts("placements", required: true).Select(p => new PlacementId(p))],
            Texts = reader.Map<OfferText>("texts", verbatim ? ReadVerbatim : ReadText, required: true),
            Stock = reader.Whole("stock", 0, int.MaxValue),
            Conditions = reader.Items("conditions", ReadCondition),
            IsWelcome = reader.Flag("welcome"),
            Priority = reader.Number("priority", 0.1, 10, 1),
            Tiers = reader.Numbers("tiers", 0.1, 10),
            Campaign = reader.OptionalName("campaign"),
            Counts = ReadCounts(reader),
            Tone = Colour(reader, "tone", null),
        };
        if (offer.ValidFrom >= offer.ValidUntil) reader.Fault("validUntil", "must be after validFrom");
        if (offer.Sensitivity == Sensitivity.Public && offer.Conditions.Any(c => c.IsPrivate))
            reader.Fault("sensitivity", "must be personal or intimate: an offer chosen by more than the lifecycle tells bystanders about the customer");
        if (offer.Class > OfferClass.Help) return offer;
        if (offer.Conditions.Any(c => c.Fact == FactName.Tier)) reader.Fault("conditions", "service and help are the same for every value tier: 'tier' may not be a condition");
        if (!offer.Tiers.IsEmpty) reader.Fault("tiers", "service and help are the same for every value tier");
        if (offer.Campaign is not null) reader.Fault("campaign", "service and help are withheld from nobody, so they belong to no campaign");
        return offer;
    }

    internal static string? Colour(DocumentReader reader, string member, string? absent)
    {
        if (!reader.Has(member)) return absent;
        var text = reader.Text(member, 16);
        if (text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit)) return text;
        reader.Fault(member, $"'{text}' is not a colour such as #1f6f54");
        return absent;
    }

    private static Price ReadPrice(DocumentReader reader)
    {
        var currency = reader.Text("currency", 16);
        if (currency.Length > 0 && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper))) reader.Fault("currency", $"'{currency}' is not an ISO 4217 code such as BRL");
        var price = new Price(reader.Money("amount", required: true) ?? 0, currency, reader.Money("before", required: false), reader.Has("unit") ? reader.Text("unit", 24) : null);
        if (price.Before <= price.Amount) reader.Fault("before", "must be more than amount");
        return price;
    }

    // The longest texts that still fit a portrait screen in letters that can be read from four metres.
    private static OfferText ReadText(DocumentReader reader) =>
        new(reader.Text("name", 60), reader.Text("headline", 60), reader.Text("body", 160, required: false), reader.Text("call", 40, required: false));

    private static OfferText ReadVerbatim(DocumentReader reader) =>
        new(reader.Verbatim("name"), reader.Verbatim("headline"), reader.Has("body") ? reader.Verbatim("body") : "", reader.Has("call") ? reader.Verbatim("call") : "");

    private static Condition ReadCondition(DocumentReader reader)
    {
        var negated = reader.Has("noneOf");
        if (negated == reader.Has("anyOf")) reader.Fault("anyOf", "either anyOf or noneOf is needed, not both");
        var fact = reader.Word("fact", FactName.Lifecycle);
        if (fact is FactName.CommercialHold or FactName.Household or FactName.LoyaltyConsent or FactName.MarketingConsent or FactName.Block or FactName.SharedDevice
            or FactName.PreferredChannel or FactName.PreferredName)
            reader.Fault("fact", $"'{DocumentReader.Camel(fact)}' is enforced, never used to choose: what is shown must not give it away");
        var values = reader.Texts("anyOf", required: !negated);
        var none = reader.Texts("noneOf", required: negated);
        return new(fact, negated ? none : values, negated);
    }

    private static Tally ReadCounts(DocumentReader reader) =>
        reader.Inner("counts", r => new Counts(new(r.Whole("shown", 0, int.MaxValue) ?? 0, r.Whole("wanted", 0, int.MaxValue) ?? 0, r.Whole("refused", 0, int.MaxValue) ?? 0)))?.Tally ?? default;

    private sealed record Counts(Tally Tally);
}

using System.Text.Encodings.Web;
using System.Text.Json;

namespace StoreEdge.Core.Offers;

/// <summary>Writes what a decision was made from, as <see cref="ContextParser"/> reads it: the same decision can then be made anew from it, the bundle and the seed.</summary>
public static class ContextJson
{
    /// <summary>The context as UTF-8 JSON.</summary>
    /// <param name="context">All of it, but for counts of offers that the bundle does not have.</param>
    /// <param name="bundle">The bundle that was decided with.</param>
    public static byte[] Write(DecisionContext context, Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(bundle);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("visit", context.Visit.Value);
            json.WriteString("subject", context.Subject.Value);
            json.WriteString("at", context.At);
            if (!context.IsTimeKnown) json.WriteBoolean("timeUnknown", true);
            if (context.AtLeast is { } atLeast) json.WriteString("atLeast", atLeast);
            if (context.Zone is { } zone) json.WriteString("zone", zone.Value);
            if (!context.IsPresent) json.WriteBoolean("departed", true);
            if (context.IsClaimed) json.WriteBoolean("claimed", true);
            json.WriteString("language", context.Language);
            WriteFacts(json, context.Facts);
            WriteWishes(json, context.Wishes);
            json.WriteStartArray("notices");
            foreach (var notice in context.Notices) OfferJson.Write(json, notice);
            json.WriteEndArray();
            json.WriteStartArray("shown");
            foreach (var showing in context.Shown) WriteShowing(json, showing);
            json.WriteEndArray();
            WriteCounts(json, context, bundle);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteFacts(Utf8JsonWriter json, Facts facts)
    {
        json.WriteStartObject("attributes");
        foreach (var (name, fact) in facts.All)
        {
            json.WriteStartObject(DocumentReader.Camel(name));
            json.WritePropertyName("value");
            if (FactParser.IsYesOrNo(name)) json.WriteBooleanValue(fact.Is("true"));
            else if (fact.Values.Length == 1) json.WriteStringValue(fact.Values[0]);
            else WriteTexts(json, fact.Values);
            json.WriteString("asOf", fact.AsOf);
            json.WriteNumber("maxAgeSeconds", (long)fact.MaxAge.TotalSeconds);
            json.WriteString("purpose", fact.Purpose is { } purpose ? DocumentReader.Camel(purpose) : "service");
            if (fact.Definition is { } definition) json.WriteString("definition", definition);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteWishes(Utf8JsonWriter json, Wishes wishes)
    {
        if (wishes.Stopped == Truth.True) json.WriteBoolean("stopped", true);
        if (wishes.Stopped == Truth.Unknown) json.WriteBoolean("stopUnknown", true);
        Texts("consents", wishes.Consents.Where(c => c.Value).Select(c => DocumentReader.Camel(c.Key)));
        Texts("refused", wishes.Consents.Where(c => !c.Value).Select(c => DocumentReader.Camel(c.Key)));
        Texts("neverOffers", wishes.NeverOffers.Select(o => o.Value));
        Texts("neverSuppliers", wishes.NeverSuppliers.Select(s => s.Value));
        Texts("neverDemands", wishes.NeverDemands);
        Texts("giftDemands", wishes.GiftDemands);
        Texts("notNow", wishes.NotNow.Select(o => o.Value));

        void Texts(string name, IEnumerable<string> texts)
        {
            json.WritePropertyName(name);
            WriteTexts(json, texts.Order(StringComparer.Ordinal));
        }
    }

    private static void WriteShowing(Utf8JsonWriter json, PastShowing showing)
    {
        json.WriteStartObject();
        json.WriteString("offer", showing.Offer.Value);
        if (showing.Supplier is { } supplier) json.WriteString("supplier", supplier.Value);
        json.WriteString("class", showing.Class is { } known ? DocumentReader.Camel(known) : ContextParser.UnknownClass);
        json.WriteString("at", showing.At);
        json.WritePropertyName("to");
        WriteTexts(json, Enum.GetValues<CapHolders>().Where(h => h != CapHolders.None && showing.To.HasFlag(h)).Select(DocumentReader.Camel));
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, DecisionContext context, Bundle bundle)
    {
        json.WriteStartObject("counts");
        foreach (var (offer, votes) in context.LocalCounts.Where(c => bundle.Find(c.Key) is not null).OrderBy(c => c.Key.Value, StringComparer.Ordinal))
        {
            json.WriteStartObject(offer.Value);
            json.WritePropertyName("customers");
            WriteTally(json, votes.Customers);
            json.WritePropertyName("guests");
            WriteTally(json, votes.Guests);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTally(Utf8JsonWriter json, Tally tally)
    {
        json.WriteStartObject();
        json.WriteNumber("shown", tally.Shown);
        json.WriteNumber("wanted", tally.Wanted);
        json.WriteNumber("refused", tally.Refused);
        json.WriteNumber("postponed", tally.Postponed);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, IEnumerable<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}

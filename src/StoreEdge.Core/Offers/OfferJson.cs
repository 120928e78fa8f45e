using System.Text.Json;

namespace StoreEdge.Core.Offers;

/// <summary>Writes a notice as <see cref="OfferParser"/> reads it; nobody counts anything of one.</summary>
internal static class OfferJson
{
    internal static void Write(Utf8JsonWriter json, Offer offer)
    {
        json.WriteStartObject();
        json.WriteString("id", offer.Id.Value);
        json.WriteString("class", DocumentReader.Camel(offer.Class));
        json.WriteString("sensitivity", DocumentReader.Camel(offer.Sensitivity));
        json.WriteString("demand", offer.Demand);
        if (offer.Supplier is { } supplier) json.WriteString("supplier", supplier.Value);
        if (offer.Price is { } price) Write(json, price);
        if (offer.ValidFrom is { } from) json.WriteString("validFrom", from);
        if (offer.ValidUntil is { } until) json.WriteString("validUntil", until);
        json.WriteStartArray("placements");
        foreach (var placement in offer.Placements) json.WriteStringValue(placement.Value);
        json.WriteEndArray();
        json.WriteStartObject("texts");
        foreach (var (language, text) in offer.Texts.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(language);
            json.WriteString("name", text.Name);
            json.WriteString("headline", text.Headline);
            json.WriteString("body", text.Body);
            json.WriteString("call", text.Call);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (offer.Stock is { } stock) json.WriteNumber("stock", stock);
        json.WriteStartArray("conditions");
        foreach (var condition in offer.Conditions)
        {
            json.WriteStartObject();
            json.WriteString("fact", DocumentReader.Camel(condition.Fact));
            json.WriteStartArray(condition.Negated ? "noneOf" : "anyOf");
            foreach (var value in condition.AnyOf) json.WriteStringValue(value);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (offer.IsWelcome) json.WriteBoolean("welcome", true);
        json.WriteNumber("priority", offer.Priority);
        json.WriteStartObject("tiers");
        foreach (var (tier, factor) in offer.Tiers.OrderBy(t => t.Key, StringComparer.Ordinal)) json.WriteNumber(tier, factor);
        json.WriteEndObject();
        if (offer.Campaign is { } campaign) json.WriteString("campaign", campaign);
        if (offer.Tone is { } tone) json.WriteString("tone", tone);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Price price)
    {
        json.WriteStartObject("price");
        json.WriteNumber("amount", price.Amount);
        json.WriteString("currency", price.Currency);
        if (price.Before is { } before) json.WriteNumber("before", before);
        if (price.Unit is { } unit) json.WriteString("unit", unit);
        json.WriteEndObject();
    }
}

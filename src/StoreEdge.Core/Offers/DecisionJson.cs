using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StoreEdge.Core.Offers;

/// <summary>Writes a decision with its whole trace. The same decision always gives the same bytes.</summary>
public static class DecisionJson
{
    /// <summary>The decision as indented UTF-8 JSON; letters beyond ASCII stay readable.</summary>
    public static byte[] Write(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("decision", decision.Id.Value);
            json.WriteString("visit", decision.Visit.Value);
            json.WriteString("placement", decision.Placement.Value);
            json.WriteString("at", decision.At);
            json.WriteString("until", decision.Until);
            json.WriteString("bundleVersion", decision.BundleVersion);
            json.WriteString("bundleHash", decision.BundleHash);
            json.WriteString("seed", decision.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteBoolean("fallback", decision.IsFallback);
            json.WriteString("explanation", decision.Explanation);
            json.WriteStartArray("chosen");
            foreach (var chosen in decision.Chosen) WriteChosen(json, chosen);
            json.WriteEndArray();
            json.WriteStartArray("rejected");
            foreach (var (offer, stage, reason) in decision.Rejected)
            {
                json.WriteStartObject();
                json.WriteString("offer", offer.Value);
                json.WriteString("stage", DocumentReader.Camel(stage));
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("campaigns");
            foreach (var (campaign, isHeldOut) in decision.Campaigns)
            {
                json.WriteStartObject();
                json.WriteString("campaign", campaign);
                json.WriteBoolean("heldOut", isHeldOut);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("suppliers");
            foreach (var (supplier, votes, score, isSuspended) in decision.Suppliers)
            {
                json.WriteStartObject();
                json.WriteString("supplier", supplier.Value);
                json.WriteNumber("votes", Math.Round(votes, 3));
                json.WriteNumber("score", Math.Round(score, 6));
                json.WriteBoolean("suspended", isSuspended);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("facts");
            foreach (var (name, age, counted) in decision.Facts)
            {
                json.WriteStartObject();
                json.WriteString("fact", DocumentReader.Camel(name));
                json.WriteNumber("ageSeconds", Math.Round(age.TotalSeconds, 3));
                json.WriteBoolean("counted", counted);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteChosen(Utf8JsonWriter json, Chosen chosen)
    {
        json.WriteStartObject();
        json.WriteString("offer", chosen.Offer.Id.Value);
        json.WriteString("class", DocumentReader.Camel(chosen.Offer.Class));
        json.WriteString("language", chosen.Language);
        json.WriteString("name", chosen.Text.Name);
        json.WriteString("headline", chosen.Text.Headline);
        json.WriteString("why", chosen.Why);
        json.WriteNumber("draw", chosen.Draw);
        json.WriteNumber("score", chosen.Score);
        json.WriteBoolean("newcomer", chosen.IsNewcomer);
        json.WriteEndObject();
    }
}

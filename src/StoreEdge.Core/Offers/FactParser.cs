using System.Collections.Immutable;
using System.Text.Json;

namespace StoreEdge.Core.Offers;

/// <summary>
/// Reads what central says about a customer. The contract is minimal and closed: an attribute that is not a <see cref="FactName"/> is refused, because
/// whatever is not needed must not be kept.
/// </summary>
public static class FactParser
{
    private static readonly string[] Lifecycles = ["customer", "exCustomer", "knownProspect", "newProspect"];

    /// <summary>Reads one attribute.</summary>
    /// <param name="name">Camel case, as the enumeration's member.</param>
    /// <param name="value">A text, a number, a yes-or-no value, or a list of texts (interests only).</param>
    /// <param name="asOf">When it was true.</param>
    /// <param name="maxAge">How long it may be believed after that, 1 s – 90 days.</param>
    /// <param name="purpose"><c>service</c>, <c>loyalty</c> or <c>marketing</c>.</param>
    /// <exception cref="FormatException">It breaks a rule; the message names the attribute, never its value: it is shown, logged and sent.</exception>
    public static (FactName Name, Fact Fact) Parse(string name, JsonElement value, DateTimeOffset asOf, TimeSpan maxAge, string purpose)
    {
        var known = Enum.GetValues<FactName>().Where(n => DocumentReader.Camel(n) == name).Select(n => (FactName?)n).FirstOrDefault()
            ?? throw new FormatException($"attribute '{name}' is not part of the contract; allowed are {string.Join(", ", Enum.GetValues<FactName>().Select(DocumentReader.Camel))}");
        if (maxAge < TimeSpan.FromSeconds(1) || maxAge > TimeSpan.FromDays(90)) throw new FormatException($"attribute '{name}': maxAgeSeconds is {maxAge.TotalSeconds}; allowed are 1 to 7776000");
        Purpose? needs = purpose switch
        {
            "service" => null,
            "loyalty" => Purpose.Loyalty,
            "marketing" => Purpose.Marketing,
            _ => throw new FormatException($"attribute '{name}': purpose '{purpose}' is not allowed; allowed are service, loyalty, marketing"),
        };
        var values = Values(known, name, value);
        return (known, new(values, asOf, maxAge, needs));
    }

    private static ImmutableArray<string> Values(FactName fact, string name, JsonElement value)
    {
        switch (fact)
        {
            case FactName.CommercialHold or FactName.OpenIssue or FactName.Gift or FactName.LoyaltyConsent or FactName.MarketingConsent:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? [value.GetBoolean() ? "true" : "false"]
                    : throw new FormatException($"attribute '{name}' must be true or false");
            case FactName.Interest when value.ValueKind == JsonValueKind.Array:
                return [.. value.EnumerateArray().Select(v => OneText(name, v))];
            case FactName.Lifecycle:
                var text = OneText(name, value);
                return Lifecycles.Contains(text) ? [text] : throw new FormatException($"attribute '{name}' has a value that is not allowed; allowed are {string.Join(", ", Lifecycles)}");
            default:
                return [value.ValueKind == JsonValueKind.Number ? value.GetRawText() : OneText(name, value)];
        }
    }

    private static string OneText(string name, JsonElement value)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 64 } text) return text;
        }
        catch (InvalidOperationException fault)
        {
            throw new FormatException($"attribute '{name}' is not Unicode: {fault.Message}", fault);
        }

        throw new FormatException($"attribute '{name}' must be a text of 1 to 64 characters");
    }
}

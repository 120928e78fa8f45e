using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace StoreEdge.Core.Offers;

/// <summary>
/// Reads what central says about a customer. The contract is minimal and closed: an attribute that is not a <see cref="FactName"/> is refused, because
/// whatever is not needed must not be kept.
/// </summary>
public static class FactParser
{
    private static readonly FrozenDictionary<string, FactName> Names = Enum.GetValues<FactName>().ToFrozenDictionary(DocumentReader.Camel, StringComparer.Ordinal);
    private static readonly string[] Lifecycles = ["customer", "exCustomer", "knownProspect", "newProspect"], Channels = ["display", "phone", "staff", "none"];

    /// <summary>Reads one attribute.</summary>
    /// <param name="name">Camel case, as the enumeration's member.</param>
    /// <param name="value">A text, a number, a yes-or-no value, or a list of texts (interests and roles only).</param>
    /// <param name="asOf">When it was true.</param>
    /// <param name="maxAge">How long it may be believed after that, 1 s – 90 days.</param>
    /// <param name="purpose"><c>service</c>, <c>loyalty</c> or <c>marketing</c>.</param>
    /// <param name="definition">By which definition of the lifecycle; null where it does not say, and for every other attribute.</param>
    /// <exception cref="FormatException">It breaks a rule; the message names the attribute, never its value: it is shown, logged and sent.</exception>
    public static (FactName Name, Fact Fact) Parse(string name, JsonElement value, DateTimeOffset asOf, TimeSpan maxAge, string purpose, string? definition = null)
    {
        if (!Names.TryGetValue(name, out var known)) throw new FormatException($"attribute '{name}' is not part of the contract; allowed are {string.Join(", ", Enum.GetValues<FactName>().Select(DocumentReader.Camel))}");
        if (maxAge < TimeSpan.FromSeconds(1) || maxAge > TimeSpan.FromDays(90)) throw new FormatException($"attribute '{name}': maxAgeSeconds is {maxAge.TotalSeconds}; allowed are 1 to 7776000");
        Purpose? needs = purpose switch
        {
            "service" => null,
            "loyalty" => Purpose.Loyalty,
            "marketing" => Purpose.Marketing,
            _ => throw new FormatException($"attribute '{name}': purpose '{purpose}' is not allowed; allowed are service, loyalty, marketing"),
        };
        if (definition is not null && known != FactName.Lifecycle) throw new FormatException($"attribute '{name}': only the lifecycle has a definition");
        if (definition is { Length: 0 or > 64 }) throw new FormatException($"attribute '{name}': its definition must be a text of 1 to 64 characters");
        var values = Values(known, name, value);
        return (known, new(values, asOf, maxAge, needs) { Definition = definition });
    }

    /// <summary>Whether the fact is so or not so.</summary>
    internal static bool IsYesOrNo(FactName fact) =>
        fact is FactName.CommercialHold or FactName.OpenIssue or FactName.Gift or FactName.LoyaltyConsent or FactName.MarketingConsent or FactName.Block or FactName.SharedDevice;

    private static ImmutableArray<string> Values(FactName fact, string name, JsonElement value)
    {
        switch (fact)
        {
            case var yesOrNo when IsYesOrNo(yesOrNo):
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? [value.GetBoolean() ? "true" : "false"]
                    : throw new FormatException($"attribute '{name}' must be true or false");
            case FactName.Interest or FactName.Roles when value.ValueKind == JsonValueKind.Array:
                return value.GetArrayLength() is > 0 and <= 32 ? [.. value.EnumerateArray().Select(v => OneText(name, v))]
                    : throw new FormatException($"attribute '{name}' must have 1 to 32 texts");
            case FactName.Lifecycle:
                return [OneOf(name, value, Lifecycles)];
            case FactName.PreferredChannel:
                return [OneOf(name, value, Channels)];
            case FactName.PreferredName when OneText(name, value) is var called:
                return called.Any(char.IsControl) ? throw new FormatException($"attribute '{name}' must not hold control characters") : [called];
            default:
                return [value.ValueKind == JsonValueKind.Number ? value.GetRawText() : OneText(name, value)];
        }
    }

    private static string OneOf(string name, JsonElement value, string[] allowed) =>
        OneText(name, value) is var text && allowed.Contains(text) ? text
        : throw new FormatException($"attribute '{name}' has a value that is not allowed; allowed are {string.Join(", ", allowed)}");

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

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Xml;
using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Offers;

/// <summary>One rule broken, and where.</summary>
/// <param name="Path">Where in the document, such as <c>offers[3].price.amount</c>; empty for the document itself.</param>
/// <param name="Rule">What is there and what is allowed.</param>
public sealed record DocumentError(string Path, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? Rule : $"{Path}: {Rule}";
}

/// <summary>A document that breaks rules; all of them are told at once.</summary>
public sealed class DocumentException(IReadOnlyList<DocumentError> errors) : FormatException(string.Join(Environment.NewLine, errors))
{
    /// <summary>Every rule broken, in the document's order.</summary>
    public IReadOnlyList<DocumentError> Errors { get; } = errors;
}

/// <summary>
/// One object of a JSON document, read member by member. A broken rule is noted with its path and reading goes on with a harmless value, so that one pass
/// tells everything that is wrong; the caller throws when <see cref="Errors"/> is not empty.
/// </summary>
internal sealed class DocumentReader
{
    private readonly JsonElement element;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    private DocumentReader(JsonElement element, string path, List<DocumentError> errors) => (this.element, Path, Errors) = (element, path, errors);

    internal string Path { get; }

    internal List<DocumentError> Errors { get; }

    /// <summary>Opens a document whose root must be an object.</summary>
    /// <exception cref="DocumentException">It is not JSON, or not an object.</exception>
    internal static T Read<T>(ReadOnlyMemory<byte> utf8, Func<DocumentReader, T> read)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
        }
        catch (JsonException fault)
        {
            var place = fault.LineNumber is { } line ? $"line {line + 1}, byte {fault.BytePositionInLine + 1}" : "";
            throw new DocumentException([new(place, $"not JSON: {fault.Message}")]);
        }

        using (document) return Read(document.RootElement, read);
    }

    /// <summary>Reads an element that must be an object.</summary>
    internal static T Read<T>(JsonElement root, Func<DocumentReader, T> read)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new DocumentException([new("", $"must be an object, not {Kind(root)}")]);
        var reader = new DocumentReader(root, "", []);
        T result;
        try
        {
            result = read(reader);
            reader.RefuseUnread();
        }
        catch (InvalidOperationException fault)
        {
            // The parser checks texts only when they are asked for: broken UTF-8 and lone surrogates come to light here.
            throw new DocumentException([.. reader.Errors, new("", $"holds a text that is not Unicode: {fault.Message}")]);
        }

        return reader.Errors.Count == 0 ? result : throw new DocumentException(reader.Errors);
    }

    internal void Fault(string member, string rule) => Errors.Add(new(Join(member), rule));

    /// <summary>Whether the member is there; asking makes it known.</summary>
    internal bool Has(string member)
    {
        read.Add(member);
        return element.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null;
    }

    internal string TextOr(string member, int longest, string absent) => Has(member) ? Text(member, longest) : absent;

    internal string Text(string member, int longest, bool required = true)
    {
        if (Take(member, JsonValueKind.String, "a text", required) is not { } value) return "";
        var text = value.GetString()!;
        if (required && string.IsNullOrWhiteSpace(text)) Fault(member, "must not be empty");
        else if (text.Length > longest) Fault(member, $"has {text.Length} characters; at most {longest} are allowed");
        else if (text.Any(char.IsControl)) Fault(member, "must not hold control characters");
        return text;
    }

    /// <summary>A text of whatever length, with whatever is in it.</summary>
    internal string Verbatim(string member) => Take(member, JsonValueKind.String, "a text", required: true) is { } value ? value.GetString()! : "";

    internal string Name(string member)
    {
        var text = Text(member, 64);
        if (text.Length is > 0 and <= 64 && !NameRule.Holds(text)) Fault(member, $"'{text}' is not a name; allowed are {NameRule.Allowed}");
        return text;
    }

    internal string? OptionalName(string member) => Has(member) ? Name(member) : null;

    internal double Number(string member, double from, double to, double absent)
    {
        if (Take(member, JsonValueKind.Number, "a number", required: false) is not { } value) return absent;
        var number = value.GetDouble();
        if (number >= from && number <= to) return number;
        Fault(member, string.Create(CultureInfo.InvariantCulture, $"is {number}; allowed are {from} to {to}"));
        return absent;
    }

    internal int? Whole(string member, int from, int to, bool required = false)
    {
        if (Take(member, JsonValueKind.Number, "a whole number", required) is not { } value) return null;
        if (value.TryGetInt32(out var number) && number >= from && number <= to) return number;
        Fault(member, string.Create(CultureInfo.InvariantCulture, $"is {value.GetRawText()}; allowed are whole numbers from {from} to {to}"));
        return null;
    }

    internal decimal? Money(string member, bool required)
    {
        if (Take(member, JsonValueKind.Number, "an amount", required) is not { } value) return null;
        if (value.TryGetDecimal(out var amount) && amount is >= 0 and <= 1_000_000 && decimal.Round(amount, 2) == amount) return amount;
        Fault(member, $"is {value.GetRawText()}; allowed are 0 to 1000000 with at most two decimals");
        return null;
    }

    internal bool Flag(string member)
    {
        if (!Has(member)) return false;
        var value = element.GetProperty(member);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fault(member, $"must be true or false, not {Kind(value)}");
        return false;
    }

    internal DateTimeOffset? Moment(string member, bool required = false)
    {
        if (Take(member, JsonValueKind.String, "a time", required) is not { } value) return null;
        if (value.TryGetDateTimeOffset(out var moment) && value.GetString() is { } text && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)) return moment;
        Fault(member, $"'{value.GetString()}' is not an ISO 8601 time with its offset, such as 2026-11-21T09:00:00-03:00");
        return null;
    }

    internal TimeSpan Duration(string member, TimeSpan shortest, TimeSpan longest)
    {
        if (Take(member, JsonValueKind.String, "a duration", required: true) is not { } value) return shortest;
        try
        {
            var span = XmlConvert.ToTimeSpan(value.GetString()!);
            if (span >= shortest && span <= longest) return span;
            Fault(member, $"is {value.GetString()}; allowed are {XmlConvert.ToString(shortest)} to {XmlConvert.ToString(longest)}");
        }
        catch (FormatException)
        {
            Fault(member, $"'{value.GetString()}' is not an ISO 8601 duration, such as PT45S or P1D");
        }

        return shortest;
    }

    internal TimeOnly Clock(string member)
    {
        if (Take(member, JsonValueKind.String, "a time of day", required: true) is not { } value) return default;
        if (TimeOnly.TryParseExact(value.GetString(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return time;
        Fault(member, $"'{value.GetString()}' is not a time of day such as 22:30");
        return default;
    }

    internal T Word<T>(string member, T absent, bool required = true) where T : struct, Enum
    {
        if (Take(member, JsonValueKind.String, "a word", required) is not { } value) return absent;
        foreach (var word in Enum.GetValues<T>())
            if (Camel(word) == value.GetString()) return word;
        Fault(member, $"'{value.GetString()}' is not allowed; allowed are {string.Join(", ", Enum.GetValues<T>().Select(Camel))}");
        return absent;
    }

    /// <summary>One text or several.</summary>
    internal ImmutableArray<string> Texts(string member, bool required)
    {
        if (!Has(member))
        {
            if (required) Fault(member, "is missing; a text or a list of texts is needed");
            return [];
        }

        var value = element.GetProperty(member);
        var items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new List<JsonElement> { value };
        var texts = ImmutableArray.CreateBuilder<string>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].ValueKind == JsonValueKind.String && items[i].GetString() is { Length: > 0 and <= 128 } text) texts.Add(text);
            else Fault(value.ValueKind == JsonValueKind.Array ? $"{member}[{i}]" : member, $"must be a text of 1 to 128 characters, not {Kind(items[i])}");
        }

        if (required && texts.Count == 0 && items.Count == 0) Fault(member, "must not be empty");
        return texts.ToImmutable();
    }

    internal T? Inner<T>(string member, Func<DocumentReader, T> inner, bool required = false) where T : class
    {
        if (Take(member, JsonValueKind.Object, "an object", required) is not { } value) return null;
        return ReadInner(value, Join(member), inner);
    }

    internal ImmutableArray<T> Items<T>(string member, Func<DocumentReader, T> item, bool required = false)
    {
        if (Take(member, JsonValueKind.Array, "a list", required) is not { } value) return [];
        var items = ImmutableArray.CreateBuilder<T>(value.GetArrayLength());
        var i = 0;
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.Object) items.Add(ReadInner(entry, $"{Join(member)}[{i}]", item));
            else Fault($"{member}[{i}]", $"must be an object, not {Kind(entry)}");
            i++;
        }

        return items.ToImmutable();
    }

    /// <summary>An object whose member names are data: the name and what stands under it.</summary>
    internal ImmutableDictionary<string, T> Map<T>(string member, Func<DocumentReader, T> entry, bool required = false)
    {
        if (Take(member, JsonValueKind.Object, "an object", required) is not { } value) return ImmutableDictionary<string, T>.Empty;
        var map = ImmutableDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object) map[property.Name] = ReadInner(property.Value, $"{Join(member)}.{property.Name}", entry);
            else Fault($"{member}.{property.Name}", $"must be an object, not {Kind(property.Value)}");
        }

        return map.ToImmutable();
    }

    /// <summary>An object whose member names are data and whose values are numbers.</summary>
    internal ImmutableDictionary<string, double> Numbers(string member, double from, double to)
    {
        if (Take(member, JsonValueKind.Object, "an object", required: false) is not { } value) return ImmutableDictionary<string, double>.Empty;
        return ReadInner(value, Join(member), inner => value.EnumerateObject().ToImmutableDictionary(p => p.Name, p => inner.Number(p.Name, from, to, from), StringComparer.Ordinal));
    }

    /// <summary>All members of this object, which must be texts.</summary>
    internal ImmutableDictionary<string, string> AllTexts(int longest) =>
        element.EnumerateObject().ToImmutableDictionary(p => p.Name, p => Text(p.Name, longest), StringComparer.Ordinal);

    internal JsonElement Raw(string member)
    {
        read.Add(member);
        return element.TryGetProperty(member, out var value) ? value : default;
    }

    internal static string Camel<T>(T word) where T : struct, Enum => char.ToLowerInvariant(word.ToString()[0]) + word.ToString()[1..];

    private T ReadInner<T>(JsonElement value, string path, Func<DocumentReader, T> inner)
    {
        var reader = new DocumentReader(value, path, Errors);
        var result = inner(reader);
        reader.RefuseUnread();
        return result;
    }

    private JsonElement? Take(string member, JsonValueKind kind, string what, bool required)
    {
        if (!Has(member))
        {
            if (required) Fault(member, $"is missing; {what} is needed");
            return null;
        }

        var value = element.GetProperty(member);
        if (value.ValueKind == kind) return value;
        Fault(member, $"must be {what}, not {Kind(value)}");
        return null;
    }

    private void RefuseUnread()
    {
        foreach (var property in element.EnumerateObject())
            if (!read.Contains(property.Name)) Fault(property.Name, $"is not known here; known are {string.Join(", ", read.Order(StringComparer.Ordinal))}");
    }

    private string Join(string member) => Path.Length == 0 ? member : $"{Path}.{member}";

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a yes-or-no value",
        _ => "null",
    };
}

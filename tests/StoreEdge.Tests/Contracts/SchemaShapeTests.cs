using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Contracts;

/// <summary>The records and the schemas say the same.</summary>
public sealed class SchemaShapeTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public void Every_message_record_has_a_schema_and_every_schema_a_record()
    {
        var records = typeof(Topics).Assembly.GetExportedTypes()
            .Where(t => t.IsClass && (typeof(IEventData).IsAssignableFrom(t) || t.Name.EndsWith("Message", StringComparison.Ordinal)))
            .Except([typeof(HealthWarningMessage)]); // part of HealthStateMessage
        Assert.Equal(records.Select(t => t.Name).Order(), ContractMessages.All.Where(m => !m.Record.IsArray).Select(m => m.Record.Name).Order());
        Assert.Equal([.. ContractMessages.All.Select(m => m.Name).Append("envelope").Order(StringComparer.Ordinal)], ContractSchemas.Names);
        Assert.Equal(EventTypes.All.Order(), ContractMessages.Events.Select(m => m.Name).Order());
    }

    [Theory]
    [MemberData(nameof(ContractMessages.Names), MemberType = typeof(ContractMessages))]
    public void A_record_and_its_schema_have_the_same_members_types_and_requirements(string name)
    {
        var message = ContractMessages.Of(name);
        var differences = new List<string>();
        Compare(message.Record, ContractSchemas.Of(name), message.Up, name, differences);
        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(ContractMessages.Names), MemberType = typeof(ContractMessages))]
    public void Every_member_of_a_schema_is_described(string name) => Assert.Empty(Undescribed(ContractSchemas.Of(name), name));

    private static IEnumerable<string> Undescribed(JsonElement schema, string at)
    {
        if (schema.ValueKind != JsonValueKind.Object) yield break;
        if (!schema.TryGetProperty("description", out var text) || text.GetString() is not { Length: > 3 }) yield return at;
        if (schema.TryGetProperty("properties", out var members))
            foreach (var member in members.EnumerateObject())
                foreach (var fault in Undescribed(member.Value, $"{at}/{member.Name}")) yield return fault;
        if (schema.TryGetProperty("items", out var items))
            foreach (var fault in Undescribed(items, $"{at}/items")) yield return fault;
    }

    private static void Compare(Type record, JsonElement schema, bool up, string at, List<string> differences)
    {
        void Expect(object expected, object actual, string what)
        {
            if (!expected.Equals(actual)) differences.Add($"{at}: {what}: the record says {expected}, the schema {actual}");
        }

        var members = record.GetConstructors().Single(c => c.GetParameters().Length > 0).GetParameters();
        var ignored = record.GetProperties().Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is not null).Select(p => p.Name).ToHashSet();
        Expect(string.Join(' ', members.Select(m => Camel(m.Name!)).Order()), string.Join(' ', schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order()), "members");
        Expect(string.Join(' ', record.GetProperties().Select(p => p.Name).Except(ignored).Order()), string.Join(' ', members.Select(m => m.Name!).Order()), "properties and parameters");
        Expect(string.Join(' ', members.Where(m => !m.HasDefaultValue).Select(m => Camel(m.Name!)).Order()),
            string.Join(' ', schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()).Order()), "required");
        Expect(up, schema.GetProperty("additionalProperties").GetBoolean(), "may have members that this version does not know");
        foreach (var member in members)
        {
            if (!schema.GetProperty("properties").TryGetProperty(Camel(member.Name!), out var rule)) continue;
            var place = $"{at}/{Camel(member.Name!)}";
            var type = Nullable.GetUnderlyingType(member.ParameterType) ?? member.ParameterType;
            var mayBeNull = type != member.ParameterType || (!type.IsValueType && Nullability.Create(member).WriteState == NullabilityState.Nullable);
            if (type == typeof(JsonElement)) continue; // its type depends on the attribute's name
            var found = rule.GetProperty("type");
            Expect(JsonType(type) + (mayBeNull ? " or null" : ""), found.ValueKind == JsonValueKind.Array ? string.Join(" or ", found.EnumerateArray().Select(t => t.GetString())) : found.GetString()!, member.Name!);
            if (type == typeof(Guid)) Expect("uuid", rule.GetProperty("format").GetString()!, member.Name!);
            if (type == typeof(DateTimeOffset)) Expect("date-time", rule.GetProperty("format").GetString()!, member.Name!);
            if (!type.IsGenericType) continue;
            var element = type.GetGenericArguments()[^1];
            if (element == typeof(string)) continue;
            if (rule.TryGetProperty("items", out var items)) Compare(element, items, up, place + "/items", differences);
            else foreach (var named in rule.GetProperty("properties").EnumerateObject()) Compare(element, named.Value, up, $"{place}/{named.Name}", differences);
        }
    }

    private static string JsonType(Type type) =>
        type == typeof(string) || type == typeof(Guid) || type == typeof(DateTimeOffset) ? "string"
        : type == typeof(bool) ? "boolean"
        : type == typeof(long) || type == typeof(int) ? "integer"
        : type == typeof(double) ? "number"
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? "array"
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? "object"
        : throw new NotSupportedException($"no JSON type is known for {type}");

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}

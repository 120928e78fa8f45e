using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace StoreEdge.Contracts;

/// <summary>
/// One event as it travels: CloudEvents 1.0, structured mode, <c>application/cloudevents+json</c>. The extension attributes are strings because
/// CloudEvents integers are 32-bit.
/// </summary>
/// <param name="StoreId">The store; also in <c>source</c>.</param>
/// <param name="Epoch">The journal the number belongs to.</param>
/// <param name="Seq">The event's number in that journal, from 1, without holes.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Time">When it happened, as well as the store's clock knew.</param>
/// <param name="RecordedTime">When it was written.</param>
/// <param name="BootId">The kernel's boot id at the time.</param>
/// <param name="MonotonicMilliseconds">When it happened, on that boot's monotonic clock.</param>
/// <param name="TimeQuality"><c>synchronized</c>, <c>unsynchronized</c>, or <c>corrected</c>: counted back once the clock was right.</param>
/// <param name="Data">The event's record as JSON.</param>
public sealed record EventEnvelope(
    string StoreId, Guid Epoch, long Seq, string Type, DateTimeOffset Time, DateTimeOffset RecordedTime, string BootId, long MonotonicMilliseconds,
    string TimeQuality, ReadOnlyMemory<byte> Data)
{
    /// <summary>The MIME type of the bytes that <see cref="Write"/> makes.</summary>
    public const string ContentType = "application/cloudevents+json";

    /// <summary>The MIME type of a batch: the gzip of a JSON array of envelopes (CloudEvents JSON batch format).</summary>
    public const string BatchContentType = "application/cloudevents-batch+json+gzip";

    private const string TypePrefix = "storeedge.", TypeSuffix = ".v1", SourcePrefix = "/stores/";

    /// <summary>Globally unique: <c>{storeId}:{epoch}:{seq}</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{StoreId}:{Epoch}:{Seq}");

    /// <summary>Writes the envelope as UTF-8 JSON.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", Id);
        json.WriteString("source", SourcePrefix + StoreId);
        json.WriteString("type", TypePrefix + Type + TypeSuffix);
        json.WriteString("time", Time);
        json.WriteString("datacontenttype", "application/json");
        json.WriteString("sequence", Seq.ToString(CultureInfo.InvariantCulture));
        json.WriteString("epoch", Epoch);
        json.WriteString("bootid", BootId);
        json.WriteString("monoms", MonotonicMilliseconds.ToString(CultureInfo.InvariantCulture));
        json.WriteString("timequality", TimeQuality);
        json.WriteString("recordedtime", RecordedTime);
        json.WritePropertyName("data");
        json.WriteRawValue(Data.Span, skipInputValidation: true);
        json.WriteEndObject();
    }

    /// <summary>Reads an envelope.</summary>
    /// <param name="utf8">The payload of a message.</param>
    /// <exception cref="FormatException">It is not one of ours; the message names the attribute.</exception>
    public static EventEnvelope Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var root = document.RootElement;
            string Text(string name) =>
                root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                    ? value.GetString()! : throw new FormatException($"the envelope has no text attribute '{name}'");
            long Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                ? n : throw new FormatException($"'{name}' is not a whole number: '{Text(name)}'");
            DateTimeOffset Moment(string name) => DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var t)
                ? t : throw new FormatException($"'{name}' is not an RFC 3339 time: '{Text(name)}'");
            if (Text("specversion") != "1.0") throw new FormatException($"'specversion' must be 1.0, not '{Text("specversion")}'");
            var (type, source) = (Text("type"), Text("source"));
            if (!type.StartsWith(TypePrefix, StringComparison.Ordinal) || !type.EndsWith(TypeSuffix, StringComparison.Ordinal) || type.Length <= TypePrefix.Length + TypeSuffix.Length)
                throw new FormatException($"'type' must be storeedge.{{name}}.v1, not '{type}'");
            if (!source.StartsWith(SourcePrefix, StringComparison.Ordinal)) throw new FormatException($"'source' must be /stores/{{storeId}}, not '{source}'");
            if (!Guid.TryParse(Text("epoch"), out var epoch)) throw new FormatException($"'epoch' is not a UUID: '{Text("epoch")}'");
            if (!root.TryGetProperty("data", out var data)) throw new FormatException("the envelope has no 'data'");
            var quality = Text("timequality");
            if (quality is not ("synchronized" or "unsynchronized" or "corrected")) throw new FormatException($"'timequality' must be synchronized, unsynchronized or corrected, not '{quality}'");
            var envelope = new EventEnvelope(
                source[SourcePrefix.Length..], epoch, Number("sequence"), type[TypePrefix.Length..^TypeSuffix.Length], Moment("time"), Moment("recordedtime"),
                Text("bootid"), Number("monoms"), quality, JsonSerializer.SerializeToUtf8Bytes(data, ContractsJson.Default.JsonElement));
            return Text("id") == envelope.Id ? envelope : throw new FormatException($"'id' must be {envelope.Id}, as source, epoch and sequence say, not '{Text("id")}'");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"the envelope is not JSON: {fault.Message}", fault);
        }
        catch (InvalidOperationException fault)
        {
            // What JsonElement says of a string that is no Unicode: bytes that are no UTF-8, or half a surrogate pair.
            throw new FormatException($"the envelope has text that is no Unicode: {fault.Message}", fault);
        }
    }
}

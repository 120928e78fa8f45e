using System.Buffers;
using System.Text.Json;

namespace StoreEdge.Agent.Satellites;

/// <summary>The enrolment list as satellites get it: without what only the portal needs.</summary>
internal static class EnrolmentForSatellites
{
    /// <summary>A copy of a good list without comments and without what customers type.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> document)
    {
        var copy = new ArrayBufferWriter<byte>(document.Length);
        if (document.Span.StartsWith("\uFEFF"u8)) document = document[3..];
        using var list = JsonDocument.Parse(document, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        using (var writer = new Utf8JsonWriter(copy))
        {
            writer.WriteStartObject();
            foreach (var property in list.RootElement.EnumerateObject())
            {
                if (property.Name != "entries")
                {
                    property.WriteTo(writer);
                    continue;
                }

                writer.WriteStartArray("entries");
                foreach (var entry in property.Value.EnumerateArray())
                {
                    writer.WriteStartObject();
                    foreach (var field in entry.EnumerateObject())
                        if (field.Name != "loyaltyNumber") field.WriteTo(writer);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return copy.WrittenMemory;
    }
}

using System.Buffers;
using System.Text.Json;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The captive portal API (RFC 8908): whether the phone that asks passes, for how long, and where its pages are. Harmless to whoever else asks: they are told that they do not pass.</summary>
internal static class CaptiveApi
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/captive+json";

    /// <summary>The document; far below the 4096 characters that Android reads.</summary>
    /// <param name="passage">How the phone passes.</param>
    /// <param name="portal">Where it may accept, or accept again: absolute.</param>
    /// <param name="venue">Where its own page is, or what the shop is: absolute.</param>
    public static ReadOnlyMemory<byte> Document(Passage passage, string portal, string venue)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("captive", !passage.IsOpen);
            json.WriteString("user-portal-url", portal);
            json.WriteString("venue-info-url", venue);
            // Accepting again opens for as long again.
            json.WriteBoolean("can-extend-session", true);
            if (passage.IsOpen)
            {
                if (passage.Remaining is { } left) json.WriteNumber("seconds-remaining", Math.Max(0, (long)left.TotalSeconds));
                if (passage.BytesRemaining is { } bytes) json.WriteNumber("bytes-remaining", Math.Max(0, bytes));
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Agent.Displays;

namespace StoreEdge.Agent.Pages.Kiosk;

/// <summary>The full-screen page: one document with its style, its script and its idle content inside, so that it shows something decent before and without any line.</summary>
internal static class KioskPage
{
    private static readonly string Document = SelfContained.Read("Kiosk/kiosk.html");
    private static readonly string Style = SelfContained.Read("Kiosk/kiosk.css");
    private static readonly string Script = SelfContained.Read("Kiosk/kiosk.js");

    /// <summary>The document.</summary>
    /// <param name="display">Whose page.</param>
    /// <param name="idle">What it shows while it hears nothing.</param>
    /// <param name="theme"><c>light</c>, <c>dark</c> or <c>auto</c>.</param>
    /// <param name="preview">A technician's look: it does not acknowledge, so it cannot be taken for the screen.</param>
    /// <param name="nonce">From <see cref="SelfContained.Nonce"/>.</param>
    public static string Write(DisplayPlace display, IdleContent idle, string theme, bool preview, string nonce)
    {
        // The serialiser writes <, > and & as escapes, so the JSON cannot end its element. It goes in last, so that nothing in it is taken for a mark.
        var boot = JsonSerializer.Serialize(new KioskBoot(display.Id.Value, preview, idle), KioskJson.Default.KioskBoot);
        var first = idle.Posters.Count > 0 ? idle.Posters[0] : null;
        return new StringBuilder(Document)
            .Replace("{{nonce}}", nonce)
            .Replace("{{theme}}", theme)
            .Replace("{{style}}", Style)
            .Replace("{{script}}", Script)
            .Replace("{{lang}}", WebUtility.HtmlEncode(first?.Language ?? "pt-BR"))
            .Replace("{{title}}", WebUtility.HtmlEncode($"{display.Id} · {(idle.Theme.Name.Length > 0 ? idle.Theme.Name : "StoreEdge")}"))
            .Replace("{{plain}}", WebUtility.HtmlEncode(first?.Headline ?? ""))
            .Replace("{{boot}}", boot)
            .ToString();
    }
}

internal sealed record KioskBoot(string Display, bool Preview, IdleContent Idle);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KioskBoot))]
internal sealed partial class KioskJson : JsonSerializerContext;

using System.Net;
using System.Security.Cryptography;
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

    /// <summary>Which page this program serves: one that is kept from an earlier program reloads itself when it hears of another.</summary>
    public static string Edition { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Document + Style + Script)))[..12];

    /// <summary>Keeps the page for when the agent does not answer: a browser that starts then shows idle content and no error. Browsers run it on secure origins, this machine's own among them.</summary>
    public static string Worker { get; } = SelfContained.Read("Kiosk/worker.js");

    /// <summary>The document.</summary>
    /// <param name="display">Whose page.</param>
    /// <param name="idle">What it shows while it hears nothing.</param>
    /// <param name="theme"><c>light</c>, <c>dark</c> or <c>auto</c>.</param>
    /// <param name="preview">A technician's look: it does not acknowledge, so it cannot be taken for the screen.</param>
    /// <param name="nonce">From <see cref="SelfContained.Nonce"/>.</param>
    public static string Write(DisplayPlace display, IdleContent idle, string theme, bool preview, string nonce)
    {
        // The serialiser writes <, > and & as escapes, so the JSON cannot end its element. It goes in last, so that nothing in it is taken for a mark.
        var boot = JsonSerializer.Serialize(new KioskBoot(display.Id.Value, preview, Edition, display.Orientation, idle, KioskWords.All), KioskJson.Default.KioskBoot);
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

/// <summary>The page's own words, in one language.</summary>
/// <param name="Votes">What can be said, by the contract's word.</param>
/// <param name="Refuse">For <c>never</c> on a screen that is nobody's: it promises nothing to anybody.</param>
/// <param name="Thanks">After a touch.</param>
/// <param name="Claim">Before the code.</param>
/// <param name="Where">After the code.</param>
/// <param name="Claimed">On a claimed screen, before the time that is left.</param>
/// <param name="Release">Gives it back.</param>
internal sealed record KioskWords(IReadOnlyDictionary<string, string> Votes, string Refuse, string Thanks, string Claim, string Where, string Claimed, string Release)
{
    /// <summary>By the language's first part.</summary>
    public static IReadOnlyDictionary<string, KioskWords> All { get; } = new Dictionary<string, KioskWords>
    {
        ["pt"] = new(Words("Quero", "Agora não", "Nunca mais", "Parar ofertas"), "Não é para mim", "Obrigado!", "Esta tela pode ser sua:", "na sua página do Wi‑Fi", "Sua tela por", "Encerrar"),
        ["en"] = new(Words("I want it", "Not now", "Never again", "Stop offers"), "Not for me", "Thank you!", "Make this screen yours:", "on your Wi‑Fi page", "Yours for", "End"),
        ["es"] = new(Words("Lo quiero", "Ahora no", "Nunca más", "Sin ofertas"), "No es para mí", "¡Gracias!", "Esta pantalla puede ser tuya:", "en tu página del Wi‑Fi", "Tuya por", "Terminar"),
    };

    private static Dictionary<string, string> Words(string want, string notNow, string never, string stop) =>
        new() { ["want"] = want, ["not-now"] = notNow, ["never"] = never, ["stop"] = stop };
}

internal sealed record KioskBoot(string Display, bool Preview, string Edition, string Orientation, IdleContent Idle, IReadOnlyDictionary<string, KioskWords> Words);

/// <summary>How a display is, for the program that watches over its browser.</summary>
/// <param name="SilentMs">Since its last acknowledgement; null where there was none since the agent started.</param>
/// <param name="FrozenMs">Since its frame counter last moved.</param>
internal sealed record KioskState(long? SilentMs, long FrozenMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KioskBoot))]
[JsonSerializable(typeof(KioskState))]
internal sealed partial class KioskJson : JsonSerializerContext;

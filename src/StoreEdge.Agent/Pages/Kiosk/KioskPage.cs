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
    private static readonly string Document = Read("kiosk.html");
    private static readonly string Style = Read("kiosk.css");
    private static readonly string Script = Read("kiosk.js");

    /// <summary>Only what carries the nonce runs or styles, and nothing is loaded from anywhere else.</summary>
    public static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    /// <summary>A fresh nonce for one answer.</summary>
    public static string Nonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The document.</summary>
    /// <param name="display">Whose page.</param>
    /// <param name="idle">What it shows while it hears nothing.</param>
    /// <param name="theme"><c>light</c>, <c>dark</c> or <c>auto</c>.</param>
    /// <param name="preview">A technician's look: it does not acknowledge, so it cannot be taken for the screen.</param>
    /// <param name="nonce">From <see cref="Nonce"/>.</param>
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

    private static string Read(string name)
    {
        using var stream = typeof(KioskPage).Assembly.GetManifestResourceStream($"Pages/Kiosk/{name}") ?? throw new InvalidOperationException($"the build left out Pages/Kiosk/{name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

internal sealed record KioskBoot(string Display, bool Preview, IdleContent Idle);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KioskBoot))]
internal sealed partial class KioskJson : JsonSerializerContext;

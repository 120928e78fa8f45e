using Microsoft.Net.Http.Headers;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Which of our languages a request is answered in.</summary>
internal static class AskedLanguage
{
    // More languages than any phone is set to; the rest of a hostile header is not looked at.
    private const int MaxRanges = 16, MaxHeader = 512;

    /// <summary>The switch (<c>?lang=</c>) decides, then what the session was accepted in, then Accept-Language (RFC 9110, 12.5.4), then the default.</summary>
    public static PortalText Of(HttpRequest request, string defaultLanguage, PortalSession? session = null) =>
        PortalText.ByTag(request.Query["lang"]) ?? PortalText.ByTag(session?.Language) ?? Preferred(request.Headers.AcceptLanguage) ?? PortalText.ByTag(defaultLanguage)
        ?? PortalText.All[0];

    private static PortalText? Preferred(string? header)
    {
        if (header is null || header.Length > MaxHeader || !StringWithQualityHeaderValue.TryParseList(header.Split(','), out var ranges)) return null;
        return ranges.Take(MaxRanges).Where(r => r.Quality is null or > 0).OrderByDescending(r => r.Quality ?? 1).Select(r => Spoken(r.Value.Value ?? "")).FirstOrDefault(t => t is not null);
    }

    // By primary language: European Portuguese reads Brazilian, Argentine Spanish reads Spanish.
    private static PortalText? Spoken(string range) =>
        PortalText.All.FirstOrDefault(t => string.Equals(t.Tag.Split('-')[0], range.Split('-')[0], StringComparison.OrdinalIgnoreCase));
}

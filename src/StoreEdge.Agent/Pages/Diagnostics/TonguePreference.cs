using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Diagnostics;

/// <summary>Which language the technician reads: the address says it, or else the browser's <c>Accept-Language</c> (RFC 9110, 12.5.4).</summary>
internal static class TonguePreference
{
    /// <summary>The tongue of a request; English where nothing fits.</summary>
    public static Tongue Of(HttpRequest request)
    {
        var asked = request.Query["lang"].ToString();
        if (asked.Length > 0) return IsPortuguese(asked) ? Tongue.Portuguese : Tongue.English;
        var languages = request.GetTypedHeaders().AcceptLanguage;
        foreach (var language in languages.OrderByDescending(l => l.Quality ?? 1))
        {
            if (language.Quality == 0) continue;
            if (IsPortuguese(language.Value.AsSpan())) return Tongue.Portuguese;
            if (language.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return Tongue.English;
        }

        return Tongue.English;
    }

    private static bool IsPortuguese(ReadOnlySpan<char> tag) =>
        tag.StartsWith("pt", StringComparison.OrdinalIgnoreCase) && (tag.Length == 2 || tag[2] == '-');
}

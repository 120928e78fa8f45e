using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Agent.Displays;

/// <summary>What one screen says: plain texts, to be set as text by the page and never as markup. Public by construction: the offers that reach here are.</summary>
/// <param name="Class">The offer's class, lower case; the page's colours follow it.</param>
/// <param name="Language">BCP 47 tag of the texts.</param>
/// <param name="Kicker">The small line above: supplier or shop; may be empty.</param>
/// <param name="Headline">The big words.</param>
/// <param name="Body">May be empty.</param>
/// <param name="Price">As written; null where there is none.</param>
/// <param name="PriceBefore">As written; null where no reduction is advertised.</param>
/// <param name="PriceUnit">What the price buys; null for a piece.</param>
/// <param name="Call">What to do now; may be empty.</param>
/// <param name="Why">Why this is shown, in a sentence that tells bystanders nothing about anyone.</param>
/// <param name="Tone">The poster's colour, <c>#rrggbb</c>; null for the brand's.</param>
internal sealed record Poster(
    string Class, string Language, string Kicker, string Headline, string Body, string? Price, string? PriceBefore, string? PriceUnit, string Call, string Why, string? Tone)
{
    /// <summary>
    /// SHA-256, lower-case hexadecimal, of the texts that are not empty in the order in which the page draws them, joined by line feeds. The page computes the
    /// same from what really stands in its document.
    /// </summary>
    public string ContentHash()
    {
        string?[] texts = [Kicker, Headline, Body, PriceBefore, Price, PriceUnit, Call, Why];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts.Where(t => !string.IsNullOrEmpty(t))))));
    }
}

/// <summary>How the shop looks.</summary>
/// <param name="Name">As over the door; may be empty.</param>
/// <param name="Accent">The brand's colour, <c>#rrggbb</c>.</param>
/// <param name="Paper">The light background, <c>#rrggbb</c>.</param>
/// <param name="Ink">The dark text, <c>#rrggbb</c>.</param>
internal sealed record Theme(string Name, string Accent, string Paper, string Ink);

/// <summary>What a screen shows while it has nothing else, and keeps for when it hears from nobody.</summary>
internal sealed record IdleContent(Theme Theme, IReadOnlyList<Poster> Posters);

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// HTML that is safe by construction: the literal parts of an interpolated string are ours, and every hole is encoded unless it is itself Markup.
/// Attributes stand in double quotes.
/// </summary>
internal readonly record struct Markup
{
    private readonly string? html;

    private Markup(string html) => this.html = html;

    public static Markup Empty => default;

    /// <summary>The interpolated string as markup.</summary>
    public static Markup Of(MarkupText text) => new(text.ToString());

    /// <summary>One after the other.</summary>
    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts));

    /// <summary>Text that this program wrote itself, such as the style sheet; never anything that came from outside.</summary>
    public static Markup Trusted(string html) => new(html);

    /// <inheritdoc/>
    public override string ToString() => html ?? "";

    /// <summary>The compiler fills this from an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct MarkupText
    {
        // Letters of every script stay as they are; only what means something in HTML is escaped.
        private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
        private readonly StringBuilder text;

        public MarkupText(int literalLength, int formattedCount) => text = new(literalLength + formattedCount * 24);

        public void AppendLiteral(string literal) => text.Append(literal);

        public void AppendFormatted(Markup part) => text.Append(part.ToString());

        public void AppendFormatted(string? part)
        {
            if (part is not null) text.Append(Encoder.Encode(part));
        }

        public void AppendFormatted(int part) => text.Append(CultureInfo.InvariantCulture, $"{part}");

        public override string ToString() => text.ToString();
    }
}

namespace StoreEdge.Core.Panels;

/// <summary>A line on a small display.</summary>
/// <param name="Row">Its place, in rows of letters (of eight dots on an OLED) from the top.</param>
/// <param name="Text">In letters that the display has.</param>
/// <param name="Scale">1, or 2 for letters twice as wide and high.</param>
public readonly record struct PanelLine(int Row, string Text, int Scale);

/// <summary>How much a small display has room for, and what it therefore says.</summary>
/// <param name="HasDots">An OLED, which draws letters of any size; otherwise a character display.</param>
/// <param name="Columns">Dots, or letters.</param>
/// <param name="Rows">Dots, or lines.</param>
public sealed record PanelShape(bool HasDots, int Columns, int Rows)
{
    private const int Big = 2, BigHeadlineLines = 2;

    /// <summary>Rows of letters.</summary>
    public int LetterRows => HasDots ? Rows / PanelFont.Height : Rows;

    /// <summary>Lays a text out. On an OLED a short headline is drawn big, and so is a short price where there is room for both.</summary>
    public IReadOnlyList<PanelLine> Lay(PanelText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!HasDots) return Small(text, 0, Columns, Rows);
        var (across, most) = (DotPicture.LettersAcross(Big), LetterRows / 4);
        var headline = PanelText.Break(text.Headline, across, BigHeadlineLines + 1);
        if (headline.Count == 0 || headline.Count > most || headline.Exists(l => l.EndsWith("..", StringComparison.Ordinal))) return Small(text, 0, DotPicture.LettersAcross(1), LetterRows);
        var lines = headline.Select((line, i) => new PanelLine(i * Big, line, Big)).ToList();
        var row = headline.Count * Big;
        var price = PanelFont.Spell(text.Price).Trim();
        var isBig = price.Length > 0 && price.Length <= across && LetterRows - row >= 2 * Big;
        if (isBig) lines.Add(new(LetterRows - Big, price, Big));
        lines.AddRange(Small(new("", isBig ? "" : text.Price, text.Rest), row, DotPicture.LettersAcross(1), LetterRows - row - (isBig ? Big : 0)));
        return lines;
    }

    /// <summary>What the display says that it drew, once it has drawn <paramref name="text"/>.</summary>
    public string Hash(PanelText text) => PanelText.Hash([.. Lay(text).Select(l => l.Text)]);

    private static List<PanelLine> Small(PanelText text, int first, int columns, int rows) =>
        rows <= 0 ? [] : [.. text.Lines(columns, rows).Select((line, i) => new PanelLine(first + i, line, 1)).Where(l => l.Text.Length > 0)];
}

namespace StoreEdge.Core.Panels;

/// <summary>
/// Lines of text as codes of a character display. Its own letters depend on the mask of its ROM (A00 Japanese, A02 European), which cannot be asked for; so only what is the same in both is taken from it, and
/// up to eight letters with marks are drawn into its free slots. Any more lose their marks.
/// </summary>
public sealed class Hd44780Page
{
    private Hd44780Page(IReadOnlyList<char> letters, IReadOnlyList<byte[]> rows) => (Letters, Rows) = (letters, rows);

    /// <summary>By slot: what has to be drawn there first.</summary>
    public IReadOnlyList<char> Letters { get; }

    /// <summary>Each as wide as the display.</summary>
    public IReadOnlyList<byte[]> Rows { get; }

    /// <summary>Lays lines out.</summary>
    /// <param name="lines">What is too long is cut, what is missing is blank.</param>
    /// <param name="columns">Of the display.</param>
    /// <param name="rows">Of the display.</param>
    public static Hd44780Page Of(IReadOnlyList<string> lines, int columns, int rows)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var letters = new List<char>(Hd44780.Slots);
        var pages = new List<byte[]>(rows);
        for (var row = 0; row < rows; row++)
        {
            var codes = new byte[columns];
            var line = row < lines.Count ? PanelFont.Spell(lines[row]) : "";
            for (var column = 0; column < columns; column++) codes[column] = column < line.Length ? Code(line[column], letters) : (byte)' ';
            pages.Add(codes);
        }

        return new(letters, pages);
    }

    private static byte Code(char letter, List<char> letters)
    {
        switch (letter)
        {
            // ROM A00 has a yen and an arrow there.
            case '\\': return (byte)'/';
            case '~': return (byte)'-';
            case >= ' ' and < '~': return (byte)letter;
        }

        var slot = letters.IndexOf(letter);
        if (slot >= 0) return (byte)slot;
        if (letters.Count == Hd44780.Slots) return (byte)PanelFont.Bare(letter);
        letters.Add(letter);
        return (byte)(letters.Count - 1);
    }
}

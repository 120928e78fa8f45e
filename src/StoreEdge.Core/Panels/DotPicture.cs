namespace StoreEdge.Core.Panels;

/// <summary>A picture of 128 columns in pages of eight rows, as the SSD1306 keeps it: a byte is a column of eight dots, the upmost 0x01.</summary>
/// <param name="rows">32 or 64.</param>
public sealed class DotPicture(int rows)
{
    private readonly byte[] dots = new byte[Ssd1306.Columns * rows / 8];

    /// <summary>Pages of eight rows.</summary>
    public int Pages => dots.Length / Ssd1306.Columns;

    /// <summary>The 128 bytes of a page.</summary>
    public ReadOnlySpan<byte> Page(int page) => dots.AsSpan(page * Ssd1306.Columns, Ssd1306.Columns);

    /// <summary>Whether a dot is lit.</summary>
    public bool this[int x, int y] => (dots[y / 8 * Ssd1306.Columns + x] & 1 << y % 8) != 0;

    /// <summary>Letters in a row.</summary>
    /// <param name="scale">Dots across for one of the font's.</param>
    public static int LettersAcross(int scale) => Ssd1306.Columns / ((PanelFont.Width + 1) * scale);

    /// <summary>Draws words; what does not fit is left out.</summary>
    /// <param name="x">Left edge.</param>
    /// <param name="y">Upper edge.</param>
    /// <param name="words">As <see cref="PanelFont.Spell"/> leaves them.</param>
    /// <param name="scale">Dots across for one of the font's.</param>
    public void Draw(int x, int y, string words, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(words);
        foreach (var letter in PanelFont.Spell(words))
        {
            var glyph = PanelFont.Rows(letter);
            for (var row = 0; row < PanelFont.Height * scale; row++)
                for (var column = 0; column < PanelFont.Width * scale; column++)
                    if ((glyph[row / scale] & 0x10 >> column / scale) != 0) Light(x + column, y + row);
            x += (PanelFont.Width + 1) * scale;
        }
    }

    /// <summary>Lights a dot; outside of the picture there is none.</summary>
    public void Light(int x, int y)
    {
        if (x is >= 0 and < Ssd1306.Columns && y >= 0 && y < Pages * 8) dots[y / 8 * Ssd1306.Columns + x] |= (byte)(1 << y % 8);
    }
}

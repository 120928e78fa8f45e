using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Panels;

/// <summary>What a small display says, the most important first. Each text has its own line or lines.</summary>
/// <param name="Headline">What it is about.</param>
/// <param name="Price">Always seen, where there is one; empty otherwise.</param>
/// <param name="Rest">As far as there is room.</param>
public sealed record PanelText(string Headline, string Price, IReadOnlyList<string> Rest)
{
    /// <summary>Nothing.</summary>
    public static PanelText Empty { get; } = new("", "", []);

    /// <summary>The lines of a display, broken between words and free of letters that it cannot draw. The last is the price's, where there is one.</summary>
    /// <param name="columns">Letters in a line.</param>
    /// <param name="rows">Lines.</param>
    public IReadOnlyList<string> Lines(int columns, int rows)
    {
        var price = Cut(PanelFont.Spell(Price).Trim(), columns);
        var room = price.Length > 0 ? Math.Max(1, rows - 1) : rows;
        var lines = Break(Headline, columns, room);
        foreach (var text in Rest)
            if (lines.Count < room) lines.AddRange(Break(text, columns, room - lines.Count));
        if (price.Length > 0 && rows > 1)
        {
            while (lines.Count < room) lines.Add("");
            lines.Add(price);
        }

        return lines;
    }

    /// <summary>SHA-256, lower-case hexadecimal, of the lines that are not empty, joined by line feeds: what a display that drew them says that it drew.</summary>
    public static string Hash(IReadOnlyList<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines.Where(l => l.Length > 0)))));

    internal static List<string> Break(string text, int columns, int most)
    {
        var lines = new List<string>();
        var words = PanelFont.Spell(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var line = "";
        for (var i = 0; i < words.Length; i++)
        {
            var longer = line.Length == 0 ? words[i] : $"{line} {words[i]}";
            if (longer.Length <= columns) line = longer;
            else if (lines.Count == most - 1)
            {
                // Nobody is to take half a sentence for the whole one.
                lines.Add(Cut(longer, columns));
                return lines;
            }
            else
            {
                if (line.Length > 0) lines.Add(line);
                line = words[i];
                // A word longer than a line goes on in the next.
                for (; line.Length > columns && lines.Count < most - 1; line = line[columns..]) lines.Add(line[..columns]);
            }
        }

        if (line.Length > 0 && lines.Count < most) lines.Add(Cut(line, columns));
        return lines;
    }

    private static string Cut(string line, int columns) => line.Length <= columns ? line : line[..(columns - 2)].TrimEnd() + "..";
}

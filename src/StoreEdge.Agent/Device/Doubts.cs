using System.Globalization;
using System.Text;

namespace StoreEdge.Agent.Device;

/// <summary>
/// What is told of answers that prove nothing. Whoever says it may be anybody: it must not draw on the terminal, nor fill it.
/// </summary>
/// <param name="tell">Hears a line each.</param>
internal sealed class Doubts(Action<string> tell)
{
    /// <summary>Whoever reads them has understood by then.</summary>
    public const int Most = 5;

    private const int Longest = 200;

    private int told;

    /// <summary>What was said last, harmless; null where nobody said anything.</summary>
    public string? Last { get; private set; }

    /// <summary>Takes what somebody said.</summary>
    public void Hear(string words)
    {
        var said = Harmless(words);
        if (said == Last) return;
        Last = said;
        if (told == Most) return;
        told++;
        tell($"Somebody answers without proof of knowing the claim ({said}): not believed. Waiting goes on.{(told == Most ? " No more of these are told." : "")}");
    }

    /// <summary>Blanks for what moves the cursor, turns the direction of writing, ends a line or is not to be seen.</summary>
    private static string Harmless(string words)
    {
        var said = new StringBuilder();
        foreach (var letter in words.EnumerateRunes().Take(Longest))
            said.Append(Rune.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? " " : letter.ToString());
        return said.ToString();
    }
}

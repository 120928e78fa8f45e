using System.Collections.Frozen;

namespace StoreEdge.Core.Panels;

/// <summary>
/// Letters of 5 × 8 dots for small displays: ASCII, and what Portuguese and Spanish need besides. Letters with a mark are put together from the bare letter and the mark; a capital gives up one of
/// its seven rows for it.
/// </summary>
public static class PanelFont
{
    /// <summary>Dots of a letter, without the gap to the next.</summary>
    public const int Width = 5, Height = 8;

    private const int First = ' ', Last = '~', PlainRows = 7;

    /// <summary>Seven rows of five dots for each letter from space to tilde, a byte a row, the leftmost dot 0x10. The eighth row is empty.</summary>
    private static readonly byte[] Plain = Convert.FromHexString(
        "00000000000000" + "04040404040004" + "0A0A0A00000000" + "0A0A1F0A1F0A0A" + "040F140E051E04" + "18190204081303" + "0C12140815120D" + "04040800000000"    // space ! " # $ % & '
        + "02040808080402" + "08040202020408" + "0004150E150400" + "0004041F040400" + "000000000C0408" + "0000001F000000" + "00000000000C0C" + "00010204081000"  // ( ) * + , - . /
        + "0E11131519110E" + "040C040404040E" + "0E11010204081F" + "1F02040201110E" + "02060A121F0202" + "1F101E0101110E" + "0608101E11110E" + "1F010204080808"  // 0 – 7
        + "0E11110E11110E" + "0E11110F01020C" + "000C0C000C0C00" + "000C0C000C0408" + "02040810080402" + "00001F001F0000" + "08040201020408" + "0E110102040004"  // 8 9 : ; < = > ?
        + "0E11010D15150E" + "0E11111F111111" + "1E11111E11111E" + "0E11101010110E" + "1C12111111121C" + "1F10101E10101F" + "1F10101E101010" + "0E11101711110F"  // @ A – G
        + "1111111F111111" + "0E04040404040E" + "0702020202120C" + "11121418141211" + "1010101010101F" + "111B1515111111" + "11111915131111" + "0E11111111110E"  // H – O
        + "1E11111E101010" + "0E11111115120D" + "1E11111E141211" + "0F10100E01011E" + "1F040404040404" + "1111111111110E" + "11111111110A04" + "1111111515150A"  // P – W
        + "11110A040A1111" + "1111110A040404" + "1F01020408101F" + "0E08080808080E" + "00100804020100" + "0E02020202020E" + "040A1100000000" + "0000000000001F"  // X Y Z [ \ ] ^ _
        + "08040200000000" + "00000E010F110F" + "1010161911111E" + "00000E1010110E" + "01010D1311110F" + "00000E111F100E" + "0609081C080808" + "000F11110F010E"  // ` a – g
        + "10101619111111" + "04000C0404040E" + "0200060202120C" + "10101214181412" + "0C04040404040E" + "00001A15151111" + "00001619111111" + "00000E1111110E"  // h – o
        + "00001E111E1010" + "00000D130F0101" + "00001619101010" + "00000E100E011E" + "08081C08080906" + "0000111111130D" + "00001111110A04" + "0000111115150A"  // p – w
        + "0000110A040A11" + "000011110F010E" + "00001F0204081F" + "02040408040402" + "04040404040404" + "08040402040408" + "00000815020000");                   // x y z { | } ~

    /// <summary>The two rows of a mark above, and the eighth row of the cedilla below.</summary>
    private static readonly FrozenDictionary<char, (byte Top, byte Next, byte Below)> Marks = new Dictionary<char, (byte, byte, byte)>
    {
        ['´'] = (0x02, 0x04, 0),
        ['`'] = (0x08, 0x04, 0),
        ['^'] = (0x04, 0x0A, 0),
        ['~'] = (0x0D, 0x16, 0),
        ['¨'] = (0x0A, 0x00, 0),
        ['¸'] = (0, 0, 0x04),
    }.ToFrozenDictionary();

    /// <summary>Letter, bare letter, mark.</summary>
    private static readonly FrozenDictionary<char, (char Bare, char Mark)> Marked = (
        "áa´ àa` âa^ ãa~ äa¨ ée´ èe` êe^ ëe¨ íi´ ìi` îi^ ïi¨ óo´ òo` ôo^ õo~ öo¨ úu´ ùu` ûu^ üu¨ ýy´ çc¸ ñn~ "
        + "ÁA´ ÀA` ÂA^ ÃA~ ÄA¨ ÉE´ ÈE` ÊE^ ËE¨ ÍI´ ÌI` ÎI^ ÏI¨ ÓO´ ÒO` ÔO^ ÕO~ ÖO¨ ÚU´ ÙU` ÛU^ ÜU¨ ÝY´ ÇC¸ ÑN~")
        .Split(' ').ToFrozenDictionary(m => m[0], m => (m[1], m[2]));

    /// <summary>What is neither ASCII nor a letter with a mark, in eight rows.</summary>
    private static readonly FrozenDictionary<char, byte[]> Others = new Dictionary<char, byte[]>
    {
        ['¿'] = Convert.FromHexString("0400040810110E00"),
        ['¡'] = Convert.FromHexString("0400040404040400"),
        ['°'] = Convert.FromHexString("0E0A0E0000000000"),
        ['º'] = Convert.FromHexString("0E0A0E000E000000"),
        ['ª'] = Convert.FromHexString("0E0A0F001F000000"),
        ['€'] = Convert.FromHexString("06091C081C090600"),
    }.ToFrozenDictionary();

    /// <summary>What stands for letters that there are no dots for.</summary>
    private static readonly FrozenDictionary<char, string> Spelled = new Dictionary<char, string>
    {
        ['“'] = "\"",
        ['”'] = "\"",
        ['«'] = "\"",
        ['»'] = "\"",
        ['‘'] = "'",
        ['’'] = "'",
        ['–'] = "-",
        ['—'] = "-",
        ['−'] = "-",
        ['…'] = "...",
        ['\u00A0'] = " ",
        ['\u202F'] = " ",
        ['\u2009'] = " ",
        ['×'] = "x",
        ['·'] = ".",
        ['•'] = "*",
        ['½'] = "1/2",
        ['¼'] = "1/4",
        ['²'] = "2",
        ['³'] = "3",
        ['\n'] = " ",
        ['\t'] = " ",
        ['\u00AD'] = "",
    }.ToFrozenDictionary();

    /// <summary>Whether the font has dots for the letter.</summary>
    public static bool Has(char letter) => letter is >= (char)First and <= (char)Last || Marked.ContainsKey(letter) || Others.ContainsKey(letter);

    /// <summary>The same words in letters that the font has; a letter that nothing stands for becomes a question mark.</summary>
    public static string Spell(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return string.Concat(words.Select(c => Has(c) ? c.ToString() : Spelled.GetValueOrDefault(c) ?? (char.IsControl(c) || char.IsLowSurrogate(c) || IsCombining(c) ? "" : "?")));
    }

    /// <summary>The letter without its mark, in ASCII, for a display that has no dots of ours left; a question mark where nothing is like it.</summary>
    public static char Bare(char letter) => letter is >= (char)First and <= (char)Last ? letter
        : Marked.TryGetValue(letter, out var marked) ? marked.Bare
        : letter switch { '¿' => '?', '¡' => '!', '°' or 'º' => 'o', 'ª' => 'a', '€' => 'E', _ => '?' };

    /// <summary>Eight rows of five dots, the leftmost dot 0x10; those of the question mark where the font does not have the letter.</summary>
    public static byte[] Rows(char letter)
    {
        if (Others.TryGetValue(letter, out var other)) return [.. other];
        var rows = new byte[Height];
        if (!Marked.TryGetValue(letter, out var marked))
        {
            PlainOf(letter is >= (char)First and <= (char)Last ? letter : '?').CopyTo(rows);
            return rows;
        }

        var mark = Marks[marked.Mark];
        PlainOf(marked.Bare).CopyTo(rows);
        // A letter with a mark below keeps its place.
        if (mark.Below != 0) rows[Height - 1] = mark.Below;
        else
        {
            if (char.IsUpper(marked.Bare)) LowerByOne(rows);
            // The dot of the i gives way to its mark.
            (rows[0], rows[1]) = (mark.Top, mark.Next);
        }

        return rows;
    }

    private static ReadOnlySpan<byte> PlainOf(char letter) => Plain.AsSpan((letter - First) * PlainRows, PlainRows);

    /// <summary>Drops one of two rows that are alike and moves what was above it down by two, into the eighth row: six rows are left, from the third on.</summary>
    private static void LowerByOne(Span<byte> rows)
    {
        var twin = PlainRows - 2;
        for (var i = 1; i < PlainRows - 1; i++)
            if (rows[i] == rows[i + 1])
            {
                twin = i;
                break;
            }

        Span<byte> left = stackalloc byte[PlainRows - 1];
        rows[..twin].CopyTo(left);
        rows[(twin + 1)..PlainRows].CopyTo(left[twin..]);
        left.CopyTo(rows[2..]);
    }

    /// <summary>A mark that stands by itself after its letter; composing the two takes tables that this program runs without.</summary>
    private static bool IsCombining(char letter) => letter is >= '\u0300' and <= '\u036F';
}

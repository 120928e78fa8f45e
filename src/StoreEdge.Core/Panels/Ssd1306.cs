namespace StoreEdge.Core.Panels;

/// <summary>
/// What an OLED with a Solomon Systech SSD1306 is told, byte for byte: 128 columns, 32 or 64 rows in pages of eight. Commands and their order are those of the data sheet's application note (Rev 1.1,
/// "Software Initialization Flow Chart"), with the charge pump on, as every module without a 7.5 V supply needs. Each message begins with a control byte: 0x00 commands follow, 0x40 picture follows.
/// </summary>
public static class Ssd1306
{
    /// <summary>Dots in a row.</summary>
    public const int Columns = 128;

    private const byte Commands = 0x00, Picture = 0x40;

    /// <summary>A command that changes nothing on a display that is on: it shows what stands in its memory. For asking whether anybody is there.</summary>
    public static BusMessage StillThere { get; } = new byte[] { Commands, 0xA4 };

    /// <summary>Puts the controller in order. The picture stays dark until <see cref="On"/>, so that nobody sees what its memory had at power-on.</summary>
    /// <param name="rows">32 or 64.</param>
    /// <param name="wasOn">Whether it shows a picture that is to stay; it does not flicker then.</param>
    public static BusMessage Start(int rows, bool wasOn = false)
    {
        if (rows is not (32 or 64)) throw new ArgumentOutOfRangeException(nameof(rows), rows, "32 or 64");
        byte[] order =
        [
            0xA8, (byte)(rows - 1),             // multiplex: how many rows there are
            0xD3, 0x00, 0x40,                   // the first row of the memory is the first of the glass
            0xA1, 0xC8,                         // the ribbon is below: turned by half a turn
            0xDA, rows == 64 ? (byte)0x12 : (byte)0x02, // how the rows' pins are led: in turns, or in sequence
            0x81, 0x7F,                         // contrast, in the middle
            0xA4, 0xA6,                         // what stands in memory, not inverted
            0xD5, 0x80,                         // its clock
            0x8D, 0x14,                         // charge pump
            0x20, 0x00,                         // columns first, then pages
        ];
        return wasOn ? (byte[])[Commands, .. order] : (byte[])[Commands, 0xAE, .. order];
    }

    /// <summary>Lights the picture.</summary>
    public static BusMessage On { get; } = new byte[] { Commands, 0xAF };

    /// <summary>Darkens it; the memory stays.</summary>
    public static BusMessage Off { get; } = new byte[] { Commands, 0xAE };

    /// <summary>What has to be written to get from one picture to the next: for each run of pages that differ, where they are, and then a message for each.</summary>
    /// <param name="before">What stands in its memory; null where that is not known.</param>
    /// <param name="after">What is to stand there.</param>
    public static IReadOnlyList<BusMessage> Change(DotPicture? before, DotPicture after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var messages = new List<BusMessage>();
        for (var page = 0; page < after.Pages; page++)
        {
            if (before is not null && before.Page(page).SequenceEqual(after.Page(page))) continue;
            var last = page;
            while (last + 1 < after.Pages && (before is null || !before.Page(last + 1).SequenceEqual(after.Page(last + 1)))) last++;
            messages.Add(new byte[] { Commands, 0x21, 0, Columns - 1, 0x22, (byte)page, (byte)last });
            for (; page <= last; page++) messages.Add((byte[])[Picture, .. after.Page(page)]);
        }

        return messages;
    }
}

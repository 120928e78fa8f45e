namespace StoreEdge.Core.Panels;

/// <summary>
/// What a character display with a Hitachi HD44780 (or one of its many likenesses) behind a PCF8574 port expander is told, byte for byte. The expander's pins, as all common backpacks are wired:
/// 0 register select, 1 read/write, 2 enable, 3 backlight, 4–7 data. Nothing is read back, so read/write stays 0. Commands, addresses and times are those of Hitachi's data sheet ADE-207-272(Z),
/// table 6 and figure 24, times with a margin because likenesses are slower.
/// </summary>
/// <remarks>
/// A nibble is taken when <i>enable</i> falls. The expander takes a byte in 90 µs at 100 kHz, its highest clock, and every instruction but two ends in 37 µs: no pauses are needed in between. Register select
/// has to stand 40 ns before <i>enable</i> rises, hence a byte of its own where it changes; data have to stand only 80 ns before it falls, and 10 ns after.
/// </remarks>
public static class Hd44780
{
    /// <summary>Letters of one's own that the display has room for.</summary>
    public const int Slots = 8;

    private const byte RegisterSelect = 0x01, Enable = 0x04, Backlight = 0x08;

    private const byte ClearDisplay = 0x01, EntryLeftToRight = 0x06, DisplayOff = 0x08, DisplayOn = 0x0C, FourBitTwoLines = 0x28, CharacterMemory = 0x40, DisplayMemory = 0x80;

    /// <summary>After power-on: 15 ms from 4.5 V, 40 ms from 2.7 V. The agent starts long after, but a plug may have been put in just now.</summary>
    private static readonly TimeSpan PowerOn = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5), SecondWait = TimeSpan.FromMilliseconds(1), ClearTime = TimeSpan.FromMilliseconds(3);

    /// <summary>Initialisation by instruction, in whatever state the display is: eight bits three times, four bits, two lines, off, cleared, left to right, on.</summary>
    public static IReadOnlyList<BusMessage> Start { get; } =
    [
        // All pins but the backlight low, and time for a display that has just got its power.
        new(new byte[] { Backlight }, PowerOn),
        new(Nibble(0x30), FirstWait),
        new(Nibble(0x30), SecondWait),
        new(Nibble(0x30), SecondWait),
        new(Nibble(0x20), SecondWait),
        Command(FourBitTwoLines),
        Command(DisplayOff),
        new(Command(ClearDisplay), ClearTime),
        Command(EntryLeftToRight),
        Command(DisplayOn),
    ];

    /// <summary>The same without clearing, for a display that shows something: it comes back from whatever a spark did to it, and does not flicker.</summary>
    public static IReadOnlyList<BusMessage> Again { get; } =
    [
        new(Nibble(0x30), FirstWait),
        new(Nibble(0x30), SecondWait),
        new(Nibble(0x30), SecondWait),
        new(Nibble(0x20), SecondWait),
        Command(FourBitTwoLines),
        Command(EntryLeftToRight),
        Command(DisplayOn),
    ];

    /// <summary>Puts a letter of one's own into a slot.</summary>
    /// <param name="slot">0–7.</param>
    /// <param name="letter">One that <see cref="PanelFont"/> has.</param>
    public static BusMessage Letter(int slot, char letter)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Slots);
        var bytes = new List<byte>(2 + 4 + 4 * PanelFont.Height);
        Send(bytes, (byte)(CharacterMemory | slot << 3), isData: false, first: true);
        Send(bytes, PanelFont.Rows(letter));
        return bytes.ToArray();
    }

    /// <summary>A whole line in one message.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="codes">One for each column.</param>
    public static BusMessage Line(int row, ReadOnlySpan<byte> codes)
    {
        var bytes = new List<byte>(2 + 4 + 4 * codes.Length);
        Send(bytes, (byte)(DisplayMemory | AddressOf(row, codes.Length)), isData: false, first: true);
        Send(bytes, codes);
        return bytes.ToArray();
    }

    /// <summary>Where a row begins: the third goes on where the first ends, the fourth where the second does.</summary>
    internal static byte AddressOf(int row, int columns) => (byte)((row & 1) * 0x40 + (row >> 1) * columns);

    private static byte[] Nibble(byte high) => [(byte)(high | Backlight), (byte)(high | Backlight | Enable), (byte)(high | Backlight)];

    private static byte[] Command(byte command)
    {
        var bytes = new List<byte>(5);
        Send(bytes, command, isData: false, first: true);
        return [.. bytes];
    }

    private static void Send(List<byte> bytes, ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < data.Length; i++) Send(bytes, data[i], isData: true, first: i == 0);
    }

    private static void Send(List<byte> bytes, byte value, bool isData, bool first)
    {
        var rest = (byte)(Backlight | (isData ? RegisterSelect : 0));
        if (first) bytes.Add((byte)((value & 0xF0) | rest));
        foreach (var nibble in (ReadOnlySpan<byte>)[(byte)(value & 0xF0), (byte)(value << 4)])
        {
            bytes.Add((byte)(nibble | rest | Enable));
            bytes.Add((byte)(nibble | rest));
        }
    }
}

using StoreEdge.Linux.Devices;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Tests.Panels;

/// <summary>A device on a played bus: takes messages as the chip would, told nothing but bytes.</summary>
internal interface IFakeDevice
{
    void Take(ReadOnlySpan<byte> message);
}

/// <summary>
/// An HD44780 behind a PCF8574, written from the data sheet and not from the driver: a nibble is latched when enable falls, with register select as it stood when enable rose. Begins as after power-on, in
/// eight bits, and with garbage where the driver has not written.
/// </summary>
internal sealed class FakeHd44780(int columns) : IFakeDevice
{
    private const byte RegisterSelect = 1, ReadWrite = 2, Enable = 4, BacklightPin = 8;

    private readonly byte[] display = [.. Enumerable.Repeat((byte)'#', 0x80)], characters = new byte[64];
    private byte pins, high;
    private bool fourBits, half, toCharacters;
    private int address;

    /// <summary>Every instruction, a nibble of the eight-bit time as a byte.</summary>
    public List<byte> Instructions { get; } = [];

    public bool IsOn { get; private set; }

    public bool Backlight => (pins & BacklightPin) != 0;

    /// <summary>Loses power and gets it back.</summary>
    public void Unplug()
    {
        (pins, fourBits, half, toCharacters, IsOn) = (0, false, false, false, false);
        Array.Fill(display, (byte)'#');
        Array.Clear(characters);
        Instructions.Clear();
    }

    public byte[] Code(int row) => display.AsSpan((row & 1) * 0x40 + (row >> 1) * columns, columns).ToArray();

    /// <summary>A row as eyes read it, where letters of its own are looked up by their dots.</summary>
    public string Row(int row) => string.Concat(Code(row).Select(c => c < 8 ? Named(characters.AsSpan(c * 8, 8)) : (char)c));

    public void Take(ReadOnlySpan<byte> message)
    {
        foreach (var next in message)
        {
            Assert.Equal(0, next & ReadWrite);
            if ((pins & Enable) != 0 && (next & Enable) == 0)
            {
                // Data hold for 10 ns after the fall, which the same byte cannot promise where it changes them.
                Assert.Equal(pins & 0xF1, next & 0xF1);
                Latch((byte)(pins & 0xF0), (pins & RegisterSelect) != 0);
            }

            // Register select stands 40 ns before the rise.
            if ((pins & Enable) == 0 && (next & Enable) != 0) Assert.Equal(pins & RegisterSelect, next & RegisterSelect);
            pins = next;
        }
    }

    private static char Named(ReadOnlySpan<byte> dots)
    {
        foreach (var letter in "áàâãäéêèëíóôõöúüçñÁÀÂÃÉÊÍÓÔÕÚÜÇÑ¿¡°ºª€")
            if (StoreEdge.Core.Panels.PanelFont.Rows(letter).AsSpan().SequenceEqual(dots)) return letter;
        return '?';
    }

    private void Latch(byte nibble, bool isData)
    {
        if (!fourBits)
        {
            Instructions.Add(nibble);
            if (nibble == 0x20) fourBits = true;
            return;
        }

        half = !half;
        if (half)
        {
            high = nibble;
            return;
        }

        var value = (byte)(high | nibble >> 4);
        if (isData) Write(value);
        else Execute(value);
    }

    private void Execute(byte instruction)
    {
        Instructions.Add(instruction);
        if (instruction >= 0x80) (toCharacters, address) = (false, instruction & 0x7F);
        else if (instruction >= 0x40) (toCharacters, address) = (true, instruction & 0x3F);
        else if (instruction >= 0x20) fourBits = (instruction & 0x10) == 0;
        else if (instruction is >= 0x08 and < 0x10) IsOn = (instruction & 4) != 0;
        else if (instruction == 0x01)
        {
            Array.Fill(display, (byte)' ');
            (address, toCharacters) = (0, false);
        }
    }

    private void Write(byte value)
    {
        if (toCharacters) characters[address++ & 0x3F] = value;
        else display[address++ & 0x7F] = value;
    }
}

/// <summary>An SSD1306 written from the data sheet: commands with their arguments, a memory of eight pages, a window that is filled columns first. Begins dark, with noise in its memory.</summary>
internal sealed class FakeSsd1306(int rows) : IFakeDevice
{
    private readonly byte[] memory = [.. Enumerable.Repeat((byte)0xA5, 1024)];
    private int column, page, firstColumn, lastColumn = 127, firstPage, lastPage = 7, mode = 2;

    /// <summary>Each command with its arguments.</summary>
    public List<byte[]> Commands { get; } = [];

    public bool IsOn { get; private set; }

    public int PictureBytes { get; private set; }

    /// <summary>Whether the picture was whole, free of noise, whenever it was lit.</summary>
    public bool EverShowedNoise { get; private set; }

    public bool this[int x, int y] => (memory[y / 8 * 128 + x] & 1 << y % 8) != 0;

    public void Unplug()
    {
        IsOn = false;
        Array.Fill(memory, (byte)0xA5);
        Commands.Clear();
    }

    public ReadOnlySpan<byte> Page(int index) => memory.AsSpan(index * 128, 128);

    public void Take(ReadOnlySpan<byte> message)
    {
        if (message[0] == 0x40)
        {
            Assert.Equal(0, mode);
            foreach (var dots in message[1..]) Put(dots);
            return;
        }

        Assert.Equal(0x00, message[0]);
        for (var i = 1; i < message.Length;)
        {
            var length = 1 + message[i] switch { 0x20 or 0x81 or 0x8D or 0xA8 or 0xD3 or 0xD5 or 0xD9 or 0xDA or 0xDB => 1, 0x21 or 0x22 => 2, _ => 0 };
            Execute(message.Slice(i, length).ToArray());
            i += length;
        }
    }

    private void Execute(byte[] command)
    {
        Commands.Add(command);
        switch (command[0])
        {
            case 0x20: mode = command[1]; break;
            case 0x21: (firstColumn, lastColumn, column) = (command[1], command[2], command[1]); break;
            case 0x22: (firstPage, lastPage, page) = (command[1], command[2], command[1]); break;
            case 0xAE: IsOn = false; break;
            case 0xAF:
                IsOn = true;
                EverShowedNoise |= memory.AsSpan(0, rows * 16).Contains((byte)0xA5);
                break;
        }
    }

    private void Put(byte dots)
    {
        memory[page * 128 + column] = dots;
        PictureBytes++;
        if (column++ < lastColumn) return;
        column = firstColumn;
        page = page < lastPage ? page + 1 : firstPage;
    }
}

/// <summary>A bus on which played devices can be plugged in and pulled out, under the contract of the kernel's.</summary>
internal sealed class FakeBus : II2cBus
{
    private readonly Dictionary<int, IFakeDevice> devices = [];

    public bool IsGone { get; set; }

    public int Messages { get; private set; }

    public void Plug(int address, IFakeDevice device) => devices[address] = device;

    public void Pull(int address) => devices.Remove(address);

    public void Write(int address, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(address, 0x08);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(address, 0x77);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, 1);
        if (IsGone) throw new DeviceFault("The bus has gone.", "Plug it in.");
        if (!devices.TryGetValue(address, out var device)) throw new DeviceFault($"Nobody answers at 0x{address:x2}.", "Check its plug.");
        Messages++;
        device.Take(bytes);
    }

    public void WriteRead(int address, ReadOnlySpan<byte> bytes, Span<byte> answer) => throw new NotSupportedException("small displays are not read");

    public void Dispose()
    {
    }
}

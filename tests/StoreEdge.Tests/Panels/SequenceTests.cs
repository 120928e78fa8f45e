using System.Text.Json;
using StoreEdge.Core.Panels;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.Tests.Panels;

/// <summary>What goes over the wire is what the data sheets ask for, in the very file that the virtual lab holds the agent to.</summary>
public sealed class SequenceTests
{
    private static readonly JsonElement Sheets = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(ContractSchemas.Directory, "..", "..", "..", "tests", "lab", "guest", "panel-sequences.json"))).RootElement;

    [Fact]
    public void A_character_display_is_started_as_its_data_sheet_asks()
    {
        var display = new FakeHd44780(16);
        var sheet = Sheets.GetProperty("hd44780");
        var pauses = new List<double>();
        var before = 0.0;
        foreach (var message in Hd44780.Start)
        {
            var instructions = display.Instructions.Count;
            display.Take(message.Bytes.Span);
            if (display.Instructions.Count > instructions) pauses.Add(message.Pause.TotalMilliseconds);
            else before += message.Pause.TotalMilliseconds;
        }

        Assert.Equal(sheet.GetProperty("start").EnumerateArray().Select(i => Convert.ToByte(i.GetString(), 16)), display.Instructions);
        Assert.True(before >= sheet.GetProperty("pauseBeforeMilliseconds").GetDouble());
        Assert.All(pauses.Zip(sheet.GetProperty("pausesMilliseconds").EnumerateArray().Select(p => p.GetDouble())), p => Assert.True(p.First >= p.Second));
        Assert.True(display.IsOn && display.Backlight);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void An_OLED_is_started_as_its_data_sheet_asks_and_lit_last(int rows)
    {
        var display = new FakeSsd1306(rows);
        foreach (var message in OledStart(rows, new(rows))) display.Take(message.Bytes.Span);

        byte[] free = [0xAE, 0x20, 0x21, 0x22];
        var asked = Sheets.GetProperty("ssd1306").GetProperty($"{rows}").GetString()!.Split(' ').Select(h => Convert.ToByte(h, 16));
        Assert.Equal(asked, display.Commands.Where(c => !free.Contains(c[0])).SelectMany(c => c));
        Assert.True(display.IsOn);
        Assert.False(display.EverShowedNoise);
    }

    [Theory]
    [InlineData(16, 2)]
    [InlineData(20, 4)]
    [InlineData(16, 4)]
    public void Every_line_stands_where_it_belongs(int columns, int rows)
    {
        var display = new FakeHd44780(columns);
        var lines = Enumerable.Range(0, rows).Select(r => new string((char)('a' + r), columns)).ToArray();
        Draw(display, lines, columns, rows);
        Assert.Equal(lines, Enumerable.Range(0, rows).Select(display.Row));
    }

    [Fact]
    public void A_whole_line_is_one_message()
    {
        var page = Hd44780Page.Of(["Olá"], 20, 4);
        // Register select, the address in two nibbles of two bytes, register select again, and four bytes for each letter.
        Assert.Equal(1 + 4 + 1 + 4 * 20, Hd44780.Line(0, page.Rows[0]).Bytes.Length);
    }

    [Fact]
    public void A_display_that_lost_its_place_between_two_nibbles_is_found_again()
    {
        var display = new FakeHd44780(16);
        Draw(display, ["Bom dia"], 16, 2);
        // Half an instruction: from here on every nibble would be taken for the other half.
        display.Take([0x08, 0x0C, 0x08]);
        foreach (var message in Hd44780.Again) display.Take(message.Bytes.Span);
        foreach (var message in Lines(Hd44780Page.Of(["Boa tarde"], 16, 2))) display.Take(message.Bytes.Span);
        Assert.Equal("Boa tarde       ", display.Row(0));
        Assert.True(display.IsOn);
    }

    [Fact]
    public void Portuguese_and_Spanish_are_written_with_their_own_letters()
    {
        var display = new FakeHd44780(20);
        Draw(display, ["Promoção: pão, maçãs", "¿Dónde está el jamón?"[..20], "Até já!"], 20, 4);
        Assert.Equal("Promoção: pão, maçãs", display.Row(0));
        Assert.Equal("¿Dónde está el jamón", display.Row(1));
        Assert.Equal("Até já!             ", display.Row(2));
    }

    [Fact]
    public void A_ninth_letter_of_its_own_loses_its_mark_and_no_more()
    {
        var display = new FakeHd44780(16);
        Draw(display, ["áéíóúãõç êâ"], 16, 2);
        Assert.Equal("áéíóúãõç ea     ", display.Row(0));
    }

    [Fact]
    public void Only_pages_that_changed_are_written()
    {
        var (before, after) = (new DotPicture(64), new DotPicture(64));
        after.Draw(0, 24, "preço");
        var messages = Ssd1306.Change(before, after);
        Assert.Equal(2, messages.Count);
        Assert.Equal([0x00, 0x21, 0, 127, 0x22, 3, 3], messages[0].Bytes.ToArray());
        Assert.Equal(129, messages[1].Bytes.Length);
        Assert.Empty(Ssd1306.Change(after, after));
        Assert.Equal(9, Ssd1306.Change(null, after).Count);
    }

    [Fact]
    public void What_is_written_in_parts_stands_as_a_whole()
    {
        var display = new FakeSsd1306(64);
        var shown = new DotPicture(64);
        foreach (var message in OledStart(64, shown)) display.Take(message.Bytes.Span);
        var next = new DotPicture(64);
        next.Draw(0, 0, "Olá", 2);
        next.Draw(0, 40, "R$ 5,90");
        foreach (var message in Ssd1306.Change(shown, next)) display.Take(message.Bytes.Span);
        for (var page = 0; page < 8; page++) Assert.Equal(next.Page(page).ToArray(), display.Page(page).ToArray());
    }

    [Fact]
    public void Another_height_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Ssd1306.Start(48));

    private static IEnumerable<BusMessage> OledStart(int rows, DotPicture picture) => [Ssd1306.Start(rows), .. Ssd1306.Change(null, picture), Ssd1306.On];

    private static IEnumerable<BusMessage> Lines(Hd44780Page page) =>
        [.. page.Letters.Select((letter, slot) => Hd44780.Letter(slot, letter)), .. page.Rows.Select((row, i) => Hd44780.Line(i, row))];

    private static void Draw(FakeHd44780 display, IReadOnlyList<string> lines, int columns, int rows)
    {
        foreach (var message in Hd44780.Start.Concat(Lines(Hd44780Page.Of(lines, columns, rows)))) display.Take(message.Bytes.Span);
    }
}

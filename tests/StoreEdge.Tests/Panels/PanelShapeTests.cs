using StoreEdge.Core.Panels;

namespace StoreEdge.Tests.Panels;

/// <summary>An OLED draws what is short big, and everything it has room for.</summary>
public sealed class PanelShapeTests
{
    private static readonly PanelShape Large = new(true, 128, 64), Small = new(true, 128, 32), Letters = new(false, 16, 2);

    [Fact]
    public void A_short_headline_and_its_price_are_big() =>
        Assert.Equal(
            [new PanelLine(0, "Pão de", 2), new PanelLine(2, "queijo", 2), new PanelLine(6, "R$ 5,90", 2), new PanelLine(4, "quentinho", 1)],
            Large.Lay(new("Pão de queijo", "R$ 5,90", ["quentinho"])));

    [Fact]
    public void A_long_headline_is_small_and_whole() =>
        Assert.Equal(
            [new PanelLine(0, "Leve três peças e", 1), new PanelLine(1, "pague duas em toda a", 1), new PanelLine(2, "linha de inverno", 1)],
            Large.Lay(new("Leve três peças e pague duas em toda a linha de inverno", "", [])));

    [Fact]
    public void Half_a_display_has_half_the_lines()
    {
        Assert.Equal([new PanelLine(0, "Bom dia!", 2), new PanelLine(2, "Casa do Café", 1)], Small.Lay(new("Bom dia!", "", ["Casa do Café"])));
        Assert.Equal([new PanelLine(0, "Bom dia!", 2), new PanelLine(3, "R$ 5,90", 1)], Small.Lay(new("Bom dia!", "R$ 5,90", [])));
    }

    [Fact]
    public void Letters_have_one_size_on_a_character_display() => Assert.Equal([new PanelLine(0, "Bom dia!", 1), new PanelLine(1, "R$ 5,90", 1)], Letters.Lay(new("Bom dia!", "R$ 5,90", ["mais"])));

    [Fact]
    public void Nothing_ever_stands_outside_of_the_display()
    {
        foreach (var shape in (PanelShape[])[Large, Small, Letters, new(false, 20, 4)])
            foreach (var headline in (string[])["", "a", "Donaudampfschifffahrt", "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"])
                foreach (var price in (string[])["", "R$ 1", "R$ 1.234.567,89/100 g"])
                    Assert.All(shape.Lay(new(headline, price, ["mais uma linha", "e outra"])), line =>
                    {
                        Assert.InRange(line.Row, 0, shape.LetterRows - line.Scale);
                        Assert.InRange(line.Text.Length, 1, shape.HasDots ? DotPicture.LettersAcross(line.Scale) : shape.Columns);
                    });
    }
}

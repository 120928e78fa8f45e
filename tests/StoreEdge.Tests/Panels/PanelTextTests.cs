using StoreEdge.Core.Panels;

namespace StoreEdge.Tests.Panels;

/// <summary>Few letters have to say it, and none may be lost silently.</summary>
public sealed class PanelTextTests
{
    [Fact]
    public void Words_are_not_broken_and_the_price_is_always_seen() =>
        Assert.Equal(["Café em grãos", "250 g", "", "R$ 19,90"], new PanelText("Café em grãos 250 g", "R$ 19,90", []).Lines(16, 4));

    [Fact]
    public void What_has_no_room_ends_in_two_dots() => Assert.Equal(["Café em grãos..", "R$ 19,90"], new PanelText("Café em grãos da Serra", "R$ 19,90", ["moído na hora"]).Lines(16, 2));

    [Fact]
    public void The_rest_is_told_as_far_as_there_is_room() =>
        Assert.Equal(["Bom dia!", "Casa do Café", "Peça ajuda no", "telefone"], new PanelText("Bom dia!", "", ["Casa do Café", "Peça ajuda no telefone", "mais"]).Lines(16, 4));

    [Fact]
    public void A_word_longer_than_a_line_goes_on_in_the_next() => Assert.Equal(["Donaudampfschiff", "fahrt"], new PanelText("Donaudampfschifffahrt", "", []).Lines(16, 2));

    [Theory]
    [InlineData("“Café” – só hoje…", "\"Café\" - só hoje...")]
    [InlineData("R$\u00A05,90", "R$ 5,90")]
    [InlineData("日本", "??")]
    [InlineData("a\u0303o", "ao")]
    [InlineData("☕ quente", "? quente")]
    public void Letters_that_there_are_no_dots_for_are_spelled_otherwise(string words, string spelled) => Assert.Equal(spelled, PanelFont.Spell(words));

    [Fact]
    public void Every_letter_of_the_three_languages_has_dots_of_its_own()
    {
        var letters = string.Concat(Enumerable.Range(' ' + 1, '~' - ' ').Select(c => (char)c)) + "áàâãéêíóôõúüçñÁÀÂÃÉÊÍÓÔÕÚÜÇÑ¿¡°ªº€";
        Assert.All(letters, l => Assert.True(PanelFont.Has(l)));
        Assert.Equal(letters.Length, letters.Select(l => Convert.ToHexString(PanelFont.Rows(l))).Distinct().Count());
        Assert.All(letters, l => Assert.All(PanelFont.Rows(l), row => Assert.InRange(row, 0, 0x1F)));
    }

    [Fact]
    public void The_hash_is_of_what_is_drawn()
    {
        Assert.Equal(PanelText.Hash(["a", "", "b"]), PanelText.Hash(["a", "b"]));
        Assert.NotEqual(PanelText.Hash(["a"]), PanelText.Hash(["b"]));
    }

    [Fact]
    public void A_pattern_repeats_or_ends()
    {
        var blink = SignalPattern.Of(true, 150, 850);
        Assert.Equal((true, TimeSpan.FromMilliseconds(50)), blink.At(TimeSpan.FromMilliseconds(100)));
        Assert.Equal((false, TimeSpan.FromMilliseconds(700)), blink.At(TimeSpan.FromMilliseconds(5300)));
        var once = SignalPattern.Of(false, 100, 50, 100);
        Assert.Equal((true, TimeSpan.FromMilliseconds(100)), once.At(TimeSpan.FromMilliseconds(150)));
        Assert.Equal((false, null), once.At(TimeSpan.FromMilliseconds(250)));
        Assert.Equal((false, null), SignalPattern.Still.At(TimeSpan.Zero));
    }
}

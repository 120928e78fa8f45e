using StoreEdge.Agent.Device;

namespace StoreEdge.Tests.Device;

public sealed class DoubtsTests
{
    private readonly List<string> lines = [];

    [Fact]
    public void Two_thousand_differing_answers_without_proof_are_five_lines_and_the_last_is_kept()
    {
        var doubts = new Doubts(lines.Add);
        for (var i = 0; i < 2_000; i++) doubts.Hear($"used, answer {i}");
        Assert.Equal(Doubts.Most, lines.Count);
        Assert.EndsWith("(used, answer 0): not believed. Waiting goes on.", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("No more of these are told.", lines[^1], StringComparison.Ordinal);
        Assert.Equal("used, answer 1999", doubts.Last);
    }

    [Fact]
    public void The_same_answer_again_is_told_once()
    {
        var doubts = new Doubts(lines.Add);
        for (var i = 0; i < 10; i++) doubts.Hear("a certificate");
        Assert.Single(lines);
    }

    [Theory]
    [InlineData("a\u001b[2Jb", "a [2Jb")]
    [InlineData("a\u202eb\u2066c\u200bd\ufeffe", "a b c d e")]
    [InlineData("a\u2028b\u2029c\u0085d\re\nf", "a b c d e f")]
    [InlineData("a\U000e0041b", "a b")]
    [InlineData("n\u00e3o, \U0001f511", "n\u00e3o, \U0001f511")]
    public void What_draws_on_a_terminal_is_a_blank(string words, string said)
    {
        var doubts = new Doubts(lines.Add);
        doubts.Hear(words);
        Assert.Equal(said, doubts.Last);
        Assert.Contains($"({said})", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_answer_is_cut_between_letters()
    {
        var doubts = new Doubts(lines.Add);
        doubts.Hear("a" + string.Concat(Enumerable.Repeat("\U0001f511", 1_000)));
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("\U0001f511", 199)), doubts.Last);
    }
}

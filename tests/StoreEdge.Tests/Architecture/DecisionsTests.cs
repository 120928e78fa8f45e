using System.Globalization;

namespace StoreEdge.Tests.Architecture;

public sealed class DecisionsTests
{
    [Fact]
    public void Each_decision_has_a_number_of_its_own_and_says_it_in_its_heading()
    {
        var pages = Directory.GetFiles(Path.Combine(SourceTree.Root, "src/decisions"), "*.md").Select(f => (Number: int.Parse(Path.GetFileName(f)[..4], CultureInfo.InvariantCulture), Heading: File.ReadLines(f).First())).ToList();
        Assert.Equal(Enumerable.Range(1, pages.Count), pages.Select(p => p.Number).Order());
        Assert.All(pages, p => Assert.StartsWith($"# {p.Number}. ", p.Heading, StringComparison.Ordinal));
    }
}

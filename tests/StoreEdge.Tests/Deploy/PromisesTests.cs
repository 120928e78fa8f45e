using System.Text.RegularExpressions;

namespace StoreEdge.Tests.Deploy;

/// <summary>docs/promises.md says which test keeps which promise.</summary>
public sealed partial class PromisesTests
{
    [Fact]
    public void Every_promise_names_tests_that_exist()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "StoreEdge.sln"))) root = Path.GetDirectoryName(root)!;
        var written = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => Method().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var rows = File.ReadAllLines(Path.Combine(root, "docs/promises.md")).Where(l => Row().IsMatch(l)).ToList();
        Assert.True(rows.Count > 30, $"only {rows.Count} rows were found");
        foreach (var row in rows)
        {
            var named = Name().Matches(row).Select(m => m.Groups[1].Value).ToList();
            Assert.True(named.Count > 0, $"no test is named in: {row}");
            Assert.All(named, name => Assert.True(written.Contains(name), $"there is no test {name}, which keeps: {row}"));
        }
    }

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+_\w+)`")]
    private static partial Regex Name();
}

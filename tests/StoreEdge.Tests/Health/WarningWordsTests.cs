using System.Text.RegularExpressions;
using StoreEdge.Agent.Health;
using StoreEdge.Tests.Architecture;

namespace StoreEdge.Tests.Health;

public sealed partial class WarningWordsTests
{
    /// <summary>Dashed words that stand in a file that raises warnings and are none.</summary>
    private static readonly string[] NoCodes = ["not-now", "not-me", "not-rendered", "disk-full", "not-writable", "never-supplier", "never-demand", "staff-pass", "staff-password", "clock-offset"];

    [Fact]
    public void Every_code_that_a_room_raises_has_words_in_Portuguese()
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, text) in SourceTree.Files("src/StoreEdge.Agent"))
        {
            if (!text.Contains(".Raise(", StringComparison.Ordinal) && !path.EndsWith("/LinkAdvice.cs", StringComparison.Ordinal)) continue;
            foreach (var code in Dashed().Matches(text).Select(m => m.Groups[1].Value).Except(NoCodes))
                if (!WarningWords.Knows(code)) unknown.Add($"{code} ({path})");
        }

        Assert.True(unknown.Count == 0, $"give these their words in WarningWords (or list them in NoCodes here): {string.Join(", ", unknown)}");
    }

    [Fact]
    public void A_code_with_a_colon_speaks_about_that_one()
    {
        Assert.Equal("display:door-screen", WarningWords.CheckOf("display-silent:door-screen"));
        Assert.Equal("link", WarningWords.CheckOf("broker-unreachable"));
        Assert.Null(WarningWords.CheckOf("journal-write"));
    }

    [Fact]
    public void A_warning_of_the_nodes_broker_names_its_own_section_in_both_languages()
    {
        foreach (var code in StoreEdge.Agent.Mqtt.LinkAdvice.Codes)
        {
            var said = WarningWords.AsCheck(new($"{code}:espresense", Severity.Fault, "", "", default)).NextAction.Portuguese;
            Assert.DoesNotContain("mqtt", said, StringComparison.Ordinal);
            var central = WarningWords.AsCheck(new(code, Severity.Fault, "", "", default)).NextAction.Portuguese;
            Assert.Equal(central.Contains("mqtt", StringComparison.Ordinal), said.Contains("espresense", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_unknown_code_is_shown_in_English()
    {
        var check = WarningWords.AsCheck(new("fan-broken:left", Severity.Fault, "It stands still.", "Replace it.", default));
        Assert.Equal(("fan broken left", CheckVerdict.Fail), (check.Title.Portuguese, check.Verdict));
        Assert.Equal("Replace it.", check.NextAction.Portuguese);
    }

    /// <summary>Dashed words in quotes: a code, alone or before a colon.</summary>
    [GeneratedRegex(@"""([a-z]+(?:-[a-z]+)+)(?::\{[^""]*\})?""")]
    private static partial Regex Dashed();
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Watching;
using StoreEdge.Tests.Architecture;
using StoreEdge.Tests.Health;
using YamlDotNet.RepresentationModel;

namespace StoreEdge.Tests.Watching;

/// <summary>The numbers for whoever watches many stores, and that alerts and dashboard ask for none that nobody serves.</summary>
public sealed partial class WatchingTests
{
    private readonly ManualClock clock = new();

    private static string Folder => Path.Combine(SourceTree.Root, "deploy", "watching");

    [Fact]
    public void Every_line_is_as_Prometheus_reads_it_and_every_name_is_served_once()
    {
        var text = PrometheusText.Write(Look());
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches("^(# (HELP|TYPE) storeedge_[a-z_]+ .+|storeedge_[a-z_]+(\\{[a-z]+=\"[^\"\\n]*\"\\})? -?[0-9.eE+-]+)$", line));
        var names = Look().Select(m => m.Name).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(Look(), m => Assert.Equal(m.IsCounter, m.Name.EndsWith("_total", StringComparison.Ordinal)));
        Assert.Contains("storeedge_receiver_frames_total{receiver=\"door\"} 100\n", text, StringComparison.Ordinal);
        Assert.Contains("storeedge_check{code=\"disk\"} 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_in_quotes_cannot_end_them() =>
        Assert.Contains("x{code=\"a\\\"b\\\\c\\nd\"} 1\n", PrometheusText.Write([new("x", "y", false, [new("code", "a\"b\\c\nd", 1)])]), StringComparison.Ordinal);

    [Fact]
    public void Alerts_ask_for_what_is_served_and_say_what_to_do()
    {
        var stream = new YamlStream();
        using var file = File.OpenText(Path.Combine(Folder, "alerts.yml"));
        stream.Load(file);
        var groups = (YamlSequenceNode)stream.Documents.Single().RootNode["groups"];
        var rules = groups.SelectMany(g => (YamlSequenceNode)g["rules"]).ToList();
        Assert.True(rules.Count >= 10);
        foreach (var rule in rules)
        {
            Served((string)rule["expr"]!);
            Assert.True(((string)rule["annotations"]["action"]!).Length > 10, (string)rule["alert"]!);
        }
    }

    [Fact]
    public void The_dashboard_asks_for_what_is_served_and_leaves_nothing_out()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")))!;
        var asked = dashboard["panels"]!.AsArray().SelectMany(p => p!["targets"]!.AsArray()).SelectMany(t => Served((string)t!["expr"]!)).ToHashSet();
        // What alerts alone look at need no picture.
        Assert.Empty(Look().Select(m => m.Name).Except(asked).Except(["storeedge_uptime_seconds", "storeedge_receiver_connected", "storeedge_receiver_blind", "storeedge_outbox_dead_letters"]));
    }

    private static string[] Served(string expression)
    {
        var served = new WatchingTests().Look();
        string[] asked = [.. Name().Matches(expression).Select(m => m.Value)];
        Assert.True(asked.Length > 0 || expression.StartsWith("up{", StringComparison.Ordinal), expression);
        Assert.Empty(asked.Except(served.Select(m => m.Name)));
        var codes = served.Single(m => m.Name == "storeedge_check").Samples.Select(s => s.Of).Append("under-voltage");
        foreach (var code in Code().Matches(expression).SelectMany(m => m.Groups[1].Value.Split('|'))) Assert.Contains(code, codes);
        return asked;
    }

    private IReadOnlyList<Metric> Look()
    {
        var board = new HealthBoard(clock, NullLogger<HealthBoard>.Instance);
        return StoreMetrics.Of(new Checkup(CheckupTests.AllWell, new MachineChecks(Path.GetTempPath(), "/", () => true, _ => (12_000_000_000, 32_000_000_000)), board, clock).Examine(Tongue.English, []), new(80_000_000, 1.5));
    }

    [GeneratedRegex("storeedge_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex("code=~?\"([^\"]*)\"")]
    private static partial Regex Code();
}

using System.Text.Json;
using StoreEdge.Tests.Architecture;

namespace StoreEdge.Tests.Deploy;

/// <summary>The examples say the same as what they are examples of.</summary>
public sealed class ExamplesTests
{
    private static string Folder => Path.Combine(SourceTree.Root, "deploy/examples");

    [Fact]
    public void Every_example_is_JSON_and_holds_no_secret()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.json", SearchOption.AllDirectories))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
            Assert.DoesNotContain("\"password\"", File.ReadAllText(file), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Each_display_of_the_example_hangs_where_a_screen_of_the_example_is_placed()
    {
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "storeedge.json")));
        using var bundle = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "bundle.json")));
        // A placement that names no zone serves all that no other one names.
        var screens = bundle.RootElement.GetProperty("placements").EnumerateArray().Where(p => p.GetProperty("surface").GetString() == "screen");
        var zones = screens.SelectMany(p => p.TryGetProperty("zones", out var named) ? named.EnumerateArray().Select(z => z.GetString()) : []).ToList();
        Assert.All(configuration.RootElement.GetProperty("displays").EnumerateArray(), d => Assert.Contains(d.GetProperty("zone").GetString(), zones));
    }

    [Fact]
    public void What_the_configuration_names_is_what_installing_makes()
    {
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "storeedge.json")));
        var install = File.ReadAllText(Path.Combine(SourceTree.Root, "deploy/machine.sh"));
        foreach (var file in configuration.RootElement.GetProperty("enrolment").EnumerateObject().Select(p => p.Value.GetString()!))
        {
            Assert.StartsWith("credential:secret_", file, StringComparison.Ordinal);
            Assert.Contains("/secrets/" + file["credential:secret_".Length..], install, StringComparison.Ordinal);
        }
    }
}

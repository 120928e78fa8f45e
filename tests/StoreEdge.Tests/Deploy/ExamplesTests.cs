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
    public void The_displays_of_the_example_show_placements_of_the_example()
    {
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "storeedge.json")));
        using var bundle = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "bundle.json")));
        var placements = bundle.RootElement.GetProperty("placements").EnumerateArray().Select(p => p.GetProperty("id").GetString()).ToList();
        Assert.All(configuration.RootElement.GetProperty("displays").EnumerateArray(), d => Assert.Contains(d.GetProperty("placement").GetString(), placements));
    }

    [Fact]
    public void What_the_configuration_names_is_what_install_sh_makes()
    {
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "storeedge.json")));
        var install = File.ReadAllText(Path.Combine(SourceTree.Root, "deploy/install.sh"));
        foreach (var file in configuration.RootElement.GetProperty("enrolment").EnumerateObject().Select(p => p.Value.GetString()!))
        {
            Assert.StartsWith("credential:secret_", file, StringComparison.Ordinal);
            Assert.Contains("/secrets/" + file["credential:secret_".Length..], install, StringComparison.Ordinal);
        }
    }
}

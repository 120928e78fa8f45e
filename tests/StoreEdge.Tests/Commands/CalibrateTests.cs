using System.Text.Json.Nodes;
using StoreEdge.Agent.Commands;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Commands;

/// <summary>Calibrating from recordings, by the command itself: what it prints, what it writes, what it refuses.</summary>
public sealed class CalibrateTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-calibrate-").FullName;
    private readonly StringWriter told = new(), error = new();

    public CalibrateTests()
    {
        File.WriteAllText(Path.Combine(directory, "key"), "1:" + new string('a', 64));
        File.WriteAllText(Main, """
            { "store": { "id": "shop" }, "enrolment": { "pseudonymKeyFile": "key" },
              "receivers": [
                { "id": "street", "zone": "street", "side": "outside", "source": "unix:radio/street.sock" },
                { "id": "shop", "zone": "shop", "source": "unix:radio/shop.sock" },
                { "id": "attic", "zone": "attic", "source": "btsnoop:attic.btsnoop" } ] }
            """);
    }

    private string Main => Path.Combine(directory, "storeedge.json");

    private string Written => Path.Combine(directory, "conf.d", "50-calibration.json");

    public void Dispose()
    {
        told.Dispose();
        error.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task What_is_written_is_the_whole_list_and_the_agent_takes_it()
    {
        Assert.Equal(0, await RunAsync(["--write", Written, "--json"], outside: (-55, -85), inside: (-85, -60)));
        var json = JsonNode.Parse(told.ToString())!;
        Assert.True((bool)json["trusted"]!);
        Assert.Equal(["good", "good", "deaf"], json["receivers"]!.AsArray().Select(r => (string)r!["verdict"]!));
        Assert.Contains("systemctl restart", error.ToString(), StringComparison.Ordinal);

        var options = StoreEdge.Agent.Configuration.AgentOptionsReader.Read(StoreEdge.Agent.Configuration.ConfigurationLayers.Read(Main, new Dictionary<string, string>(), []));
        Assert.Equal(["street", "shop", "attic"], options.Receivers.Select(r => r.Place.Id.Value));
        Assert.Equal((int)json["receivers"]![0]!["enterDbm"]!, options.Receivers[0].Place.EnterDbm);
        Assert.Equal((int)json["receivers"]![1]!["exitDbm"]!, options.Receivers[1].Place.ExitDbm);
        // Untrusted: as it was. And a recording's path still means the same file.
        Assert.Equal((-80, Path.Combine(directory, "attic.btsnoop")), (options.Receivers[2].Place.EnterDbm, options.Receivers[2].Source.Path));
    }

    [Fact]
    public async Task What_is_not_to_be_trusted_is_not_written()
    {
        Assert.Equal(1, await RunAsync(["--write", Written], outside: (-62, -62), inside: (-70, -70)));
        Assert.Contains("do not trust this", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("was not written", error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Written));
    }

    [Fact]
    public async Task A_file_that_another_one_overrules_is_told_so()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Written)!);
        await File.WriteAllTextAsync(Path.Combine(directory, "conf.d", "90-local.json"), await File.ReadAllTextAsync(Main));
        await File.WriteAllTextAsync(Path.Combine(directory, "conf.d", "key"), "");
        Assert.Equal(0, await RunAsync(["--write", Written], outside: (-55, -85), inside: (-85, -60)));
        Assert.Contains("90-local.json", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--phases=inside:20s,outside:40s", "--phases")]
    [InlineData("--outside=cellar=x", "ID one of street, shop, attic")]
    [InlineData("--beacon=mine", "--beacon mine")]
    public async Task What_it_cannot_use_is_named(string argument, string answer)
    {
        Assert.Equal(2, await InvokeAsync([argument]));
        Assert.Contains(answer, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_on_another_device_is_not_called_deaf_but_said_to_be_elsewhere()
    {
        await File.WriteAllTextAsync(Main, """
            { "store": { "id": "shop" }, "enrolment": { "pseudonymKeyFile": "key" }, "satellites": { "listen": "127.0.0.1:8483" }, "espresense": { "host": "127.0.0.1" },
              "receivers": [
                { "id": "back", "zone": "back", "source": "satellite:back-room/radio" },
                { "id": "hall", "zone": "hall", "source": "espresense:hall" } ] }
            """);
        Assert.Equal(2, await InvokeAsync(["--phases=outside:10s,inside:10s"]));
        Assert.Contains("back hangs on a satellite", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("hall is an ESPresense node", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("no receiver is left to listen to", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RecordCommand.Create().Parse(["--config", Main, "--out", Path.Combine(directory, "x.btsnoop")]).InvokeAsync(new() { Output = told, Error = error }));
        Assert.Contains("no receiver is left to record", error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(string[] arguments, (int Street, int Shop) outside, (int Street, int Shop) inside) => InvokeAsync(
    [
        .. arguments, "--outside", $"street={Recording("o-street", 20, outside.Street)}", "--outside", $"shop={Recording("o-shop", 20, inside.Street)}",
        "--inside", $"street={Recording("i-street", 40, outside.Shop)}", "--inside", $"shop={Recording("i-shop", 40, inside.Shop)}",
    ]);

    private Task<int> InvokeAsync(string[] arguments)
    {
        var command = CalibrateCommand.Create();
        return command.Parse([.. arguments, "--config", Main]).InvokeAsync(new() { Output = told, Error = error });
    }

    private string Recording(string name, int seconds, int rssi)
    {
        var path = Path.Combine(directory, name + ".btsnoop");
        using var file = File.Create(path);
        var writer = new BtsnoopWriter(file);
        writer.WriteHeader();
        for (var i = 0; i < seconds * 5; i++)
            writer.Write(DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(i * 0.2), Frames.Legacy(Frames.IBeacon, $"{(byte)(sbyte)(rssi + i * 5 % 7 - 3):X2}"));
        return path;
    }
}

using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Satellites;

/// <summary>A real satellite beside a real agent: paired with the real command, with one receiver that listens on a Unix socket.</summary>
internal sealed class SatelliteProcess : IAsyncDisposable
{
    public const string Name = "annex", Receiver = "hall";
    private readonly AgentProcess store;
    private Process? process;

    private SatelliteProcess(AgentProcess store) => this.store = store;

    public string PairingFile => Path.Combine(store.Directory, "pairing.json");

    public string LogFile => Path.Combine(store.Directory, "satellite.log");

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    public string Socket => Path.Combine(store.Directory, "hall.sock");

    /// <summary>Lets satellites connect, and puts the satellite's receiver where one behind the door would hang.</summary>
    public static int Place(JsonObject configuration)
    {
        var port = Checkout.FreePort();
        configuration["satellites"] = new JsonObject { ["listen"] = $"127.0.0.1:{port}" };
        configuration["receivers"] = new JsonArray(new JsonObject { ["id"] = "back", ["zone"] = "entrance", ["source"] = $"satellite:{Name}/{Receiver}" });
        return port;
    }

    /// <summary>Pairs with the store, at the address given where that is not the store's own.</summary>
    public static async Task<SatelliteProcess> PairedAsync(AgentProcess store, IPEndPoint? at = null)
    {
        var satellite = new SatelliteProcess(store);
        await satellite.PairAsync(at);
        return satellite;
    }

    public async Task PairAsync(IPEndPoint? at = null)
    {
        File.Delete(PairingFile);
        string[] where = at is null ? [] : ["--store", at.ToString()];
        var (code, output, error) = await AgentProcess.CommandAsync(null, ["satellite", "pair", Name, "--out", PairingFile, "--config", store.ConfigurationFile, .. where]);
        Assert.True(code == 0, output + error);
        // A slip of the hand must not cost the secret that is on its way to the satellite.
        var again = await AgentProcess.CommandAsync(null, ["satellite", "pair", Name, "--out", PairingFile, "--config", store.ConfigurationFile, .. where]);
        Assert.True(again.Code == 1 && again.Error.Contains("exists already", StringComparison.Ordinal), again.Error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PairingFile));
    }

    public async Task UnpairAsync() => Assert.Equal(0, (await AgentProcess.CommandAsync(null, "satellite", "unpair", Name, "--config", store.ConfigurationFile)).Code);

    public void Start()
    {
        var file = Path.Combine(store.Directory, "satellite.json");
        File.WriteAllText(file, new JsonObject
        {
            ["satellite"] = new JsonObject { ["pairing"] = PairingFile },
            ["receivers"] = new JsonArray(new JsonObject { ["id"] = Receiver, ["source"] = $"unix:{Socket}" }),
        }.ToJsonString());
        process = Checkout.Start(Checkout.Agent, LogFile, ["satellite", "--config", file]);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}

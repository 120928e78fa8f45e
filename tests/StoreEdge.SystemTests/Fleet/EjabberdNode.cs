using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Fleet;

/// <summary>One node of an ejabberd cluster at a loopback address of its own (tests/brokers/ejabberd.sh); killed and started again at will.</summary>
/// <param name="directory">Its database and log.</param>
/// <param name="address">Where it serves MQTT and the other nodes.</param>
/// <param name="port">For MQTT.</param>
/// <param name="clusterPort">For the nodes among each other, the same for all.</param>
/// <param name="join">A running node's address; null for the first.</param>
internal sealed class EjabberdNode(string directory, string address, int port, int clusterPort, string? join) : IAsyncDisposable
{
    private Process? process;

    public static bool IsInstalled => File.Exists("/usr/sbin/ejabberdctl");

    public string Endpoint => $"{address}:{port}";

    public string Address => address;

    public int Port => port;

    private string Log => Path.Combine(directory, "start.log");

    /// <summary>Starts it and waits until it is in the cluster and listens.</summary>
    public async Task StartAsync()
    {
        Directory.CreateDirectory(directory);
        string[] arguments = [directory, $"{port}", address, $"{clusterPort}"];
        process?.Dispose();
        process = Checkout.Start(Path.Combine(Checkout.Root, "tests/brokers/ejabberd.sh"), Log, join is null ? arguments : [.. arguments, join]);
        await Eventually.Get(
            async () =>
            {
                if (process.HasExited) Assert.Fail($"ejabberd ended at once: {await File.ReadAllTextAsync(Log)}");
                using var socket = new TcpClient();
                try
                {
                    await socket.ConnectAsync(IPAddress.Parse(address), port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            yes => yes, $"ejabberd at {Endpoint} (see {Log})", TimeSpan.FromMinutes(2));
    }

    /// <summary>SIGKILL: what it held in memory is gone.</summary>
    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
    }
}

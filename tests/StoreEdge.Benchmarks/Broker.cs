using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace StoreEdge.Benchmarks;

/// <summary>A mosquitto of our own on a loopback port, with its default limits and nothing kept on disk.</summary>
internal sealed class Broker : IDisposable
{
    private readonly Process process;

    private Broker(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public static async Task<Broker> StartAsync(string directory, int? chosen = null)
    {
        var port = chosen ?? FreePort();
        var file = Path.Combine(directory, "mosquitto.conf");
        await File.WriteAllTextAsync(file, $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n");
        var broker = new Broker(Process.Start(new ProcessStartInfo("mosquitto", ["-c", file]))!, port);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var tries = 0; tries < 500; tries++)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return broker;
            }
            catch (SocketException)
            {
                await beat.WaitForNextTickAsync();
            }
        }

        broker.Dispose();
        throw new InvalidOperationException($"mosquitto did not listen on port {port}; is it installed? apt-get install mosquitto mosquitto-clients");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

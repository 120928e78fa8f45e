using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Conformance;

/// <summary>A broker that a script of <c>tests/brokers</c> becomes: the script's process is the broker's.</summary>
/// <param name="script">The script's name.</param>
/// <param name="arguments">What follows directory and port.</param>
internal sealed class ScriptedBroker(string script, params string[] arguments) : IBroker
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-broker-").FullName;
    private Process? process;

    public int Port { get; } = Checkout.FreePort();

    private string Output => Path.Combine(directory, "output");

    public async Task StartAsync()
    {
        if (process is { HasExited: false }) return;
        process?.Dispose();
        process = Checkout.Start(Path.Combine(Checkout.Root, "tests", "brokers", script), Output, [directory, $"{Port}", .. arguments]);
        // Erlang compiles nothing, but loads a thousand modules, on two shared cores.
        await Eventually.Get(ListensAsync, yes => yes, $"{script} on port {Port}", TimeSpan.FromMinutes(3));
    }

    public async Task StopAsync()
    {
        if (process is not { HasExited: false }) return;
        using var kill = Process.Start("kill", [$"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        process?.Dispose();
        // What an Erlang machine started beside itself writes a moment longer.
        await Eventually.True(TryDelete, $"{directory} to be deleted");
    }

    private bool TryDelete()
    {
        try
        {
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<bool> ListensAsync()
    {
        if (process!.HasExited) Assert.Fail($"{script} ended at once: {await File.ReadAllTextAsync(Output)}");
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

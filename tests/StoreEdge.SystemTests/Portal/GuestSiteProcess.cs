using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Portal;

/// <summary>An agent that serves guests apart, and connections to it from as many addresses of the loopback network as a test likes.</summary>
public sealed class GuestSiteProcess : IAsyncLifetime
{
    public GuestSiteProcess()
    {
        Port = Checkout.FreePort();
        Agent = new(mqttPort: null, configuration => configuration["portal"] = new JsonObject { ["listen"] = $"127.0.0.1:{Port}", ["postsPerMinute"] = 1000, ["zone"] = "entrance" });
    }

    internal AgentProcess Agent { get; }

    /// <summary>Where guests are served.</summary>
    public int Port { get; }

    public string Origin => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Memory of the agent that is its own, in MB: proc(5), RssAnon.</summary>
    public double MemoryMegabytes => double.Parse(
        File.ReadLines($"/proc/{Agent.ProcessId}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).AsSpan("RssAnon:".Length).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) / 1024;

    public Task InitializeAsync() => Agent.StartAsync();

    public async Task DisposeAsync() => await Agent.DisposeAsync();

    /// <summary>A connection from an address of 127.0.0.0/8.</summary>
    public Socket Connect(string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(IPAddress.Loopback, Port);
        return socket;
    }

    /// <summary>What comes back to one request: the head, and as much of a body as it says.</summary>
    public string Ask(string request, string from = "127.0.0.1")
    {
        using var socket = Connect(from);
        Send(socket, Encoding.Latin1.GetBytes(request));
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        while (!IsWhole(answer.ToString(), request) && Receive(socket, buffer) is > 0 and var read) answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        return answer.ToString();
    }

    /// <summary>Everything that comes back until the agent closes.</summary>
    public string AskUntilClosed(byte[] requests, string from)
    {
        using var socket = Connect(from);
        Send(socket, requests);
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        while (Receive(socket, buffer) is > 0 and var read) answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        return answer.ToString();
    }

    private static bool IsWhole(string answer, string request)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return false;
        const string Length = "\r\nContent-Length: ";
        var at = answer.IndexOf(Length, 0, end, StringComparison.OrdinalIgnoreCase);
        if (at < 0 || request.StartsWith("HEAD", StringComparison.Ordinal)) return true;
        at += Length.Length;
        return answer.Length >= end + 4 + int.Parse(answer.AsSpan(at, answer.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }

    private static void Send(Socket socket, byte[] bytes)
    {
        try
        {
            socket.Send(bytes);
        }
        catch (SocketException closed) when (IsClosed(closed))
        {
            // It had read enough; its answer may still be there.
        }
    }

    private static int Receive(Socket socket, byte[] buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException closed) when (IsClosed(closed))
        {
            return 0;
        }
    }

    private static bool IsClosed(SocketException fault) => fault.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted;
}

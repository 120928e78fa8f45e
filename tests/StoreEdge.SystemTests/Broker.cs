using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StoreEdge.SystemTests.Gate;

namespace StoreEdge.SystemTests;

/// <summary>A broker of our own on a loopback port, with its files in a directory of its own.</summary>
internal interface IBroker : IAsyncDisposable
{
    int Port { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    Task StartAsync();

    /// <summary>Ends it in order.</summary>
    Task StopAsync();

    /// <summary>Ends it without warning (SIGKILL).</summary>
    Task KillAsync();
}

/// <summary>
/// A mosquitto of our own on a loopback port, with its files in a directory of its own; stopped, restarted or killed at will. Whatever passes it on the contract's
/// topics is judged by the contract's schemas: what does not fit fails the test when the broker goes, unless the test said that it would (<see cref="ExpectBad"/>).
/// </summary>
internal sealed class Broker : IBroker
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-broker-").FullName;
    private readonly bool persistence;
    private readonly (string User, string Password)? login;
    private readonly string extra;
    private readonly NetworkNamespace? inside;
    private readonly bool judged;
    private Process? process;
    private ContractListener? listener;

    /// <param name="persistence">Whether sessions and retained messages survive <see cref="StopAsync"/> (not <see cref="KillAsync"/>, beyond the last autosave).</param>
    /// <param name="login">The only login that is let in; null lets everybody in.</param>
    /// <param name="extra">More lines for mosquitto.conf.</param>
    /// <param name="port">Chosen when null; free until <see cref="StartAsync"/>.</param>
    /// <param name="inside">The network in whose loopback it listens; null for this machine's own.</param>
    /// <param name="judged">Whether the contract's schemas judge what passes; a broker that lets the judge not in would have its test wait for it.</param>
    public Broker(bool persistence = false, (string User, string Password)? login = null, string extra = "", int? port = null, NetworkNamespace? inside = null, bool judged = true)
    {
        this.judged = judged;
        (this.persistence, this.login, this.extra, this.inside) = (persistence, login, extra, inside);
        Port = port ?? Checkout.FreePort();
    }

    public int Port { get; }

    public static string Host => "127.0.0.1";

    public string Log => Path.Combine(directory, "log");

    /// <summary>Says that messages on these topics are bad on purpose; before they are sent.</summary>
    public void ExpectBad(Func<string, bool> topic) => (listener ??= new(Port, login, inside)).Expect(topic);

    /// <summary>Has it read its access list again.</summary>
    public void Reload()
    {
        using var hangUp = Process.Start("kill", ["-HUP", process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        hangUp.WaitForExit();
    }

    public bool IsRunning => process is { HasExited: false };

    /// <summary>A running broker.</summary>
    public static async Task<Broker> StartedAsync(bool persistence = false, (string User, string Password)? login = null, string extra = "", bool judged = true)
    {
        var broker = new Broker(persistence, login, extra, judged: judged);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        if (IsRunning) return;
        var passwords = Path.Combine(directory, "passwords");
        if (login is var (user, password))
        {
            using var tool = Process.Start("mosquitto_passwd", ["-c", "-b", passwords, user, password]);
            await tool.WaitForExitAsync();
            Assert.Equal(0, tool.ExitCode);
        }

        var configuration = Path.Combine(directory, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, $"""
            listener {Port} {Host}
            allow_anonymous {(login is null ? "true" : "false")}
            {(login is null ? "" : $"password_file {passwords}")}
            persistence {(persistence ? "true" : "false")}
            persistence_location {directory}/
            max_queued_messages 0
            {extra}
            {(Environment.UserName == "root" ? "user root" : "")}

            """);
        process?.Dispose();
        process = inside is null ? Checkout.Start("mosquitto", Log, ["-v", "-c", configuration]) : inside.Start(Log, "mosquitto", "-v", "-c", configuration);
        await Eventually.Get(CanConnectAsync, yes => yes, $"mosquitto on port {Port} (see {Log})");
        // From the first message on; a broker that lets nobody in, as its test would have it, has no listener.
        if (!judged) return;
        listener ??= new(Port, login, inside);
        await Task.WhenAny(listener.Connected, Task.Delay(TimeSpan.FromSeconds(5)));
    }

    /// <summary>Stops it in order: clients are told, and with persistence everything is written.</summary>
    public async Task StopAsync()
    {
        if (process is not { HasExited: false }) return;
        using var kill = Process.Start("kill", [$"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Kills it without warning (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>What the broker wrote to its log so far.</summary>
    public string ReadLog()
    {
        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public async ValueTask DisposeAsync()
    {
        var wrong = listener is null ? [] : await listener.WrongAsync();
        if (listener is not null) await listener.DisposeAsync();
        await KillAsync();
        process?.Dispose();
        Directory.Delete(directory, recursive: true);
        Assert.True(wrong.Count == 0, $"messages that the contract does not allow:{Environment.NewLine}{string.Join(Environment.NewLine, wrong)}");
    }

    private Socket NewSocket() => inside is null ? new(SocketType.Stream, ProtocolType.Tcp) : inside.Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private async Task<bool> CanConnectAsync()
    {
        if (process!.HasExited) Assert.Fail($"mosquitto ended at once: {ReadLog()}");
        using var socket = NewSocket();
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

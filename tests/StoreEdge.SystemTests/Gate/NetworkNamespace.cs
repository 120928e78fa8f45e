using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Win32.SafeHandles;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// A network of its own inside the kernel (ip netns), with programs and sockets in it. A socket belongs to the network it was made in, whoever uses it later: so a test speaks from
/// within without a process for each word.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;

    public NetworkNamespace(string name)
    {
        Name = name;
        RunHere("ip", "netns", "add", name);
        // Nobody else is in here: an address need not be tried for a second or two before it is used.
        Set("net.ipv6.conf.default.accept_dad", "0");
        Run("ip", "link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>What stands before a program and its arguments so that it runs in here; it keeps the process id.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", Name];

    /// <summary>Runs a program in here to its end.</summary>
    /// <returns>What it wrote.</returns>
    public string Run(params string[] command) => RunHere([.. Prefix, .. command]);

    /// <summary>As <see cref="Run"/>, whatever becomes of it.</summary>
    public (int Code, string Output) Try(params string[] command) => TryHere([.. Prefix, .. command]);

    /// <summary>Writes a kernel setting of this network, such as <c>net.ipv4.ip_forward</c>.</summary>
    public void Set(string sysctl, string value) => Run("sysctl", "-qw", $"{sysctl}={value}");

    /// <summary>Starts a program that goes on in here, with its output kept in a file.</summary>
    public Process Start(string outputFile, params string[] command) => Checkout.Start("/usr/bin/env", outputFile, [.. Prefix, .. command]);

    /// <summary>Makes something, such as a socket, on a thread that is in this network and ends afterwards.</summary>
    public T Inside<T>(Func<T> make)
    {
        T? made = default;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var place = File.OpenHandle($"/var/run/netns/{Name}");
                if (setns(place, NewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
                made = make();
            }
            catch (Exception wrong)
            {
                fault = wrong;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null ? made! : throw new InvalidOperationException($"in {Name}: {fault.Message}", fault);
    }

    /// <summary>A socket of this network.</summary>
    public Socket Socket(AddressFamily family, SocketType type, ProtocolType protocol) => Inside(() => new Socket(family, type, protocol));

    /// <summary>A listener for TCP in here; at <see cref="IPAddress.IPv6Any"/> for IPv4 too.</summary>
    public Socket Listen(IPAddress address, int port)
    {
        var listener = Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.Equals(IPAddress.IPv6Any)) listener.DualMode = true;
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(512);
        return listener;
    }

    /// <summary>Connects over TCP from in here.</summary>
    public async Task<Socket> ConnectAsync(IPEndPoint to, CancellationToken stop = default)
    {
        var socket = Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(to, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects an MQTT client in here: its network thread stays in the network that it was started in.</summary>
    public Task<MqttSession> StartAsync(MosquittoClient client, CancellationToken stop = default) => Inside(() => client.ConnectAsync(stop));

    /// <summary>A client for HTTP whose connections come from in here; follows no redirect.</summary>
    /// <param name="resolve">What a name means; null where only addresses are asked for.</param>
    /// <param name="authority">The file of the one authority that it trusts; null for this machine's.</param>
    public HttpClient Http(Func<string, CancellationToken, Task<IPAddress>>? resolve = null, string? authority = null) => new(new SocketsHttpHandler
    {
        SslOptions = authority is null ? new() : new()
        {
            CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(authority) }, RevocationMode = X509RevocationMode.NoCheck },
        },
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = async (context, stop) =>
        {
            var host = context.DnsEndPoint.Host.Trim('[', ']');
            var address = IPAddress.TryParse(host, out var written) ? written : await (resolve ?? throw new InvalidOperationException($"nobody here knows {host}"))(host, stop);
            return new NetworkStream(await ConnectAsync(new(address, context.DnsEndPoint.Port), stop), ownsSocket: true);
        },
    })
    { Timeout = TimeSpan.FromSeconds(30) };

    public void Dispose() => TryHere("ip", "netns", "del", Name);

    internal static string RunHere(params string[] command)
    {
        var (code, output) = TryHere(command);
        Assert.True(code == 0, $"{string.Join(' ', command)} ended with {code}: {output}");
        return output;
    }

    internal static (int Code, string Output) TryHere(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeFileHandle fd, int nstype);
}

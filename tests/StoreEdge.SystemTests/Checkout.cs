using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace StoreEdge.SystemTests;

/// <summary>Where the programs under test lie, and ports nobody else has.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    /// <summary>The agent as it was built beside these tests.</summary>
    public static string Agent => Built("StoreEdge.Agent", "storeedge");

    /// <summary>The simulator as it was built beside these tests.</summary>
    public static string Simulator => Built("StoreEdge.Simulator", "storeedge-sim");

    /// <summary>The benchmarks, which also serve as a writer that can be killed.</summary>
    public static string Benchmarks => Built("StoreEdge.Benchmarks", "StoreEdge.Benchmarks", "tests");

    /// <summary>Whether the slow tiers were asked for.</summary>
    public static bool EverythingWasAskedFor => Environment.GetEnvironmentVariable("STOREEDGE_TEST_TIER") == "all";

    // Below the ports that the kernel lends to outgoing connections (32768 and up): one of those could take the port of an agent while it is down, or even connect to itself there.
    // Two runs beside each other are told apart by where they begin (tests/run.sh), others by their process ids.
    private static int lastPort = int.TryParse(Environment.GetEnvironmentVariable("STOREEDGE_TEST_PORTS"), out var first) ? first : 15_000 + Environment.ProcessId % 100 * 150;

    /// <summary>A loopback port that was free a moment ago; never the same twice.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Interlocked.Increment(ref lastPort));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one, then.
            }
        }
    }

    /// <summary>Starts a program with its output kept in a file.</summary>
    public static Process Start(string program, string outputFile, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        // The shell only redirects, then becomes the program: the process id is the program's own, so kill -9 hits it.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" >>\"$out\" 2>&1", "sh", outputFile, program, .. arguments]) { UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string Built(string project, string program, string under = "src")
    {
        var configuration = typeof(Checkout).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return Path.Combine(Root, under, project, "bin", configuration, "net10.0", program);
    }

    private static string Find()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "StoreEdge.sln"))) return at;
        throw new InvalidOperationException($"no StoreEdge.sln above {AppContext.BaseDirectory}: run the tests from a checkout");
    }
}

using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing;

/// <summary>A receiver that knows one beacon (that of <see cref="Frames.IBeacon"/>), in a directory of its own for sockets and recordings.</summary>
internal sealed class Ear : IDisposable
{
    public const string KnownText = "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2";
    private static readonly BeaconId Known = BeaconId.TryParse(KnownText, out var known) ? known : default;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<Sighting> sightings = Channel.CreateBounded<Sighting>(1024);

    public Ear()
    {
        Health = new(Clock, NullLogger<HealthBoard>.Instance);
        Receiver = new(ReceiverPlace.Uncalibrated(new("door"), new("entrance"), ReceiverSide.Inside), Lookup, sightings.Writer);
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("storeedge-ear-").FullName;

    public ManualClock Clock { get; } = new();

    public HealthBoard Health { get; }

    public Receiver Receiver { get; }

    public ChannelReader<Sighting> Sightings => sightings.Reader;

    public string Socket => Path.Combine(Directory, "ear.sock");

    public static bool Lookup(in Heard heard, out BeaconOwner owner)
    {
        owner = new(new("k1-somebody"), BeaconRole.Customer, Assurance.Low, null);
        return heard.Beacon == Known;
    }

    /// <summary>A btsnoop stream of these packets, a tenth of a second apart.</summary>
    public static byte[] Stream(params byte[][] packets)
    {
        using var stream = new MemoryStream();
        var writer = new BtsnoopWriter(stream);
        writer.WriteHeader();
        for (var i = 0; i < packets.Length; i++) writer.Write(DateTimeOffset.UnixEpoch.AddYears(50).AddSeconds(i * 0.1), packets[i]);
        return stream.ToArray();
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        return socket;
    }

    /// <summary>Looks until it is so; what another thread does next cannot be awaited otherwise.</summary>
    public static async Task UntilAsync(Func<bool> so, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!so())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"never came: {what}");
            await Task.Yield();
        }
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

using System.Buffers.Binary;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Store;

/// <summary>One customer with a tag, at the wire: a peer of the agent's receiver sockets that streams btsnoop records of LE advertising reports, ten a second.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    /// <summary>The tag's identity, as <see cref="AgentProcess.EnrolFromFile"/> enrols it.</summary>
    public const string Beacon = "ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e/7/42";

    private readonly CancellationTokenSource over = new();
    private readonly Task walking;
    private readonly Socket socket;
    private volatile byte level;

    private Visitor(Socket socket, byte rssi)
    {
        this.socket = socket;
        level = rssi;
        walking = WalkAsync();
    }

    /// <summary>Stands by the receiver behind the door.</summary>
    public static async Task<Visitor> ComesInAsync(AgentProcess agent, string receiver = "door-in", sbyte rssi = -55) => new(await ReachAsync(agent, receiver), (byte)rssi);

    /// <summary>Stands by whatever receiver listens on a socket.</summary>
    public static async Task<Visitor> ComesInAsync(string socket, sbyte rssi = -55) => new(await ReachAsync(socket), (byte)rssi);

    internal static Task<Socket> ReachAsync(AgentProcess agent, string receiver) => ReachAsync(Path.Combine(agent.Sockets, receiver + ".sock"));

    /// <summary>Connects to a receiver's socket as soon as somebody listens: its file is there a moment earlier, or still there from an agent that was killed.</summary>
    internal static async Task<Socket> ReachAsync(string path)
    {
        Socket? reached = null;
        await Eventually.Get(
            async () =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
                    reached = socket;
                    return "reached";
                }
                catch (SocketException away)
                {
                    socket.Dispose();
                    return away.Message;
                }
            },
            _ => reached is not null, $"a listener at {path}");
        return reached!;
    }

    /// <summary>Is heard at this level from now on.</summary>
    public void Move(sbyte rssi) => level = (byte)rssi;

    /// <summary>Sends nothing any more; the receiver's connection stays.</summary>
    public void FallSilent() => over.Cancel();

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await walking;
        socket.Dispose();
        over.Dispose();
    }

    /// <summary>LE Advertising Report (Core 5.4, vol 4 part E, 7.7.65.2) with one iBeacon, as an H4 event packet in a btsnoop record.</summary>
    internal static byte[] Record(byte rssi)
    {
        byte[] payload =
        [
            2, 0x01, 0x06, 26, 0xFF, 0x4C, 0x00, 0x02, 0x15,
            0xF7, 0x82, 0x6D, 0xA6, 0x4F, 0xA2, 0x4E, 0x98, 0x80, 0x24, 0xBC, 0x5B, 0x71, 0xE0, 0x89, 0x3E, 0x00, 0x07, 0x00, 0x2A, 0xC5,
        ];
        byte[] packet = [0x04, 0x3E, (byte)(12 + payload.Length), 0x02, 1, 0x03, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0xC6, (byte)payload.Length, .. payload, rssi];
        var record = new byte[24 + packet.Length];
        BinaryPrimitives.WriteInt32BigEndian(record, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(4), packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(8), 3);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(16), 0x00E03AB44A676000);
        packet.CopyTo(record, 24);
        return record;
    }

    /// <summary>File header: magic, version 1, datalink 1002 (H4).</summary>
    internal static byte[] Header() => [.. "btsnoop\0"u8, 0, 0, 0, 1, 0, 0, 0x03, 0xEA];

    private async Task WalkAsync()
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            await socket.SendAsync(Header(), over.Token);
            do await socket.SendAsync(Record(level), over.Token);
            while (await beat.WaitForNextTickAsync(over.Token));
        }
        catch (OperationCanceledException)
        {
            // Out of the door.
        }
        catch (SocketException)
        {
            // The agent was killed; the visitor is still there but nobody listens.
        }
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StoreEdge.SystemTests.Gate;

/// <summary>A phone on the guest network.</summary>
/// <param name="network">The network that is its inside.</param>
/// <param name="number">Which it is, from 0.</param>
/// <param name="mac">Its hardware address; null for one with its number.</param>
internal sealed class GuestPhone(NetworkNamespace network, int number, string? mac = null)
{
    /// <summary>Its radio.</summary>
    public const string Interface = "wlan0";

    public NetworkNamespace Network => network;

    public string Mac { get; } = mac ?? string.Create(CultureInfo.InvariantCulture, $"02:5e:00:00:00:{number + 0x10:x2}");

    public IPAddress Address { get; } = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"192.168.50.{number + 10}"));

    public IPAddress Address6 { get; } = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"2001:db8:50::{number + 16:x}"));

    /// <summary>Gives it its addresses and its way out.</summary>
    /// <param name="joined">Whether of IPv4 too.</param>
    internal void SetUp(bool joined = true)
    {
        network.Run("ip", "link", "set", Interface, "address", Mac);
        network.Run("ip", "link", "set", Interface, "up");
        network.Run("ip", "-6", "addr", "add", $"{Address6}/64", "dev", Interface, "nodad");
        network.Run("ip", "-6", "route", "add", "default", "via", $"{GuestNetwork.GatewayAddress6}");
        if (!joined) return;
        network.Run("ip", "addr", "add", $"{Address}/24", "dev", Interface);
        network.Run("ip", "route", "add", "default", "via", $"{GuestNetwork.GatewayAddress}");
    }

    /// <summary>Its browser: no redirect is followed, names are asked of the gateway.</summary>
    /// <param name="ipv6">Whether it goes by IPv6.</param>
    /// <param name="authority">The file of the one authority that it trusts; null for this machine's.</param>
    public HttpClient Browser(bool ipv6 = false, string? authority = null) => network.Http(
        async (name, stop) =>
        {
            // A resolver asks again too, where an answer does not come.
            for (var asked = 0; asked < 3; asked++)
                if (await AskAsync(name, type: (ushort)(ipv6 ? 28 : 1), stop: stop) is [var first, ..]) return first;
            throw new SocketException((int)SocketError.HostNotFound);
        }, authority);

    /// <summary>Sends an echo request and says whether it was answered.</summary>
    public bool Pings(IPAddress whom) => network.Try("ping", "-c", "1", "-W", "1", $"{whom}").Code == 0;

    /// <summary>How an attempt to connect ends: <c>open</c>, or the socket's error such as <c>ConnectionRefused</c> or <c>TimedOut</c> (nobody answered within the patience).</summary>
    public async Task<string> ConnectAsync(IPAddress whom, int port, TimeSpan? patience = null)
    {
        // A first packet may be lost while neighbours find each other; TCP asks again after a second.
        using var limit = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(5));
        try
        {
            using var socket = await network.ConnectAsync(new(whom, port), limit.Token);
            return "open";
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode.ToString();
        }
        catch (OperationCanceledException)
        {
            return nameof(SocketError.TimedOut);
        }
    }

    /// <summary>How long until a connection to somewhere succeeds, tried again and again.</summary>
    public async Task<TimeSpan> UntilOpenAsync(IPAddress whom, int port, TimeSpan limit)
    {
        var start = Stopwatch.GetTimestamp();
        while (await ConnectAsync(whom, port, TimeSpan.FromMilliseconds(250)) is var how and not "open")
            if (Stopwatch.GetElapsedTime(start) > limit) Assert.Fail($"{whom}:{port} stayed closed for {limit.TotalSeconds:0} s: {how}");
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Asks a name server.</summary>
    /// <param name="name">Of whom.</param>
    /// <param name="server">Whom to ask; null for the gateway.</param>
    /// <param name="type">1 for A, 28 for AAAA.</param>
    /// <param name="port">Of the server.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The addresses; none where there is no answer within a second.</returns>
    public async Task<IReadOnlyList<IPAddress>> AskAsync(string name, IPAddress? server = null, ushort type = 1, int port = 53, CancellationToken stop = default)
    {
        server ??= GuestNetwork.GatewayAddress;
        using var socket = network.Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(server, port, limit.Token);
            await socket.SendAsync(Query(name, type), limit.Token);
            var answer = new byte[1500];
            var length = await socket.ReceiveAsync(answer, limit.Token);
            return Addresses(answer.AsSpan(0, length), type);
        }
        catch (Exception nothing) when (nothing is OperationCanceledException or SocketException)
        {
            return [];
        }
    }

    /// <summary>A question of RFC 1035, §4.1.</summary>
    internal static byte[] Query(string name, ushort type)
    {
        List<byte> query = [0x5e, 0x5e, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (var label in name.Split('.'))
        {
            query.Add((byte)label.Length);
            query.AddRange(Encoding.ASCII.GetBytes(label));
        }

        query.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        return [.. query];
    }

    private static List<IPAddress> Addresses(ReadOnlySpan<byte> answer, ushort type)
    {
        var addresses = new List<IPAddress>();
        var count = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        var at = 12;
        SkipName(answer, ref at);
        at += 4;
        for (var i = 0; i < count; i++)
        {
            SkipName(answer, ref at);
            var (kind, length) = (BinaryPrimitives.ReadUInt16BigEndian(answer[at..]), BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 8)..]));
            if (kind == type) addresses.Add(new(answer.Slice(at + 10, length)));
            at += 10 + length;
        }

        return addresses;
    }

    private static void SkipName(ReadOnlySpan<byte> answer, ref int at)
    {
        while (answer[at] is not 0 and < 0xC0) at += answer[at] + 1;
        at += answer[at] == 0 ? 1 : 2;
    }
}

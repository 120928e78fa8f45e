using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Core;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>A time server that can be asked once (SNTP, RFC 4330): how far this machine's clock is from it. Sets nothing.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1–65,535; 123 by custom.</param>
internal sealed record TimeServer(string Host, int Port = TimeServer.StandardPort)
{
    /// <summary>NTP's.</summary>
    public const int StandardPort = 123;

    private const int PacketBytes = 48, ReceiveAt = 32, TransmitAt = 40;

    /// <summary>No leap warning, version 4, mode 3 (client).</summary>
    private const byte Request = 0b00_100_011;

    /// <summary>Mode 4 is a server's answer; the leap bits 3 say that it does not know the time itself.</summary>
    private const int ServerMode = 4, Unsynchronized = 3;

    /// <summary>A server that does not answer within this is not there: the longest way round the earth takes a third of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>NTP counts seconds from here, in 32 bits: the second era begins in 2036.</summary>
    private static readonly DateTimeOffset FirstEra = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero), SecondEra = new(2036, 2, 7, 6, 28, 16, TimeSpan.Zero);

    /// <summary>Asks it.</summary>
    /// <returns>By how much this machine's clock is ahead (or behind, below zero); null where no usable answer came.</returns>
    public async Task<TimeSpan?> AskAsync(TimeProvider time, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            var address = (await Dns.GetHostAddressesAsync(Host, both.Token).ConfigureAwait(false))[0];
            using var socket = new UdpClient(address.AddressFamily);
            await socket.Client.ConnectAsync(address, Port, both.Token).ConfigureAwait(false);
            var question = new byte[PacketBytes];
            question[0] = Request;
            // The server gives this back; nobody else can know it.
            var nonce = System.Security.Cryptography.RandomNumberGenerator.GetBytes(8);
            nonce.CopyTo(question, TransmitAt);
            var (since, sent) = (Instant.Now(time), time.GetUtcNow());
            await socket.SendAsync(question, both.Token).ConfigureAwait(false);
            while (true)
            {
                var answer = (await socket.ReceiveAsync(both.Token).ConfigureAwait(false)).Buffer;
                if (answer.Length < PacketBytes || !answer.AsSpan(24, 8).SequenceEqual(nonce)) continue;
                // Stratum 0 is a refusal ("kiss of death").
                if ((answer[0] & 7) != ServerMode || answer[0] >> 6 == Unsynchronized || answer[1] == 0) return null;
                // Half of the way there and half of the way back, as if they were equally long.
                var halfway = sent + (Instant.Now(time) - since) / 2;
                return halfway - (ReadTime(answer, ReceiveAt) + (ReadTime(answer, TransmitAt) - ReadTime(answer, ReceiveAt)) / 2);
            }
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    public override string ToString() => Port == StandardPort ? Host : $"{Host}:{Port}";

    private static DateTimeOffset ReadTime(byte[] packet, int at)
    {
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(at));
        var fraction = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(at + 4)) / 4_294_967_296.0;
        // The top bit tells the eras apart until 2104.
        return (seconds >= 0x8000_0000 ? FirstEra : SecondEra).AddSeconds(seconds + fraction);
    }
}

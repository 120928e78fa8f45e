using System.Buffers.Binary;
using System.Security.Cryptography;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Sensing;

/// <summary>Whether and how passing devices are counted.</summary>
internal sealed record FootfallOptions
{
    /// <summary>Off unless the tenant wants it.</summary>
    public bool Enabled { get; init; }

    /// <summary>Each count's length. Private addresses are usually kept for 15 minutes: a longer interval counts every such phone twice.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>The count of one interval, and which.</summary>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended.</param>
/// <param name="Count">The count.</param>
internal sealed record FootfallInterval(DateTimeOffset From, DateTimeOffset To, FootfallCount Count);

/// <summary>
/// Counts the devices that come past the receivers inside, strangers among them, without keeping who they are. What stands for a device is its address under a salt that
/// exists in memory alone and is thrown away with everything else at the end of each interval: what remains is a number, or the word that there is none.
/// </summary>
internal sealed class FootfallLoop(FootfallOptions options, TimeProvider time, Func<FootfallInterval, CancellationToken, Task> tell)
{
    // A shorter rest, as after a start just before the quarter of an hour, is counted with the next one.
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly byte[] salt = new byte[32];
    private Footfall? current;
    private Instant since;
    private volatile FootfallInterval? last;

    /// <summary>The last interval that is over; null before the first.</summary>
    public FootfallInterval? Last => last;

    /// <summary>Takes a device that a receiver heard. Staff and what belongs to the building does not count, nor who is too far away to be inside.</summary>
    public void Take(ReceiverPlace place, in Heard heard, bool isEnrolled, in BeaconOwner owner, sbyte? rssi)
    {
        const byte anonymous = 0xFF, random = 1;
        if (place.Side != ReceiverSide.Inside || rssi is not { } level || level < place.EnterDbm || heard.AddressType == anonymous) return;
        if (isEnrolled && owner.Role != BeaconRole.Customer) return;
        // The two highest bits of a random address: 11 is kept until the device is switched on anew, all others it changes (Core Specification, volume 6, part B, 1.3.2).
        var isPrivate = heard.AddressType == random && heard.Address.Bits >> 46 != 3;
        Span<byte> address = stackalloc byte[8];
        Span<byte> token = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64BigEndian(address, heard.Address.Bits | (ulong)heard.AddressType << 48);
        lock (gate)
        {
            if (current is null || heard.At < since) return;
            HMACSHA256.HashData(salt, address, token);
            current.Take(BinaryPrimitives.ReadUInt64LittleEndian(token), isPrivate, heard.At - since);
        }
    }

    /// <summary>Counts until stopped. What is not over then is thrown away.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var length = Rest(time.GetUtcNow());
                Begin(length);
                await Task.Delay(length, time, stop);
                // A clock that was set meanwhile moves the interval, it does not stretch it.
                var to = time.GetUtcNow();
                last = new(to - length, to, End());
                await tell(last, stop);
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>To the next whole interval of the day, so that every store's fit together.</summary>
    private TimeSpan Rest(DateTimeOffset now)
    {
        var rest = options.Interval - TimeSpan.FromTicks(now.UtcTicks % options.Interval.Ticks);
        return rest < Shortest ? rest + options.Interval : rest;
    }

    private void Begin(TimeSpan length)
    {
        lock (gate)
        {
            RandomNumberGenerator.Fill(salt);
            since = Instant.Now(time);
            current = new(length);
        }
    }

    private FootfallCount End()
    {
        lock (gate)
        {
            var count = current?.Conclude() ?? default;
            current = null;
            CryptographicOperations.ZeroMemory(salt);
            return count;
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// Tokens in the acceptance form: they prove that this process showed this wording to this phone a short while ago, and each is good once. Issuing one
/// keeps nothing; only used ones are remembered, until they expire.
/// </summary>
/// <remarks>
/// 8 bytes of issue time, 12 random bytes, HMAC-SHA-256 over both, the phone, its address and the wording, as base64url. The key is drawn at start and
/// never stored, so a token dies with the process, and with the boot.
/// </remarks>
internal sealed class AcceptTokens(TimeSpan lifetime, TimeProvider time, int maxUsed = AcceptTokens.DefaultMaxUsed)
{
    /// <summary>About 8 MB of used tokens: 109 acceptances a second for ten minutes before any is forgotten early.</summary>
    public const int DefaultMaxUsed = 65_536;

    private const int StampSize = 8, NonceSize = 12, HeadSize = StampSize + NonceSize, Size = HeadSize + HMACSHA256.HashSizeInBytes;
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);
    private readonly Lock gate = new();
    private readonly HashSet<UInt128> used = [];
    private readonly Queue<(UInt128 Token, Instant Issued)> usedInOrder = [];
    private Instant? floor;

    /// <summary>A fresh token.</summary>
    /// <param name="caller">Who is being shown it. A phone that is not known is matched only by one that is equally unknown.</param>
    /// <param name="wording">What the phone is being shown.</param>
    public string Issue(Caller caller, string wording)
    {
        Span<byte> token = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(token, Instant.Now(time).Nanoseconds);
        RandomNumberGenerator.Fill(token.Slice(StampSize, NonceSize));
        Sign(token[..HeadSize], caller, wording, token[HeadSize..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Uses a token up.</summary>
    /// <returns>Whether it was ours, for this phone, address and wording, young enough and unused.</returns>
    public bool TryUse(string text, Caller caller, string wording)
    {
        Span<byte> token = stackalloc byte[Size + 3];
        // The Try… of the same name throws where there is a character that is none of its alphabet.
        if (text.Length != Base64Url.GetEncodedLength(Size) || Base64Url.DecodeFromChars(text, token, out _, out var written) != OperationStatus.Done || written != Size) return false;
        token = token[..Size];
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(token[..HeadSize], caller, wording, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, token[HeadSize..])) return false;
        var issued = new Instant(BinaryPrimitives.ReadInt64BigEndian(token));
        var now = Instant.Now(time);
        if (now - issued > lifetime) return false;
        // 16 of the random and stamp bytes name it: the low stamp bytes and all of the nonce.
        var name = BinaryPrimitives.ReadUInt128BigEndian(token.Slice(HeadSize - 16, 16));
        lock (gate)
        {
            if (issued <= floor || !used.Add(name)) return false;
            usedInOrder.Enqueue((name, issued));
            while (usedInOrder.TryPeek(out var first) && (now - first.Issued > lifetime || usedInOrder.Count > maxUsed))
            {
                usedInOrder.Dequeue();
                used.Remove(first.Token);
                // One that is forgotten before its time must not work again, so everything as old goes with it: a fresh page is one tap away.
                if (now - first.Issued <= lifetime && !(first.Issued <= floor)) floor = first.Issued;
            }

            return true;
        }
    }

    private void Sign(ReadOnlySpan<byte> head, Caller caller, string wording, Span<byte> mac)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(head);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{wording}\0{caller.Address}\0{(caller.Device is { } known ? "d" + known.Value : "")}"));
        hmac.GetHashAndReset(mac);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace StoreEdge.Core.Identity;

/// <summary>
/// The arithmetic of Eddystone-EID (google/eddystone, eddystone-eid/eid-computation.md): a beacon counts seconds, and in each window of 2^K of them it sends the first
/// eight bytes of an AES of that window under a key that it shares with the registry. Not for use by several threads.
/// </summary>
public sealed class EphemeralId : IDisposable
{
    /// <summary>The largest rotation exponent K: windows of 32,768 s.</summary>
    public const int LargestExponent = 15;

    private readonly Aes aes = Aes.Create();

    /// <summary>The ids of consecutive windows, as big-endian numbers.</summary>
    /// <param name="identityKey">The 16 bytes that beacon and registry share.</param>
    /// <param name="exponent">K, 0–15: a window lasts 2^K seconds.</param>
    /// <param name="first">The first window: the beacon's counter divided by 2^K.</param>
    /// <param name="ids">Where the ids go, one for each window.</param>
    public void Compute(ReadOnlySpan<byte> identityKey, int exponent, uint first, Span<ulong> ids)
    {
        Span<byte> block = stackalloc byte[16];
        Span<byte> key = stackalloc byte[16];
        var epoch = -1;
        for (var i = 0; i < ids.Length; i++)
        {
            var counter = first + (uint)i << exponent;
            // The key in between changes every 65,536 s: windows side by side mostly share it.
            if (epoch != (int)(counter >> 16))
            {
                epoch = (int)(counter >> 16);
                block.Clear();
                block[11] = 0xFF;
                BinaryPrimitives.WriteUInt16BigEndian(block[14..], (ushort)epoch);
                aes.SetKey(identityKey);
                aes.EncryptEcb(block, key, PaddingMode.None);
                aes.SetKey(key);
            }

            block.Clear();
            block[11] = (byte)exponent;
            BinaryPrimitives.WriteUInt32BigEndian(block[12..], counter);
            aes.EncryptEcb(block, block, PaddingMode.None);
            ids[i] = BinaryPrimitives.ReadUInt64BigEndian(block);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => aes.Dispose();
}

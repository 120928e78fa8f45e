using System.Buffers.Binary;
using System.Security.Cryptography;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>
/// Resolvable private addresses (Core Specification, volume 6, part B, 1.3.2.2): 24 random bits whose two uppermost are 01, and their 24-bit hash under the identity resolving
/// key of the device. Any stranger's address fits any key once in 2^24 times: that is why only a few hundred devices may be known in this way.
/// </summary>
public static class ResolvableAddress
{
    /// <summary>How many devices may be known by their key where the configuration says nothing: 300 make one false match in 112 hours at 500 unknown addresses an hour.</summary>
    public const int DefaultMost = 300;

    private const int HashBits = 24;
    private const byte RandomAddress = 1;

    /// <summary>Whether an address is of this kind.</summary>
    public static bool Is(DeviceAddress address, byte addressType) => addressType == RandomAddress && address.Bits >> 46 == 0b01;

    /// <summary>How many strangers an hour are taken for an enrolled device.</summary>
    /// <param name="devices">Enrolled keys.</param>
    /// <param name="unknownPerHour">Different addresses an hour that belong to none of them.</param>
    public static double FalseMatchesPerHour(int devices, double unknownPerHour) => devices * unknownPerHour / (1 << HashBits);

    /// <summary>The random address hash function <c>ah</c> (volume 3, part H, 2.2.2): the lowest 24 bits of the AES of the random part.</summary>
    /// <param name="identityResolvingKey">16 bytes, most significant first, as the specification writes them.</param>
    /// <param name="random">The address's upper 24 bits.</param>
    public static uint Hash(ReadOnlySpan<byte> identityResolvingKey, uint random)
    {
        using var aes = Aes.Create();
        aes.SetKey(identityResolvingKey);
        Span<byte> block = stackalloc byte[16];
        block.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(block[12..], random);
        aes.EncryptEcb(block, block, PaddingMode.None);
        return BinaryPrimitives.ReadUInt32BigEndian(block[12..]) & 0xFFFFFF;
    }
}

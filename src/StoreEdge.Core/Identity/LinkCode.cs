using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Identity;

/// <summary>
/// A code that the tenant's app puts into the address of the portal so that a customer need not type who they are. Central makes it for a customer whom the app has logged in; the store opens it
/// with the tenant's key. To everybody else it is noise: it can be neither made nor changed nor read, and says nothing of the customer on the way. It is good for one store and some minutes; that it
/// is used once is its taker's business.
/// </summary>
/// <remarks>
/// <c>KEYID.</c> and, as base64url, 12 random bytes, the encrypted 8 bytes of the end (Unix seconds, big-endian) and the UTF-8 of <see cref="PseudonymKey.OfLogin"/>, and 16 bytes of tag:
/// AES-256-GCM under HMAC-SHA-256(key, "link-key\0"), with the store's id as associated data.
/// </remarks>
public static class LinkCode
{
    /// <summary>No code is good for longer: one that somebody finds in a history or overhears is soon worth nothing.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>No code is longer than this.</summary>
    public const int MostCharacters = 160;

    private const int NonceSize = 12, TagSize = 16, EndSize = 8;

    /// <summary>Makes one, as central does.</summary>
    /// <param name="key">The tenant's key.</param>
    /// <param name="store">For which store.</param>
    /// <param name="login">What the customer would type.</param>
    /// <param name="ends">Until when.</param>
    /// <param name="nonce">12 random bytes, never the same twice under one key.</param>
    public static string Make(PseudonymKey key, string store, string login, DateTimeOffset ends, ReadOnlySpan<byte> nonce)
    {
        ArgumentNullException.ThrowIfNull(key);
        var name = Encoding.UTF8.GetBytes(key.OfLogin(login));
        var plain = new byte[EndSize + name.Length];
        BinaryPrimitives.WriteInt64BigEndian(plain, ends.ToUnixTimeSeconds());
        name.CopyTo(plain, EndSize);
        var sealedBytes = new byte[NonceSize + plain.Length + TagSize];
        nonce[..NonceSize].CopyTo(sealedBytes);
        using var cipher = new AesGcm(key.LinkKey(), TagSize);
        cipher.Encrypt(nonce[..NonceSize], plain, sealedBytes.AsSpan(NonceSize, plain.Length), sealedBytes.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(store));
        return string.Create(CultureInfo.InvariantCulture, $"{key.KeyId}.{Base64Url.EncodeToString(sealedBytes)}");
    }

    /// <summary>Opens one.</summary>
    /// <param name="keys">The keys that the store holds.</param>
    /// <param name="store">This store.</param>
    /// <param name="code">As it came.</param>
    /// <param name="now">The time, which must be known for certain.</param>
    /// <param name="login">The look-up key of the customer's login.</param>
    /// <returns>Whether it was made with a key of the tenant's for this store, and is good now.</returns>
    public static bool TryOpen(PseudonymKeys keys, string store, string code, DateTimeOffset now, out string login)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(code);
        login = "";
        var dot = code.IndexOf('.', StringComparison.Ordinal);
        if (code.Length > MostCharacters || dot < 1 || !int.TryParse(code.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var keyId)) return false;
        var bytes = new byte[MostCharacters];
        // The Try… of the same name throws where there is a character that is none of its alphabet.
        if (Base64Url.DecodeFromChars(code.AsSpan(dot + 1), bytes, out _, out var length) != OperationStatus.Done || length <= NonceSize + EndSize + TagSize) return false;
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].KeyId != keyId) continue;
            var plain = new byte[length - NonceSize - TagSize];
            try
            {
                using var cipher = new AesGcm(keys[i].LinkKey(), TagSize);
                cipher.Decrypt(bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize, plain.Length), bytes.AsSpan(length - TagSize, TagSize), plain, Encoding.UTF8.GetBytes(store));
            }
            catch (CryptographicException)
            {
                return false;
            }

            var left = BinaryPrimitives.ReadInt64BigEndian(plain) - now.ToUnixTimeSeconds();
            if (left <= 0 || left > (long)Longest.TotalSeconds) return false;
            login = Encoding.UTF8.GetString(plain.AsSpan(EndSize));
            return true;
        }

        return false;
    }
}

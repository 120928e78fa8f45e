using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Identity;

/// <summary>
/// The tenant's secret under which customer references become <see cref="Pseudonym"/>s. The central journey service holds the same key, so both sides
/// name a customer alike without the reference ever travelling. Replacing the key (with a new <see cref="KeyId"/>) makes all earlier pseudonyms unlinkable.
/// </summary>
public sealed class PseudonymKey
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";
    private readonly byte[] secret;

    /// <summary>Takes the key.</summary>
    /// <param name="keyId">Which generation of the key this is, 1–9999; it shows in the pseudonym.</param>
    /// <param name="secret">At least 32 random bytes.</param>
    /// <exception cref="ArgumentException">The secret is shorter than 32 bytes or the id is out of range.</exception>
    public PseudonymKey(int keyId, ReadOnlySpan<byte> secret)
    {
        if (keyId is < 1 or > 9999) throw new ArgumentException("the key id must be 1–9999", nameof(keyId));
        if (secret.Length < 32) throw new ArgumentException($"the pseudonym key has {secret.Length} bytes; at least 32 are needed", nameof(secret));
        KeyId = keyId;
        this.secret = secret.ToArray();
    }

    /// <summary>What <see cref="Parse"/> accepts, for error messages.</summary>
    public const string Allowed = "KEYID:HEX, such as 1:9f86d0…: the generation 1–9999, a colon, and at least 64 hexadecimal digits";

    /// <summary>Reads the text of a key file; white space around it does not matter.</summary>
    /// <exception cref="FormatException">It is not <see cref="Allowed"/>; the message does not repeat what stands there.</exception>
    public static PseudonymKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().Split(':');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var keyId) || keyId is < 1 or > 9999
            || parts[1].Length < 64 || parts[1].Length % 2 != 0 || !parts[1].All(char.IsAsciiHexDigit))
            throw new FormatException($"the pseudonym key must be written {Allowed}");
        return new(keyId, Convert.FromHexString(parts[1]));
    }

    /// <summary>Which generation of the key this is.</summary>
    public int KeyId { get; }

    /// <summary>The pseudonym of a customer reference (the tenant's own customer number).</summary>
    public Pseudonym OfCustomer(string customer) => Of("customer", customer);

    /// <summary>The pseudonym of a beacon that stands for itself, with no customer known behind it (<c>--enrol any</c>).</summary>
    public Pseudonym OfBeacon(string beacon) => Of("beacon", beacon);

    /// <summary>
    /// A look-up key for something a customer typed (an e-mail address, a telephone or loyalty number): compared, never shown, and the same however it was written (<see cref="LoginText"/>).
    /// </summary>
    public string OfLogin(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        return Of("login", LoginText.Normalised(typed)).Value;
    }

    /// <summary>
    /// A proof that one window of one rotating id was heard, alike in every store of the tenant: 26 characters that change with each window and lead neither to the id
    /// nor to the customer.
    /// </summary>
    /// <param name="ephemeralId">The 8 bytes that were on the air.</param>
    public string OfWindow(ReadOnlySpan<byte> ephemeralId)
    {
        Span<byte> message = stackalloc byte[7 + 8];
        "window\0"u8.CopyTo(message);
        ephemeralId[..8].CopyTo(message[7..]);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(secret, message, mac);
        return Base32(mac[..16]);
    }

    /// <summary>The key of <see cref="LinkCode"/>.</summary>
    internal byte[] LinkKey() => HMACSHA256.HashData(secret, "link-key\0"u8);

    private Pseudonym Of(string domain, string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{domain}\0{reference}"));
        return new($"k{KeyId}-{Base32(mac.AsSpan(0, 16))}");
    }

    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(26);
        int buffer = 0, bits = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8 | b) & 0xFFFF;
            bits += 8;
            for (; bits >= 5; bits -= 5) text.Append(Crockford[buffer >> (bits - 5) & 31]);
        }

        if (bits > 0) text.Append(Crockford[buffer << (5 - bits) & 31]);
        return text.ToString();
    }
}

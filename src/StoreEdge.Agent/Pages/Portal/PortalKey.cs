using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The portal's own durable secret. The address of a phone's page is derived from its receipt under this key, so that the page survives a restart while
/// the database holds only a hash of the address: nothing more has to be written than the receipt itself, in the transaction that writes it.
/// </summary>
internal sealed class PortalKey
{
    private const int Size = 32;
    private readonly byte[] secret;

    /// <summary>Takes the key: 32 random bytes.</summary>
    public PortalKey(ReadOnlySpan<byte> secret) => this.secret = secret.ToArray();

    /// <summary>Reads the key file, or draws a key and writes the file, readable by its owner only. A damaged one is set aside, never written over.</summary>
    /// <param name="path">In the state directory, such as <c>portal.key</c>.</param>
    /// <param name="health">Told of a damaged one.</param>
    public static PortalKey LoadOrCreate(string path, HealthBoard health)
    {
        if (File.Exists(path))
        {
            var bytes = File.ReadAllBytes(path);
            // A power cut leaves zeros where the disk had promised a file.
            if (bytes.Length == Size && bytes.AsSpan().ContainsAnyExcept((byte)0)) return new(bytes);
            var aside = DurableFile.SetAside(path);
            health.Raise(
                "portal-key-replaced", Severity.Warning, $"{path} was damaged ({bytes.Length} bytes, {Size} are right) and is kept as {aside}; a new key is in force.",
                "Nothing needs to be done: open phone pages ask to accept again. If you have a copy of the key, put it back and restart.");
        }

        var secret = RandomNumberGenerator.GetBytes(Size);
        DurableFile.Replace(path, secret);
        return new(secret);
    }

    /// <summary>The secret part of a phone page's address: 128 bits, base64url.</summary>
    public string SessionToken(string receipt) => Base64Url.EncodeToString(Mac("session", receipt).AsSpan(0, 16));

    /// <summary>What the database keeps of it.</summary>
    public static byte[] HashOf(string sessionToken) => SHA256.HashData(Encoding.UTF8.GetBytes(sessionToken));

    /// <summary>The proof in a form of the phone's page that this program offered exactly this deed to this session.</summary>
    public string FormProof(string receipt, params ReadOnlySpan<string?> deed) => Base64Url.EncodeToString(Mac("form", $"{receipt}\0{string.Join('\0', deed)}").AsSpan(0, 16));

    /// <summary>Whether a proof is right; takes the same time either way.</summary>
    public bool Proves(string proof, string receipt, params ReadOnlySpan<string?> deed) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof), Encoding.UTF8.GetBytes(FormProof(receipt, deed)));

    private byte[] Mac(string purpose, string text) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{purpose}\0{text}"));
}

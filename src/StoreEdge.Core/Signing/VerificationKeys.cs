using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Signing;

/// <summary>The public keys that a store trusts: several, so that a key can be rotated. Points on P-256 and nothing else.</summary>
public sealed class VerificationKeys
{
    /// <summary>More than this in one file is a mistake, such as a bundle of certificates.</summary>
    public const int Most = 8;

    private const string Allowed = "one or several PEM blocks 'PUBLIC KEY' of EC keys on P-256, such as  openssl ec -in KEY.pem -pubout  prints";

    private readonly List<(string Id, ECParameters Point)> keys = [];

    private VerificationKeys()
    {
    }

    /// <summary>The keys' ids.</summary>
    public IReadOnlyList<string> Ids => [.. keys.Select(k => k.Id)];

    /// <summary>Reads PEM.</summary>
    /// <exception cref="FormatException">It holds no key, or something else beside keys.</exception>
    public static VerificationKeys Parse(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var read = new VerificationKeys();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            var label = rest[block.Label];
            if (label is not "PUBLIC KEY") throw new FormatException($"'{label}' is not taken here; {Allowed}");
            var point = Import(rest[block.Location]);
            var id = IdOf(point);
            if (read.keys.Exists(k => k.Id == id)) throw new FormatException($"the key {id} stands there twice");
            read.keys.Add((id, point));
            rest = rest[block.Location.End..];
        }

        if (read.keys.Count is 0 or > Most) throw new FormatException(read.keys.Count == 0 ? $"there is no key in it; {Allowed}" : $"at most {Most} keys");
        return read;
    }

    /// <summary>A key's id: its JWK thumbprint (RFC 7638, SHA-256, base64url), which anybody can compute from the key alone.</summary>
    public static string IdOf(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IdOf(key.ExportParameters(false));
    }

    /// <summary>Whether the signature is one of the keys': of the named one, or where none is named of any.</summary>
    internal bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature, string? keyId, out string why)
    {
        why = keyId is null ? "no pinned key made this signature" : $"the key '{SignedHeader.Shortened(keyId)}' did not make this signature";
        var known = false;
        foreach (var (id, point) in keys)
        {
            if (keyId is not null && id != keyId) continue;
            known = true;
            using var key = ECDsa.Create(point);
            if (key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)) return true;
        }

        if (!known) why = $"the key '{SignedHeader.Shortened(keyId!)}' is not pinned here";
        return false;
    }

    private static ECParameters Import(ReadOnlySpan<char> pem)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new FormatException($"a key cannot be read ({fault.Message}); {Allowed}", fault);
        }

        var point = key.ExportParameters(false);
        if (point.Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value && point.Curve.Oid.FriendlyName != ECCurve.NamedCurves.nistP256.Oid.FriendlyName)
            throw new FormatException($"a key is on the curve {point.Curve.Oid.FriendlyName}; {Allowed}");
        return point;
    }

    private static string IdOf(ECParameters point)
    {
        var json = $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(point.Q.X)}}","y":"{{Base64Url.EncodeToString(point.Q.Y)}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(json)));
    }
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Claims;

/// <summary>
/// What makes a request for a certificate, and its answer, believable to the other side whoever else is at the broker. A new device proves that it holds a claim (HMAC-SHA-256), one that asks for its
/// successor that it holds the key in force (ECDSA on P-256, SHA-256). Proven are all members and the store of the topic; requests and answers begin differently, so neither passes for the other.
/// </summary>
public static class CertificateProof
{
    /// <summary>The bytes that a request proves.</summary>
    /// <param name="store">The store of the topic.</param>
    /// <param name="id">The request's id, random, which is the nonce as well.</param>
    /// <param name="claim">The claim's public id; null for a successor.</param>
    /// <param name="request">PKCS#10, PEM.</param>
    /// <param name="certificate">What is in force, PEM; null for a claim.</param>
    public static byte[] OfRequest(string store, string id, string? claim, string request, string? certificate) => Bytes("storeedge certificate request v1", store, id, claim, request, certificate);

    /// <summary>The bytes that an answer proves: what was asked is among them, so an answer fits one request.</summary>
    public static byte[] OfAnswer(string store, string id, string request, string result, string? reason, string? text, string? certificate) =>
        Bytes("storeedge certificate answer v1", store, id, request, result, reason, text, certificate);

    /// <summary>Proves by a claim.</summary>
    public static string By(ClaimCode claim, ReadOnlySpan<byte> proven)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return Base64Url.EncodeToString(HMACSHA256.HashData(claim.Secret, proven));
    }

    /// <summary>Whether whoever said it holds the claim.</summary>
    public static bool IsBy(ClaimCode claim, ReadOnlySpan<byte> proven, string proof)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return TryDecode(proof, out var said) && CryptographicOperations.FixedTimeEquals(said, HMACSHA256.HashData(claim.Secret, proven));
    }

    /// <summary>Proves by the key in force.</summary>
    public static string By(ECDsa key, ReadOnlySpan<byte> proven)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Base64Url.EncodeToString(key.SignData(proven, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <summary>Whether whoever said it holds the key in force.</summary>
    public static bool IsBy(ECDsa key, ReadOnlySpan<byte> proven, string proof)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryDecode(proof, out var said) && key.VerifyData(proven, said, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Each part behind its length, so that no two lists of parts are the same bytes; a null has the length −1.</summary>
    private static byte[] Bytes(params ReadOnlySpan<string?> parts)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var text = part is null ? null : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, text?.Length ?? -1);
            bytes.Write(length);
            bytes.Write(text ?? []);
        }

        return bytes.ToArray();
    }

    private static bool TryDecode(string proof, out byte[] said)
    {
        ArgumentNullException.ThrowIfNull(proof);
        said = [];
        if (proof.Length > 128 || !Base64Url.IsValid(proof)) return false;
        said = Base64Url.DecodeFromChars(proof);
        return true;
    }
}

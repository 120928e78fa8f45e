using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Signing;

/// <summary>
/// A detached JWS in compact form (RFC 7515 appendix F): <c>{protected header}..{signature}</c> over exactly the UTF-8 bytes of a document's text. The document
/// travels as text beside it, so that nobody has to agree on a canonical JSON.
/// </summary>
public static class DetachedSignature
{
    /// <summary>r and s of P-256, 32 bytes each (RFC 7518 section 3.4).</summary>
    private const int SignatureLength = 64;

    /// <summary>Far above what a header of known members takes.</summary>
    private const int LongestHeader = 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Signs a document.</summary>
    /// <param name="document">Its text.</param>
    /// <param name="header">What the signature says beside.</param>
    /// <param name="key">A private key on P-256.</param>
    /// <returns>The signature.</returns>
    /// <exception cref="ArgumentException">The key is on another curve, or the text cannot be written as UTF-8.</exception>
    public static string Sign(string document, SignedHeader header, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(key);
        if (key.KeySize != 256) throw new ArgumentException("the key must be on P-256", nameof(key));
        var head = Base64Url.EncodeToString(header.Write());
        var signature = key.SignData(SigningInput(head, Strict.GetBytes(document)), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{head}..{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Whether a document is what somebody with a pinned key wanted this store to have. Nothing of the header may be believed where it is not.</summary>
    /// <param name="document">Its text as it came.</param>
    /// <param name="signature">Beside it.</param>
    /// <param name="kind">The kind that was expected where it came.</param>
    /// <param name="store">This store.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="header">What the header says.</param>
    /// <param name="why">Why not, in English.</param>
    public static bool TryVerify(
        string document, string signature, string kind, string store, VerificationKeys keys, [NotNullWhen(true)] out SignedHeader? header, out string why)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(signature);
        ArgumentNullException.ThrowIfNull(keys);
        header = null;
        var cut = signature.IndexOf("..", StringComparison.Ordinal);
        if (cut < 1 || cut + 2 >= signature.Length)
        {
            why = "the signature is not written as HEADER..SIGNATURE";
            return false;
        }

        var head = signature[..cut];
        if (head.Length > LongestHeader || !SignedHeader.TryDecode(head, out var headerBytes) || !SignedHeader.TryDecode(signature.AsSpan(cut + 2), out var signatureBytes))
        {
            why = "header or signature is not base64url without padding";
            return false;
        }

        if (!SignedHeader.TryRead(headerBytes, out var said, out why)) return false;
        if (signatureBytes.Length != SignatureLength)
        {
            why = $"the signature has {signatureBytes.Length} bytes instead of {SignatureLength}";
            return false;
        }

        if (said.Kind != kind)
        {
            why = $"it is a '{SignedHeader.Shortened(said.Kind)}', not a '{kind}'";
            return false;
        }

        if (said.Store != store && said.Store != SignedHeader.EveryStore)
        {
            why = $"it is for the store '{SignedHeader.Shortened(said.Store)}'";
            return false;
        }

        byte[] payload;
        try
        {
            payload = Strict.GetBytes(document);
        }
        catch (EncoderFallbackException)
        {
            why = "the document is not valid text";
            return false;
        }

        if (!keys.Verify(SigningInput(head, payload), signatureBytes, said.KeyId, out why)) return false;
        header = said;
        why = "";
        return true;
    }

    /// <summary>What is signed: ASCII(BASE64URL(header) || '.' || BASE64URL(payload)), RFC 7515 section 5.1.</summary>
    private static byte[] SigningInput(string head, byte[] payload) => Encoding.ASCII.GetBytes($"{head}.{Base64Url.EncodeToString(payload)}");
}

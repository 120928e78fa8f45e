using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Core.Signing;

namespace StoreEdge.Tests.Signing;

[SuppressMessage("Design", "CA1001", Justification = "xunit disposes what a test class holds when it is IDisposable, which this is.")]
public sealed class DetachedSignatureTests : IDisposable
{
    private const string Document = """{"presence":{"zoneMargin":8}}""", Store = "store-0042", Kind = "config";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly VerificationKeys keys;

    public DetachedSignatureTests() => keys = VerificationKeys.Parse(key.ExportSubjectPublicKeyInfoPem());

    public void Dispose()
    {
        key.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public void What_was_signed_for_this_store_or_for_every_store_is_taken()
    {
        foreach (var store in new[] { Store, "*" })
            foreach (var id in new[] { null, VerificationKeys.IdOf(key) })
            {
                var signature = DetachedSignature.Sign(Document, new(Kind, store, 7, id), key);
                Assert.True(DetachedSignature.TryVerify(Document, signature, Kind, Store, keys, out var header, out var why), why);
                Assert.Equal(new SignedHeader(Kind, store, 7, id), header);
            }
    }

    [Fact]
    public void The_document_is_held_to_its_last_byte()
    {
        var signature = Sign(Header());
        foreach (var other in new[] { Document + " ", Document + "\n", " " + Document, Document.Replace('8', '9'), Document.ToUpperInvariant(), "\uFEFF" + Document, "" })
            Assert.False(DetachedSignature.TryVerify(other, signature, Kind, Store, keys, out _, out _), other);
        // Text that looks the same: é as one character, and as e with an accent.
        var composed = DetachedSignature.Sign("{\"a\":\"\u00e9\"}", new(Kind, Store, 1, null), key);
        Assert.True(DetachedSignature.TryVerify("{\"a\":\"\u00e9\"}", composed, Kind, Store, keys, out _, out _));
        Assert.False(DetachedSignature.TryVerify("{\"a\":\"e\u0301\"}", composed, Kind, Store, keys, out _, out _));
        Assert.False(DetachedSignature.TryVerify("\ud800", signature, Kind, Store, keys, out _, out var why));
        Assert.Contains("valid text", why, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BrokenHeaders { get; } = new()
    {
        { "no algorithm", """{"kind":"config","store":"store-0042","version":1}""" },
        { "alg none", """{"alg":"none","kind":"config","store":"store-0042","version":1}""" },
        { "alg None", """{"alg":"None","kind":"config","store":"store-0042","version":1}""" },
        { "alg of a shared secret", """{"alg":"HS256","kind":"config","store":"store-0042","version":1}""" },
        { "alg of another curve", """{"alg":"ES384","kind":"config","store":"store-0042","version":1}""" },
        { "alg RSA", """{"alg":"RS256","kind":"config","store":"store-0042","version":1}""" },
        { "alg in small letters", """{"alg":"es256","kind":"config","store":"store-0042","version":1}""" },
        { "alg null", """{"alg":null,"kind":"config","store":"store-0042","version":1}""" },
        { "alg twice", """{"alg":"none","alg":"ES256","kind":"config","store":"store-0042","version":1}""" },
        { "alg as a list", """{"alg":["ES256"],"kind":"config","store":"store-0042","version":1}""" },
        { "crit", """{"alg":"ES256","crit":["b64"],"b64":false,"kind":"config","store":"store-0042","version":1}""" },
        { "unencoded payload", """{"alg":"ES256","b64":false,"kind":"config","store":"store-0042","version":1}""" },
        { "a key of its own", """{"alg":"ES256","jwk":{"kty":"EC"},"kind":"config","store":"store-0042","version":1}""" },
        { "a certificate of its own", """{"alg":"ES256","x5c":["MIIB"],"kind":"config","store":"store-0042","version":1}""" },
        { "a key's address", """{"alg":"ES256","jku":"https://evil.example/keys","kind":"config","store":"store-0042","version":1}""" },
        { "typ", """{"alg":"ES256","typ":"JWT","kind":"config","store":"store-0042","version":1}""" },
        { "no kind", """{"alg":"ES256","store":"store-0042","version":1}""" },
        { "another kind", """{"alg":"ES256","kind":"bundle","store":"store-0042","version":1}""" },
        { "kind in capitals", """{"alg":"ES256","kind":"Config","store":"store-0042","version":1}""" },
        { "kind twice", """{"alg":"ES256","kind":"bundle","kind":"config","store":"store-0042","version":1}""" },
        { "no store", """{"alg":"ES256","kind":"config","version":1}""" },
        { "another store", """{"alg":"ES256","kind":"config","store":"store-0043","version":1}""" },
        { "a prefix of the store", """{"alg":"ES256","kind":"config","store":"store-004","version":1}""" },
        { "a pattern of stores", """{"alg":"ES256","kind":"config","store":"store-*","version":1}""" },
        { "store null", """{"alg":"ES256","kind":"config","store":null,"version":1}""" },
        { "no version", """{"alg":"ES256","kind":"config","store":"store-0042"}""" },
        { "version 0", """{"alg":"ES256","kind":"config","store":"store-0042","version":0}""" },
        { "version -1", """{"alg":"ES256","kind":"config","store":"store-0042","version":-1}""" },
        { "version 1.5", """{"alg":"ES256","kind":"config","store":"store-0042","version":1.5}""" },
        { "version 1e3", """{"alg":"ES256","kind":"config","store":"store-0042","version":1e3}""" },
        { "version as text", """{"alg":"ES256","kind":"config","store":"store-0042","version":"1"}""" },
        { "version beyond 2^53", """{"alg":"ES256","kind":"config","store":"store-0042","version":9007199254740992}""" },
        { "version beyond 2^64", """{"alg":"ES256","kind":"config","store":"store-0042","version":18446744073709551617}""" },
        { "version twice", """{"alg":"ES256","kind":"config","store":"store-0042","version":9,"version":1}""" },
        { "an unknown key", """{"alg":"ES256","kind":"config","store":"store-0042","version":1,"kid":"somebody"}""" },
        { "kid as a number", """{"alg":"ES256","kind":"config","store":"store-0042","version":1,"kid":1}""" },
        { "a list", """[{"alg":"ES256","kind":"config","store":"store-0042","version":1}]""" },
        { "two objects", """{"alg":"ES256","kind":"config","store":"store-0042","version":1}{}""" },
        { "a comment", """{"alg":"ES256",/*x*/"kind":"config","store":"store-0042","version":1}""" },
        { "a comma too many", """{"alg":"ES256","kind":"config","store":"store-0042","version":1,}""" },
        { "cut", """{"alg":"ES256","kind":"config","store":"store-0042","version":1""" },
        { "no JSON", "ES256" },
        { "nothing", "null" },
    };

    [Theory, MemberData(nameof(BrokenHeaders))]
    public void A_header_that_says_anything_else_is_refused_though_the_signature_is_right(string what, string header)
    {
        Assert.False(DetachedSignature.TryVerify(Document, Sign(header), Kind, Store, keys, out var said, out var why), what);
        Assert.Null(said);
        Assert.NotEmpty(why);
    }

    [Fact]
    public void A_signature_of_anything_else_is_refused()
    {
        var good = Sign(Header());
        var (head, tail) = (good[..good.IndexOf('.', StringComparison.Ordinal)], good[(good.LastIndexOf('.') + 1)..]);
        var bytes = Base64Url.DecodeFromChars(tail);
        var other = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Header().Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal)));
        Dictionary<string, string> broken = new(StringComparer.Ordinal)
        {
            ["empty"] = "",
            ["dots"] = "..",
            ["no signature"] = $"{head}..",
            ["no header"] = $"..{tail}",
            ["not detached"] = $"{head}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Document))}.{tail}",
            ["three dots"] = $"{head}...{tail}",
            ["one dot"] = $"{head}.{tail}",
            ["two signatures"] = $"{head}..{tail}..{tail}",
            ["of another header"] = $"{other}..{tail}",
            ["of a stranger"] = Sign(Header(), stranger),
            ["of a stranger who says to be us"] = Sign(Header().Replace("}", $",\"kid\":\"{VerificationKeys.IdOf(key)}\"}}", StringComparison.Ordinal), stranger),
            ["padded header"] = $"{head}=..{tail}",
            ["padded signature"] = $"{good}==",
            ["base64 instead of base64url"] = $"{head}..{Convert.ToBase64String(bytes)}",
            ["white space before"] = " " + good,
            ["white space after"] = good + "\n",
            ["white space within"] = good.Insert(5, " "),
            ["other last bits"] = good[..^1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".IndexOf(good[^1], StringComparison.Ordinal) & ~15) + 1],
            ["DER instead of r and s"] = $"{head}..{Base64Url.EncodeToString(key.SignData(SigningInput(Header()), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))}",
            ["of SHA-512"] = $"{head}..{Base64Url.EncodeToString(key.SignData(SigningInput(Header()), HashAlgorithmName.SHA512, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}",
            ["of the document alone"] = $"{head}..{Base64Url.EncodeToString(key.SignData(Encoding.UTF8.GetBytes(Document), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}",
            ["of the document not encoded"] = $"{head}..{Base64Url.EncodeToString(key.SignData(Encoding.UTF8.GetBytes($"{head}.{Document}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}",
            ["one byte short"] = $"{head}..{Base64Url.EncodeToString(bytes.AsSpan(0, 63))}",
            ["one byte long"] = $"{head}..{Base64Url.EncodeToString([.. bytes, 0])}",
            ["r and s are 0"] = $"{head}..{Base64Url.EncodeToString(new byte[64])}",
            ["s is 0"] = $"{head}..{Base64Url.EncodeToString([.. bytes.AsSpan(0, 32), .. new byte[32]])}",
            ["r is the order of the curve"] = $"{head}..{Base64Url.EncodeToString([.. Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), .. bytes.AsSpan(32)])}",
            ["r and s exchanged"] = $"{head}..{Base64Url.EncodeToString([.. bytes.AsSpan(32), .. bytes.AsSpan(0, 32)])}",
            ["a header of a thousand letters"] = Sign(Header().Replace("}", $",\"kid\":\"{new string('a', 1000)}\"}}", StringComparison.Ordinal)),
        };
        foreach (var (what, signature) in broken)
        {
            Assert.False(DetachedSignature.TryVerify(Document, signature, Kind, Store, keys, out _, out var why), what);
            Assert.NotEmpty(why);
        }

        // Any bit of either part.
        for (var i = 0; i < good.Length; i++)
        {
            if (good[i] == '.') continue;
            var changed = good.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.False(DetachedSignature.TryVerify(Document, new(changed), Kind, Store, keys, out _, out _), $"character {i}");
        }
    }

    [Fact]
    public void A_key_is_rotated_by_pinning_both_for_a_while()
    {
        var both = VerificationKeys.Parse(key.ExportSubjectPublicKeyInfoPem() + "\n" + stranger.ExportSubjectPublicKeyInfoPem());
        Assert.Equal([VerificationKeys.IdOf(key), VerificationKeys.IdOf(stranger)], both.Ids);
        foreach (var one in new[] { key, stranger })
        {
            var signature = DetachedSignature.Sign(Document, new(Kind, Store, 1, VerificationKeys.IdOf(one)), one);
            Assert.True(DetachedSignature.TryVerify(Document, signature, Kind, Store, both, out _, out _));
        }

        // A key's name in the header binds: the other one's signature under it counts for nothing.
        Assert.False(DetachedSignature.TryVerify(Document, DetachedSignature.Sign(Document, new(Kind, Store, 1, VerificationKeys.IdOf(key)), stranger), Kind, Store, both, out _, out _));
    }

    [Fact]
    public void Only_public_keys_on_the_one_curve_can_be_pinned()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        string[] refused =
        [
            "", "no key at all", key.ExportECPrivateKeyPem(), key.ExportPkcs8PrivateKeyPem(), other.ExportSubjectPublicKeyInfoPem(), rsa.ExportSubjectPublicKeyInfoPem(),
            key.ExportSubjectPublicKeyInfoPem() + key.ExportSubjectPublicKeyInfoPem(), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ];
        foreach (var pem in refused) Assert.Throws<FormatException>(() => VerificationKeys.Parse(pem));
        Assert.Throws<ArgumentException>(() => DetachedSignature.Sign(Document, new(Kind, Store, 1, null), other));
    }

    [Fact]
    public void A_keys_id_is_the_thumbprint_that_the_standard_computes()
    {
        // The key of RFC 7517 appendix A.1; its thumbprint computed by RFC 7638 section 3 with openssl and jq.
        using var published = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Base64Url.DecodeFromChars("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"), Y = Base64Url.DecodeFromChars("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM") },
        });
        Assert.Equal("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", VerificationKeys.IdOf(published));
    }

    private static string Header() => """{"alg":"ES256","kind":"config","store":"store-0042","version":1}""";

    private static byte[] SigningInput(string header) =>
        Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Document))}");

    private string Sign(string header, ECDsa? with = null) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}..{Base64Url.EncodeToString((with ?? key).SignData(SigningInput(header), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
}

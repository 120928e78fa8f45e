using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.Tests.Claims;

/// <summary>A proof is of one request, of one store, and of one side.</summary>
public sealed class CertificateProofTests
{
    private static readonly ClaimCode Claim = ClaimCode.Of([.. Enumerable.Repeat((byte)7, ClaimCode.RandomBytes)]);
    private static readonly ClaimCode Other = ClaimCode.Of([.. Enumerable.Repeat((byte)8, ClaimCode.RandomBytes)]);

    [Fact]
    public void The_proofs_of_the_contracts_examples_are_those_that_its_words_describe()
    {
        // Whoever writes another central holds it against these two files; their secret is this text.
        var secret = "0123456789abcdefghjkmnpqrs"u8;
        var request = JsonSerializer.Deserialize(ContractMessages.Example("certificate-request"), ContractsJson.Default.CertificateRequestMessage)!;
        var answer = JsonSerializer.Deserialize(ContractMessages.Example("certificate-answer"), ContractsJson.Default.CertificateAnswerMessage)!;
        Assert.Equal(request.Proof, Hmac(secret, CertificateProof.OfRequest("store-0042", request.Id, request.Claim, request.Request, request.Certificate)));
        Assert.Equal(answer.Proof, Hmac(secret, CertificateProof.OfAnswer("store-0042", answer.Id, request.Request, answer.Result, answer.Reason, answer.Text, answer.Certificate)));
        Assert.Equal(CertificateProof.By(Claim, "x"u8), Hmac(Claim.Secret, "x"u8.ToArray()));
    }

    [Fact]
    public void A_proof_by_a_claim_holds_for_exactly_what_was_said()
    {
        var said = CertificateProof.OfRequest("s1", "id", "c", "csr", null);
        var proof = CertificateProof.By(Claim, said);
        Assert.True(CertificateProof.IsBy(Claim, said, proof));
        Assert.False(CertificateProof.IsBy(Other, said, proof));
        byte[][] others =
        [
            CertificateProof.OfRequest("s2", "id", "c", "csr", null), CertificateProof.OfRequest("s1", "ie", "c", "csr", null), CertificateProof.OfRequest("s1", "id", "d", "csr", null),
            CertificateProof.OfRequest("s1", "id", "c", "csR", null), CertificateProof.OfRequest("s1", "id", "c", "csr", ""), CertificateProof.OfRequest("s1", "id", null, "csr", null),
            CertificateProof.OfRequest("s1i", "d", "c", "csr", null), CertificateProof.OfAnswer("s1", "id", "c", "csr", null, null, null),
        ];
        Assert.All(others, o => Assert.False(CertificateProof.IsBy(Claim, o, proof)));
        foreach (var bad in new[] { "", "=", "a", proof[..^1], proof + "A", new string('A', 43), "ü" }) Assert.False(CertificateProof.IsBy(Claim, said, bad));
    }

    [Fact]
    public void A_proof_by_a_key_holds_for_that_key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var said = CertificateProof.OfRequest("s1", "id", null, "csr", "pem");
        var proof = CertificateProof.By(key, said);
        Assert.Equal(86, proof.Length);
        Assert.True(CertificateProof.IsBy(key, said, proof));
        Assert.False(CertificateProof.IsBy(other, said, proof));
        Assert.False(CertificateProof.IsBy(key, Encoding.UTF8.GetBytes("else"), proof));
        Assert.False(CertificateProof.IsBy(key, said, ""));
    }

    private static string Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(key, bytes));
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;
using StoreEdge.Simulator.Authority;

namespace StoreEdge.Tests.Simulator;

/// <summary>The trial authority gives a claim's certificate to one key, and a successor to whoever holds the key before it.</summary>
public sealed class RegistrarTests : IDisposable
{
    private const string Store = "store-0001";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-authority-").FullName;
    private readonly ManualClock time = new(Now);
    private readonly CertificateAuthority authority;
    private readonly ClaimBook claims;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private Registrar registrar;
    private int asked;

    public RegistrarTests()
    {
        CertificateAuthority.Make(directory, ["localhost"], TimeSpan.FromDays(365), time);
        authority = CertificateAuthority.Open(directory, time);
        claims = new(directory, time);
        registrar = new(authority, claims, TimeSpan.FromDays(90), time);
    }

    public void Dispose()
    {
        key.Dispose();
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_claim_is_answered_with_a_certificate_for_the_key_that_asked_and_with_the_same_one_again()
    {
        var claim = claims.Issue(Store, TimeSpan.FromHours(24));
        var first = Ask(claim, key);
        Assert.Equal(("issued", null, null), (first.Result, first.Reason, first.Text));
        using (var certificate = X509Certificate2.CreateFromPem(first.Certificate!))
        {
            Assert.True(authority.Issued(certificate));
            Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
            Assert.Equal(Now.AddDays(90), certificate.NotAfter.ToUniversalTime());
        }

        // Over a restart: the answer was lost on its way, and the device asks anew.
        registrar = new(authority, new(directory, time), TimeSpan.FromDays(90), time);
        Assert.Equal(first.Certificate, Ask(claim, key).Certificate);
    }

    [Fact]
    public void Whoever_else_comes_with_the_claim_or_too_late_or_for_another_store_gets_nothing()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var claim = claims.Issue(Store, TimeSpan.FromHours(24));
        Assert.Equal(CertificateRefusals.OtherStore, Ask(claim, key, store: "store-0002").Reason);
        Assert.Equal(CertificateRefusals.BadRequest, Ask(claim, key, named: "store-0002").Reason);
        Assert.Equal("issued", Ask(claim, key).Result);
        Assert.Equal(CertificateRefusals.Used, Ask(claim, other).Reason);
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(CertificateRefusals.Expired, Ask(claim, key).Reason);
    }

    [Fact]
    public void A_request_that_was_answered_is_not_answered_again_and_one_that_is_not_proven_is_told_nothing_that_proves_anything()
    {
        var claim = claims.Issue(Store, TimeSpan.FromHours(24));
        var message = Message(claim, key, "a");
        Assert.Equal("issued", Judge("a", message).Result);
        var (again, told) = registrar.Judge(Store, "a", message);
        Assert.Equal("issued", again.Result); // the broker had not taken the answer yet
        told();
        Assert.Equal(CertificateRefusals.Replayed, Judge("a", message).Reason);
        Assert.Equal(CertificateRefusals.BadRequest, Judge("b", message).Reason);
        foreach (var forged in new[] { message with { Id = "b" }, message with { Request = Csr(Store, authorityKey: key) } })
        {
            var answer = Judge("b", forged with { Id = "b" });
            Assert.Equal((CertificateRefusals.NotProven, null), (answer.Reason, answer.Proof));
        }

        var nobodys = Judge("c", message with { Id = "c", Claim = "00000000" });
        Assert.Equal((CertificateRefusals.Unknown, null), (nobodys.Reason, nobodys.Proof));
        Assert.Equal(CertificateRefusals.Unknown, Judge("d", message with { Id = "d", Claim = "../ca" }).Reason);
    }

    [Fact]
    public void A_successor_is_given_to_the_key_in_force_for_another_key_while_the_former_is_good()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var former = Ask(claims.Issue(Store, TimeSpan.FromHours(1)), key).Certificate!;
        var message = Successor(former, key, next, "r1");
        var (answer, told) = registrar.Judge(Store, "r1", message);
        Assert.Equal("issued", answer.Result);
        told();
        Assert.Equal(CertificateRefusals.Replayed, Judge("r1", message).Reason);
        Assert.Equal(CertificateRefusals.NotProven, Judge("r2", Successor(former, stranger, next, "r2")).Reason);
        Assert.Equal(CertificateRefusals.BadRequest, Judge("r3", Successor(former, key, key, "r3")).Reason);
        Assert.Equal(CertificateRefusals.NotTrusted, Judge("r4", Successor(SelfSigned(stranger), stranger, next, "r4")).Reason);
        Assert.Equal(CertificateRefusals.OtherStore, registrar.Judge("store-0002", "r5", Successor(former, key, next, "r5", "store-0002")).Answer.Reason);
        Assert.Equal(CertificateRefusals.BadRequest, Judge("r6", message with { Id = "r6", Certificate = "x" }).Reason);
        time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(CertificateRefusals.Expired, Judge("r7", Successor(former, key, next, "r7")).Reason);
    }

    private CertificateAnswerMessage Ask(ClaimCode claim, ECDsa device, string store = Store, string? named = null)
    {
        var id = $"{++asked}";
        var message = Message(claim, device, id, store, named ?? store);
        var (answer, told) = registrar.Judge(store, id, message);
        told();
        Assert.True(CertificateProof.IsBy(claim, CertificateProof.OfAnswer(store, id, message.Request, answer.Result, answer.Reason, answer.Text, answer.Certificate), answer.Proof!));
        return answer;
    }

    private CertificateAnswerMessage Judge(string id, CertificateRequestMessage message) => registrar.Judge(Store, id, message).Answer;

    private static CertificateRequestMessage Message(ClaimCode claim, ECDsa device, string id, string store = Store, string named = Store)
    {
        var csr = Csr(named, device);
        return new(id, claim.Id, csr, null, CertificateProof.By(claim, CertificateProof.OfRequest(store, id, claim.Id, csr, null)));
    }

    private static CertificateRequestMessage Successor(string former, ECDsa proof, ECDsa next, string id, string store = Store)
    {
        var csr = Csr(store, next);
        return new(id, null, csr, former, CertificateProof.By(proof, CertificateProof.OfRequest(store, id, null, csr, former)));
    }

    private static string Csr(string named, ECDsa authorityKey) => new CertificateRequest($"CN={named}", authorityKey, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private static string SelfSigned(ECDsa own)
    {
        using var certificate = new CertificateRequest($"CN={Store}", own, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return certificate.ExportCertificatePem();
    }
}

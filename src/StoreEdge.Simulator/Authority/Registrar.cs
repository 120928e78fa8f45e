using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;

namespace StoreEdge.Simulator.Authority;

/// <summary>
/// Decides who gets a certificate. A claim belongs to the first key that proves it, and is answered to that key alone, each time with the same certificate: an answer that was lost costs nothing, and a second
/// device gets nothing. A successor belongs to whoever proves the key of a certificate of this authority that is good now.
/// </summary>
internal sealed class Registrar(CertificateAuthority authority, ClaimBook claims, TimeSpan life, TimeProvider time)
{
    /// <summary>Successors' requests are remembered this far back.</summary>
    private const int MostRemembered = 10_000;

    private readonly Queue<string> renewed = [];

    /// <summary>Judges a request.</summary>
    /// <param name="store">The store of the topic.</param>
    /// <param name="id">The request's id, of the topic.</param>
    /// <param name="asked">The message.</param>
    /// <returns>The answer, and what is to be done once the broker has it.</returns>
    public (CertificateAnswerMessage Answer, Action Told) Judge(string store, string id, CertificateRequestMessage asked)
    {
        if (asked.Id != id) return (Refused(CertificateRefusals.BadRequest, "the message names another request than its topic"), () => { });
        var proven = CertificateProof.OfRequest(store, id, asked.Claim, asked.Request, asked.Certificate);
        if (asked.Claim is not { } name) return Successor();
        if (claims.Find(name) is not { } claim || !ClaimCode.TryParse(claim.Code, out var code, out _)) return (Refused(CertificateRefusals.Unknown, $"there is no claim {name}"), () => { });
        if (!CertificateProof.IsBy(code, proven, asked.Proof)) return (Refused(CertificateRefusals.NotProven, $"the request does not prove that it knows claim {name}"), () => { });
        var answer = ByClaim(name, claim);
        answer = answer with { Proof = CertificateProof.By(code, CertificateProof.OfAnswer(store, id, asked.Request, answer.Result, answer.Reason, answer.Text, answer.Certificate)) };
        return (answer, () => Note(name, id));

        CertificateAnswerMessage ByClaim(string name, Claim claim)
        {
            if (claim.Store != store) return Refused(CertificateRefusals.OtherStore, $"claim {name} is for {claim.Store}, and this store is {store}");
            if (time.GetUtcNow() > claim.ExpiresAt) return Refused(CertificateRefusals.Expired, $"claim {name} expired at {claim.ExpiresAt:u}");
            if (claim.Answered.Contains(id)) return Refused(CertificateRefusals.Replayed, "this very request was answered before");
            if (Read(asked.Request, store, out var why) is not { } request) return Refused(CertificateRefusals.BadRequest, why);
            var key = KeyOf(request);
            if (claim.Key is { } user && user != key) return Refused(CertificateRefusals.Used, $"claim {name} was used by another device");
            if (claim.Certificate is { } given) return Issued(given);
            using var signed = authority.Sign(request, life);
            var pem = signed.ExportCertificatePem() + "\n";
            claims.Write(name, claim with { Key = key, Certificate = pem });
            return Issued(pem);
        }

        (CertificateAnswerMessage, Action) Successor()
        {
            if (asked.Certificate is null) return (Refused(CertificateRefusals.BadRequest, "neither a claim nor a certificate is named"), () => { });
            X509Certificate2 former;
            try
            {
                former = X509Certificate2.CreateFromPem(asked.Certificate);
            }
            catch (CryptographicException fault)
            {
                return (Refused(CertificateRefusals.BadRequest, $"the certificate in force cannot be read: {fault.Message}"), () => { });
            }

            using (former) return (Succeeding(former), () => Remember(id));
        }

        CertificateAnswerMessage Succeeding(X509Certificate2 former)
        {
            using var key = former.GetECDsaPublicKey();
            if (key is null || !CertificateProof.IsBy(key, proven, asked.Proof)) return Refused(CertificateRefusals.NotProven, "the request does not prove the key of the certificate in force");
            if (!authority.Issued(former)) return Refused(CertificateRefusals.NotTrusted, $"the certificate in force is of another authority ({former.Issuer})");
            var now = time.GetUtcNow();
            if (now > former.NotAfter.ToUniversalTime()) return Refused(CertificateRefusals.Expired, $"the certificate in force ended at {former.NotAfter.ToUniversalTime():u}; the device needs a claim");
            if (former.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != store) return Refused(CertificateRefusals.OtherStore, $"the certificate in force is not for {store}");
            if (renewed.Contains(id)) return Refused(CertificateRefusals.Replayed, "this very request was answered before");
            if (Read(asked.Request, store, out var why) is not { } request) return Refused(CertificateRefusals.BadRequest, why);
            if (request.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(former.PublicKey.ExportSubjectPublicKeyInfo())) return Refused(CertificateRefusals.BadRequest, "a successor needs a key of its own");
            using var signed = authority.Sign(request, life);
            return Issued(signed.ExportCertificatePem() + "\n");
        }

        CertificateAnswerMessage Refused(string reason, string text) => new(id, "refused", reason, text.Length > 500 ? text[..500] : text, null, null);

        CertificateAnswerMessage Issued(string pem) => new(id, "issued", null, null, pem, null);
    }

    private static CertificateRequest? Read(string pem, string store, out string why)
    {
        try
        {
            // It proves itself that whoever asks has the key.
            var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256);
            using var key = request.PublicKey.GetECDsaPublicKey();
            var names = request.SubjectName.EnumerateRelativeDistinguishedNames().Where(n => !n.HasMultipleElements && n.GetSingleElementType().Value == "2.5.4.3").Select(n => n.GetSingleElementValue()).ToList();
            why = key?.KeySize != 256 ? "its key is not on P-256" : names is not [var name] || name != store ? $"it is not for CN={store}" : "";
            return why.Length == 0 ? request : null;
        }
        catch (CryptographicException fault)
        {
            why = $"the request cannot be read: {fault.Message}";
            return null;
        }
    }

    private static string KeyOf(CertificateRequest request) => Convert.ToHexStringLower(SHA256.HashData(request.PublicKey.ExportSubjectPublicKeyInfo()));

    private void Note(string name, string id)
    {
        if (claims.Find(name) is { } claim && !claim.Answered.Contains(id)) claims.Write(name, claim with { Answered = [.. claim.Answered.TakeLast(100), id] });
    }

    private void Remember(string id)
    {
        if (renewed.Contains(id)) return;
        renewed.Enqueue(id);
        if (renewed.Count > MostRemembered) renewed.Dequeue();
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>A private certificate authority in a directory: it signs for whomever a test needs, for whatever time.</summary>
internal sealed class Authority : IDisposable
{
    private readonly string directory;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;
    private byte serial;

    public Authority(string directory, string name = "Test authority", DateTimeOffset? notAfter = null)
    {
        this.directory = Directory.CreateDirectory(directory).FullName;
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-20), notAfter ?? DateTimeOffset.UtcNow.AddYears(10));
        File = Path.Combine(this.directory, "ca.pem");
        System.IO.File.WriteAllText(File, certificate.ExportCertificatePem());
    }

    public string File { get; }

    /// <summary>Writes NAME.pem and NAME.key: a certificate for 127.0.0.1 and localhost, or for <paramref name="host"/> alone.</summary>
    public (string Certificate, string Key) Issue(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, string? host = null, bool rsa = false)
    {
        using AsymmetricAlgorithm own = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = own is RSA r ? new CertificateRequest($"CN={name}", r, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest($"CN={name}", (ECDsa)own, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host ?? "localhost");
        if (host is null) names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        using var signed = request.Create(
            certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), notBefore ?? DateTimeOffset.UtcNow.AddDays(-1), notAfter ?? DateTimeOffset.UtcNow.AddDays(365), [++serial]);
        var (pem, secret) = (Path.Combine(directory, name + ".pem"), Path.Combine(directory, name + ".key"));
        System.IO.File.WriteAllText(pem, signed.ExportCertificatePem() + "\n");
        System.IO.File.WriteAllText(secret, own.ExportPkcs8PrivateKeyPem() + "\n");
        return (pem, secret);
    }

    /// <summary>Signs what a device asks for.</summary>
    /// <returns>PEM.</returns>
    public string Sign(string request, int days = 90)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
        using var signed = asked.Create(certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(days), [++serial]);
        return signed.ExportCertificatePem() + "\n";
    }

    /// <summary>The lines of mosquitto.conf for a TLS listener.</summary>
    public string Listener((string Certificate, string Key) server, bool wantsClients = true) =>
        $"certfile {server.Certificate}\nkeyfile {server.Key}\ncafile {File}\nrequire_certificate {(wantsClients ? "true" : "false")}\n";

    /// <summary>The files as a client names them.</summary>
    public MosquittoTls Trusting((string Certificate, string Key)? client = null) => new(File, client?.Certificate, client?.Key);

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StoreEdge.Simulator.Authority;

/// <summary>A private certificate authority in a directory (<c>ca.pem</c>, <c>ca.key</c>), for trying a store without a tenant's own. It signs with a key that lies in a file, which a tenant's must not.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    public const string CertificateName = "ca.pem", KeyName = "ca.key";

    /// <summary>Whoever answers requests, and the broker: no store may be called so.</summary>
    public const string CentralName = "central", BrokerName = "broker";

    private const string ClientUse = "1.3.6.1.5.5.7.3.2", ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <summary>Clocks differ, and a certificate should be good at once.</summary>
    private static readonly TimeSpan MostBackdated = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 certificate;
    private readonly ECDsa key;
    private readonly TimeProvider time;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key, TimeProvider time) => (this.certificate, this.key, this.time) = (certificate, key, time);

    /// <summary>Makes a new one, with a certificate for the broker and one for whoever answers requests (<c>CN=central</c>).</summary>
    /// <exception cref="IOException">There is one already, or nothing can be written.</exception>
    public static void Make(string directory, IReadOnlyList<string> hosts, TimeSpan life, TimeProvider time)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        if (File.Exists(Path.Combine(directory, KeyName))) throw new IOException($"{directory} holds an authority already");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=StoreEdge trial authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using (var made = request.CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddYears(20))) Write(directory, CertificateName, made.ExportCertificatePem(), isSecret: false);
        Write(directory, KeyName, key.ExportPkcs8PrivateKeyPem(), isSecret: true);
        using var authority = Open(directory, time);
        authority.Pair(directory, BrokerName, hosts, life);
        authority.Pair(directory, CentralName, [], life);
    }

    /// <exception cref="InvalidDataException">There is none.</exception>
    public static CertificateAuthority Open(string directory, TimeProvider time)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(Path.Combine(directory, KeyName)));
            return new(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(directory, CertificateName)), key, time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"{directory} holds no authority ({fault.Message}); make one: storeedge-sim authority make --directory {directory}", fault);
        }
    }

    /// <summary>Signs for a client: its name and its key, and nothing else of what the request may ask for.</summary>
    public X509Certificate2 Sign(CertificateRequest asked, TimeSpan life) => Sign(asked.SubjectName, asked.PublicKey, life, []);

    /// <summary>Whether a certificate is of this authority, whatever its dates.</summary>
    public bool Issued(X509Certificate2 issued)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(issued);
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }

    private X509Certificate2 Sign(X500DistinguishedName name, PublicKey signed, TimeSpan life, IReadOnlyList<string> hosts)
    {
        var request = new CertificateRequest(name, signed, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(hosts.Count > 0 ? ServerUse : ClientUse)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        if (hosts.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var host in hosts)
            {
                if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
                else names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        var now = time.GetUtcNow();
        var backdated = TimeSpan.FromTicks(Math.Min(MostBackdated.Ticks, life.Ticks / 20));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        return request.Create(certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - backdated, now + life, serial);
    }

    private void Pair(string directory, string name, IReadOnlyList<string> hosts, TimeSpan life)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        using var signed = Sign(builder.Build(), new PublicKey(own), life, hosts);
        Write(directory, name + ".pem", signed.ExportCertificatePem(), isSecret: false);
        Write(directory, name + ".key", own.ExportPkcs8PrivateKeyPem(), isSecret: true);
    }

    private static void Write(string directory, string name, string pem, bool isSecret)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | (isSecret ? UnixFileMode.None : UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using var file = new FileStream(Path.Combine(directory, name), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode });
        using var writer = new StreamWriter(file);
        writer.WriteLine(pem);
    }
}

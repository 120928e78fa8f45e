using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace StoreEdge.Linux.Mosquitto;

/// <summary>What a person wants to know about a certificate.</summary>
/// <param name="Subject">Whom it names, as <c>CN=store-0042</c>.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="CommonName">The CN of the subject, or an empty text.</param>
/// <param name="NotBefore">Valid from here on.</param>
/// <param name="NotAfter">Valid up to here.</param>
public sealed record CertificateFacts(string Subject, string Issuer, string CommonName, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    internal static CertificateFacts Of(X509Certificate2 certificate) => new(
        certificate.Subject, certificate.Issuer, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), new(certificate.NotBefore.ToUniversalTime()),
        new(certificate.NotAfter.ToUniversalTime()));

    internal static CertificateFacts Of(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return Of(certificate);
    }

    /// <summary>Subject and dates, in English.</summary>
    public override string ToString() => $"{Subject}, valid {NotBefore:yyyy-MM-dd HH:mm} to {NotAfter:yyyy-MM-dd HH:mm} UTC, signed by {Issuer}";
}

/// <summary>
/// The content of the TLS files at one moment, checked as far as that is possible without a broker. A connection uses these bytes and not the files again, so
/// what was checked is what is used, and files that are being replaced do no harm.
/// </summary>
public sealed class TlsMaterial
{
    private readonly string keyLabel;

    private TlsMaterial(IReadOnlyList<byte[]>? authorities, IReadOnlyList<byte[]> chain, string keyLabel, byte[] key)
    {
        (Authorities, Chain, this.keyLabel, Key) = (authorities, chain, keyLabel, key);
        AuthorityFacts = [.. (authorities ?? []).Select(CertificateFacts.Of)];
        Client = chain.Count > 0 ? CertificateFacts.Of(chain[0]) : null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (authorities ?? []).Append([0]).Concat(chain).Append(key)) hash.AppendData(part);
        Fingerprint = Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Changes exactly when a certificate or the key does.</summary>
    public string Fingerprint { get; }

    /// <summary>The client certificate; null where there is none.</summary>
    public CertificateFacts? Client { get; }

    /// <summary>The authorities of the configured file; empty where those of the operating system are trusted.</summary>
    public ImmutableArray<CertificateFacts> AuthorityFacts { get; }

    /// <summary>DER; null for those of the operating system.</summary>
    internal IReadOnlyList<byte[]>? Authorities { get; }

    /// <summary>DER, the client's own first; empty where there is none.</summary>
    internal IReadOnlyList<byte[]> Chain { get; }

    /// <summary>DER, PKCS #8 or traditional.</summary>
    internal byte[] Key { get; }

    /// <summary>Reads and checks the files.</summary>
    /// <exception cref="MqttFailureException"><see cref="MqttFailureKind.TlsFiles"/> or <see cref="MqttFailureKind.TlsKeyMismatch"/>; names the file.</exception>
    public static TlsMaterial Read(MosquittoTls files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var authorities = files.AuthorityFile is { } authorityFile ? Certificates(authorityFile, "authority") : null;
        if (files.CertificateFile is not { } certificateFile || files.KeyFile is not { } keyFile) return new(authorities, [], "", []);
        var chain = Certificates(certificateFile, "client certificate");
        var text = Text(keyFile, "key");
        CheckPair(chain[0], certificateFile, text, keyFile);
        var (label, key) = Blocks(text).First(b => b.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal));
        return new(authorities, chain, label, key);
    }

    /// <summary>The client certificate with its key; null where there is none.</summary>
    internal X509Certificate2? OpenClient()
    {
        if (Chain.Count == 0) return null;
        using var own = X509CertificateLoader.LoadCertificate(Chain[0]);
        var pem = PemEncoding.WriteString(keyLabel, Key);
        return X509Certificate2.CreateFromPem(own.ExportCertificatePem(), pem);
    }

    private static bool IsRsa(X509Certificate2 certificate) => certificate.GetKeyAlgorithm() == "1.2.840.113549.1.1.1";

    private static List<byte[]> Certificates(string file, string what)
    {
        var found = Blocks(Text(file, what)).Where(b => b.Label == "CERTIFICATE").Select(b => b.Bytes).ToList();
        if (found.Count == 0) throw Bad(file, what, "there is no certificate in it (-----BEGIN CERTIFICATE-----)");
        try
        {
            foreach (var der in found) _ = CertificateFacts.Of(der);
        }
        catch (CryptographicException fault)
        {
            throw Bad(file, what, $"a certificate in it cannot be read: {fault.Message}");
        }

        return found;
    }

    private static void CheckPair(byte[] certificate, string certificateFile, string key, string keyFile)
    {
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal)) throw Bad(keyFile, "key", "it is encrypted, and nobody is there to type its password");
        if (!Blocks(key).Any(b => b.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))) throw Bad(keyFile, "key", "there is no private key in it (-----BEGIN PRIVATE KEY-----)");
        try
        {
            using var own = X509CertificateLoader.LoadCertificate(certificate);
            using AsymmetricAlgorithm pair = IsRsa(own) ? RSA.Create() : ECDsa.Create();
            try
            {
                pair.ImportFromPem(key);
            }
            catch (Exception fault) when (fault is CryptographicException or ArgumentException)
            {
                // A key of the other family is a good key, only not this certificate's.
                using AsymmetricAlgorithm other = pair is RSA ? ECDsa.Create() : RSA.Create();
                other.ImportFromPem(key);
                throw Mismatch(certificateFile, own, keyFile);
            }

            if (!pair.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own.PublicKey.ExportSubjectPublicKeyInfo())) throw Mismatch(certificateFile, own, keyFile);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw Bad(keyFile, "key", $"the private key in it cannot be read: {fault.Message}");
        }
    }

    private static MqttFailureException Mismatch(string certificateFile, X509Certificate2 certificate, string keyFile) =>
        new(new(MqttFailureKind.TlsKeyMismatch, 0, $"the key in {keyFile} does not belong to the certificate in {certificateFile} ({certificate.Subject})"));

    private static MqttFailureException Bad(string file, string what, string why) => new(new(MqttFailureKind.TlsFiles, 0, $"the {what} file {file} cannot be used: {why}"));

    private static string Text(string file, string what)
    {
        try
        {
            return File.ReadAllText(file, Encoding.ASCII);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Bad(file, what, fault.Message);
        }
    }

    private static List<(string Label, byte[] Bytes)> Blocks(string text)
    {
        var blocks = new List<(string, byte[])>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            blocks.Add((rest[fields.Label].ToString(), Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            rest = rest[fields.Location.End..];
        }

        return blocks;
    }
}

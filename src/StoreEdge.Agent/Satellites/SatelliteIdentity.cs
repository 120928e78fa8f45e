using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Satellites;

/// <summary>
/// Certificates of stores and satellites. Each vouches for itself, and each side knows the other's by its fingerprint: nobody signs for anybody, so there is no authority
/// to lose, and dates mean nothing (a Raspberry Pi without a battery boots in 1970). They are therefore written as valid for ever, as RFC 5280, 4.1.2.5 provides.
/// </summary>
internal static class SatelliteIdentity
{
    private static readonly DateTimeOffset Ever = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), Never = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    /// <summary>A new key on P-256 with its certificate, both as PEM.</summary>
    public static (string Certificate, string Key) Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(Ever, Never);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>By which the other side knows a certificate: SHA-256 in lower-case hexadecimal.</summary>
    public static string FingerprintOf(X509Certificate certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <summary>The store's own, made where there is none.</summary>
    /// <param name="stateDirectory">The agent's.</param>
    /// <exception cref="InvalidDataException">The file is there and holds none.</exception>
    public static X509Certificate2 OfStore(string stateDirectory)
    {
        var path = Path.Combine(Pairings.Folder(stateDirectory), "store.pem");
        if (!File.Exists(path))
        {
            var (certificate, key) = Create("store");
            DurableFile.Replace(path, System.Text.Encoding.ASCII.GetBytes(certificate + "\n" + key + "\n"));
            FileOwner.SameAs(stateDirectory, path);
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(path);
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException($"{path} holds no certificate with its key ({fault.Message}); delete it, and pair the satellites again");
        }
    }
}

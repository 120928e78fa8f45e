using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Device;

/// <summary>
/// Who this device is to the broker: a key that was made here and never leaves (EC P-256, mode 0600), and the certificate that an authority gave it for that. Both lie in
/// <c>identity/</c> of the state directory, where <c>mqtt.keyFile</c> and <c>mqtt.certificateFile</c> may point.
/// </summary>
internal sealed class DeviceIdentity(string stateDirectory)
{
    /// <summary>The folder below the state directory.</summary>
    public const string FolderName = "identity";

    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The key, PKCS#8 PEM.</summary>
    public string KeyFile => Path.Combine(Folder, "device.key");

    /// <summary>The certificate in force, PEM, with intermediate ones after it.</summary>
    public string CertificateFile => Path.Combine(Folder, "device.pem");

    private string Folder => Path.Combine(stateDirectory, FolderName);

    /// <summary>What an authority is asked to sign; makes the key where there is none. The same key gives an equal request each time, but for the signature.</summary>
    /// <param name="store">The CN, by which brokers and central tell stores apart.</param>
    /// <param name="device">The OU: which of the store's machines, such as its host name.</param>
    /// <returns>PKCS#10, PEM.</returns>
    /// <exception cref="IOException">The key cannot be kept.</exception>
    /// <exception cref="InvalidDataException">What lies there is no key.</exception>
    public string Request(StoreId store, string device)
    {
        using var key = Key();
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(store.Value);
        name.AddOrganizationalUnitName(device);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.2")], critical: false)); // TLS client
        return request.CreateSigningRequestPem() + "\n";
    }

    /// <summary>Puts a certificate in force, in one step; the link uses it within seconds. What is in force stays where it is not good.</summary>
    /// <param name="pem">The certificate, with intermediate ones after it.</param>
    /// <param name="store">Whom it must name.</param>
    /// <param name="now">The time, where it is known; null: dates are not looked at.</param>
    /// <returns>Until when it is good.</returns>
    /// <exception cref="InvalidDataException">It is not for this device's key, not for this store, or not valid now.</exception>
    public DateTimeOffset Take(string pem, StoreId store, DateTimeOffset? now)
    {
        X509Certificate2Collection chain = [];
        try
        {
            chain.ImportFromPem(pem);
            if (chain.Count == 0) throw new InvalidDataException("It holds no certificate (-----BEGIN CERTIFICATE-----).");
            var own = chain[0];
            using var key = Key();
            if (!own.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
                throw new InvalidDataException($"The certificate {own.Subject} is for another key. Its own must come first, and be made from what `storeedge enroll` printed on this device.");
            if (own.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is var named && named != store.Value) throw new InvalidDataException($"The certificate names '{named}', and this store is '{store.Value}' (store.id).");
            var (from, to) = (new DateTimeOffset(own.NotBefore).ToUniversalTime(), new DateTimeOffset(own.NotAfter).ToUniversalTime());
            if (now is { } time && (time < from || time > to)) throw new InvalidDataException($"The certificate is good from {from:u} to {to:u}, and now it is {time:u}.");
            DurableFile.Replace(CertificateFile, System.Text.Encoding.ASCII.GetBytes(string.Concat(chain.Select(c => c.ExportCertificatePem() + "\n"))), Open);
            FileOwner.SameAs(stateDirectory, CertificateFile);
            return to;
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException($"It cannot be read as PEM: {fault.Message}", fault);
        }
        finally
        {
            foreach (var certificate in chain) certificate.Dispose();
        }
    }

    private ECDsa Key()
    {
        if (!Directory.Exists(Folder))
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            FileOwner.SameAs(stateDirectory, Folder);
        }

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (!File.Exists(KeyFile))
        {
            DurableFile.Replace(KeyFile, System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
            FileOwner.SameAs(stateDirectory, KeyFile);
            return key;
        }

        try
        {
            key.ImportFromPem(File.ReadAllText(KeyFile));
            return key;
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"{KeyFile} is no key ({fault.Message}); remove it, and a new one is made, for which a new certificate is needed.", fault);
        }
    }
}

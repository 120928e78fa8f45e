using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Device;

/// <summary>
/// Who this device is to the broker: a key that was made here and never leaves (EC P-256), and the certificate that an authority gave for it. Both lie in one file of the state directory, so that they
/// change together or not at all, and <c>mqtt.certificateFile</c> and <c>mqtt.keyFile</c> both name it. A request has a key of its own: what is in force works until its successor has been tried.
/// </summary>
internal sealed class DeviceIdentity(string stateDirectory)
{
    /// <summary>The folder below the state directory.</summary>
    public const string FolderName = "identity";

    /// <summary>What is in force: the certificate, intermediate ones, its key; PEM, for the agent's user alone.</summary>
    public string File => Path.Combine(Folder, "device.pem");

    /// <summary>The key of the request that is on its way; gone once its certificate is in force.</summary>
    public string RequestKeyFile => Path.Combine(Folder, "request.key");

    private string Folder => Path.Combine(stateDirectory, FolderName);

    /// <summary>What an authority is asked to sign. The same key each time until a certificate for it is in force; then a new one, for its successor.</summary>
    /// <param name="store">The CN, by which brokers and central tell stores apart.</param>
    /// <param name="device">The OU: which of the store's machines, such as its host name.</param>
    /// <returns>PKCS#10, PEM.</returns>
    /// <exception cref="IOException">The key cannot be kept.</exception>
    /// <exception cref="InvalidDataException">What lies there is no key.</exception>
    public string Request(StoreId store, string device)
    {
        using var key = RequestedKey() ?? NewKey();
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(store.Value);
        name.AddOrganizationalUnitName(device);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.2")], critical: false)); // TLS client
        return request.CreateSigningRequestPem() + "\n";
    }

    /// <summary>Puts a certificate in force, in one step; the link uses it within seconds. Where it is not good, or <paramref name="works"/> says no, what is in force stays.</summary>
    /// <param name="pem">The certificate, with intermediate ones after it.</param>
    /// <param name="store">Whom it must name.</param>
    /// <param name="now">The time, where it is known; null: dates are not looked at.</param>
    /// <param name="works">Tries a file with certificate and key where it matters.</param>
    /// <returns>Until when it is good; null where <paramref name="works"/> said no.</returns>
    /// <exception cref="InvalidDataException">It is not for a key of this device, not for this store, or not valid now.</exception>
    public async Task<DateTimeOffset?> TakeAsync(string pem, StoreId store, DateTimeOffset? now, Func<string, Task<bool>> works)
    {
        X509Certificate2Collection chain = [];
        try
        {
            chain.ImportFromPem(pem);
            if (chain.Count == 0) throw new InvalidDataException("It holds no certificate (-----BEGIN CERTIFICATE-----).");
            var own = chain[0];
            using var requested = KeyIn(RequestKeyFile);
            using var former = KeyIn(File);
            var key = new[] { requested, former }.FirstOrDefault(k => k is not null && k.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own.PublicKey.ExportSubjectPublicKeyInfo()))
                ?? throw new InvalidDataException($"The certificate {own.Subject} is for another key. This device's must come first, and be made from what `storeedge enroll` printed here.");
            if (own.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is var named && named != store.Value) throw new InvalidDataException($"The certificate names '{named}', and this store is '{store.Value}' (store.id).");
            var (from, to) = (new DateTimeOffset(own.NotBefore).ToUniversalTime(), new DateTimeOffset(own.NotAfter).ToUniversalTime());
            if (now is { } time && (time < from || time > to)) throw new InvalidDataException($"The certificate is good from {from:u} to {to:u}, and now it is {time:u}.");
            var content = Encoding.ASCII.GetBytes(string.Concat(chain.Select(c => c.ExportCertificatePem() + "\n")) + key.ExportPkcs8PrivateKeyPem() + "\n");
            var trial = File + ".trial";
            Keep(trial, content);
            try
            {
                if (!await works(trial)) return null;
            }
            finally
            {
                System.IO.File.Delete(trial);
            }

            Keep(File, content);
            if (key == requested) System.IO.File.Delete(RequestKeyFile);
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

    /// <summary>The key of a request that is on its way. One that is in force already is what a power cut left behind: a successor has a key of its own.</summary>
    private ECDsa? RequestedKey()
    {
        var requested = KeyIn(RequestKeyFile);
        using var former = KeyIn(File);
        if (requested is null || former is null || !requested.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(former.ExportSubjectPublicKeyInfo())) return requested;
        requested.Dispose();
        return null;
    }

    private ECDsa NewKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Keep(RequestKeyFile, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        return key;
    }

    /// <summary>Mode 0600, and the agent's own even where an administrator runs the command.</summary>
    private void Keep(string file, byte[] content)
    {
        if (!Directory.Exists(Folder))
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            FileOwner.SameAs(stateDirectory, Folder);
        }

        DurableFile.Replace(file, content);
        FileOwner.SameAs(stateDirectory, file);
    }

    private static ECDsa? KeyIn(string file)
    {
        if (!System.IO.File.Exists(file)) return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(System.IO.File.ReadAllText(file));
            return key;
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"{file} holds no key ({fault.Message}); remove it, and a new one is made, for which a new certificate is needed.", fault);
        }
    }
}

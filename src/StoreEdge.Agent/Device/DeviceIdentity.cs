using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Device;

/// <summary>The certificate in force.</summary>
/// <param name="Pem">It alone, without intermediate ones.</param>
/// <param name="Device">Its OU; empty where it names none.</param>
/// <param name="NotBefore">Good from here on.</param>
/// <param name="NotAfter">Good up to here.</param>
internal sealed record DeviceCertificate(string Pem, string Device, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

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

    /// <summary>The same for the agent's own renewal: a technician's request and that one do not take each other's keys.</summary>
    public string SuccessorKeyFile => Path.Combine(Folder, "renewal.key");

    private string Folder => Path.Combine(stateDirectory, FolderName);

    /// <summary>What an authority is asked to sign. The same key each time until a certificate for it is in force; then a new one, for its successor.</summary>
    /// <param name="store">The CN, by which brokers and central tell stores apart.</param>
    /// <param name="device">The OU: which of the store's machines, such as its host name.</param>
    /// <returns>PKCS#10, PEM.</returns>
    /// <exception cref="IOException">The key cannot be kept.</exception>
    /// <exception cref="InvalidDataException">What lies there is no key.</exception>
    public string Request(StoreId store, string device)
    {
        using var key = KeyOnItsWay(RequestKeyFile) ?? NewKey(RequestKeyFile);
        return Request(store, device, key);
    }

    /// <summary>What is in force; null where nothing is, or what lies there cannot be read.</summary>
    public DeviceCertificate? InForce()
    {
        X509Certificate2Collection chain = [];
        try
        {
            if (!System.IO.File.Exists(File)) return null;
            chain.ImportFromPem(System.IO.File.ReadAllText(File));
            if (chain.Count == 0) return null;
            var own = chain[0];
            var device = own.SubjectName.EnumerateRelativeDistinguishedNames().FirstOrDefault(n => !n.HasMultipleElements && n.GetSingleElementType().Value == "2.5.4.11")?.GetSingleElementValue();
            return new(own.ExportCertificatePem() + "\n", device ?? "", new(own.NotBefore.ToUniversalTime()), new(own.NotAfter.ToUniversalTime()));
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            foreach (var certificate in chain) certificate.Dispose();
        }
    }

    /// <summary>Asks for the successor of what is in force, whose key proves it. The new key is on disk before anybody hears of it, and the same in each request until its certificate is in force.</summary>
    /// <param name="store">The CN.</param>
    /// <param name="id">The request's id.</param>
    /// <exception cref="IOException">The key cannot be kept.</exception>
    /// <exception cref="InvalidDataException">Nothing is in force.</exception>
    public CertificateRequestMessage Successor(StoreId store, string id)
    {
        using var former = KeyIn(File);
        if (former is null || InForce() is not { } inForce) throw new InvalidDataException($"{File} holds no certificate with its key.");
        using var key = SuccessorKey();
        var request = Request(store, inForce.Device, key);
        return new(id, null, request, inForce.Pem, CertificateProof.By(former, CertificateProof.OfRequest(store.Value, id, null, request, inForce.Pem)));
    }

    /// <summary>As <see cref="TakeAsync"/>, for the certificate that <see cref="Successor"/> asked for and no other.</summary>
    public Task<DateTimeOffset?> SucceedAsync(string pem, StoreId store, DateTimeOffset now, Func<string, Task<bool>> works) => PutInForceAsync(pem, store, now, works, SuccessorKeyFile, isSuccessor: true);

    /// <summary>Removes what a trial left that was killed: it holds a key.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void ForgetTrials()
    {
        // A device that was never enrolled has no folder either.
        foreach (var trial in (ReadOnlySpan<string>)[TrialOf(SuccessorKeyFile), TrialOf(RequestKeyFile)])
            if (System.IO.File.Exists(trial)) System.IO.File.Delete(trial);
    }

    private static string Request(StoreId store, string device, ECDsa key)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(store.Value);
        if (device.Length > 0) name.AddOrganizationalUnitName(device);
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
    public Task<DateTimeOffset?> TakeAsync(string pem, StoreId store, DateTimeOffset? now, Func<string, Task<bool>> works) =>
        PutInForceAsync(pem, store, now, works, RequestKeyFile, isSuccessor: false);

    private async Task<DateTimeOffset?> PutInForceAsync(string pem, StoreId store, DateTimeOffset? now, Func<string, Task<bool>> works, string keyFile, bool isSuccessor)
    {
        X509Certificate2Collection chain = [];
        try
        {
            chain.ImportFromPem(pem);
            if (chain.Count == 0) throw new InvalidDataException("It holds no certificate (-----BEGIN CERTIFICATE-----).");
            var own = chain[0];
            using var requested = KeyIn(keyFile);
            using var former = isSuccessor ? null : KeyIn(File);
            var key = new[] { requested, former }.FirstOrDefault(k => k is not null && k.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own.PublicKey.ExportSubjectPublicKeyInfo()))
                ?? throw new InvalidDataException($"The certificate {own.Subject} is for another key. This device's must come first, and be made from what `storeedge enroll` printed here.");
            if (own.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is var named && named != store.Value) throw new InvalidDataException($"The certificate names '{named}', and this store is '{store.Value}' (store.id).");
            var (from, to) = (new DateTimeOffset(own.NotBefore).ToUniversalTime(), new DateTimeOffset(own.NotAfter).ToUniversalTime());
            if (now is { } time && (time < from || time > to)) throw new InvalidDataException($"The certificate is good from {from:u} to {to:u}, and now it is {time:u}.");
            if (isSuccessor && InForce() is { } inForce && to <= inForce.NotAfter) throw new InvalidDataException($"The certificate ends on {to:u}, and the one in force no sooner.");
            var content = Encoding.ASCII.GetBytes(string.Concat(chain.Select(c => c.ExportCertificatePem() + "\n")) + key.ExportPkcs8PrivateKeyPem() + "\n");
            var trial = TrialOf(keyFile);
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
            if (key == requested) System.IO.File.Delete(keyFile);
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
    private ECDsa? KeyOnItsWay(string file)
    {
        var requested = KeyIn(file);
        using var former = KeyIn(File);
        if (requested is null || former is null || !requested.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(former.ExportSubjectPublicKeyInfo())) return requested;
        requested.Dispose();
        return null;
    }

    /// <summary>A damaged one is made anew: nobody carries a request for it about.</summary>
    private ECDsa SuccessorKey()
    {
        try
        {
            return KeyOnItsWay(SuccessorKeyFile) ?? NewKey(SuccessorKeyFile);
        }
        catch (InvalidDataException)
        {
            return NewKey(SuccessorKeyFile);
        }
    }

    private static string TrialOf(string keyFile) => Path.ChangeExtension(keyFile, ".trial");

    private ECDsa NewKey(string file)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Keep(file, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
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

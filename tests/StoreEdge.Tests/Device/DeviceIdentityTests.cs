using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Device;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Device;

public sealed class DeviceIdentityTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly StoreId Store = new("store-0001");

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-identity-").FullName;
    private readonly ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DeviceIdentity identity;

    public DeviceIdentityTests() => identity = new(directory);

    public void Dispose()
    {
        authorityKey.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void The_key_is_made_once_on_the_device_for_its_owner_alone_and_is_not_in_the_request()
    {
        var request = CertificateRequest.LoadSigningRequestPem(identity.Request(Store, "back-room"), HashAlgorithmName.SHA256);
        Assert.Equal(["back-room", "store-0001"], request.SubjectName.EnumerateRelativeDistinguishedNames().Select(n => n.GetSingleElementValue()!).Order(StringComparer.Ordinal));
        Assert.Equal("1.2.840.10045.3.1.7", request.PublicKey.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value); // P-256
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(identity.KeyFile));
        var key = File.ReadAllText(identity.KeyFile);
        Assert.DoesNotContain(key.Split('\n')[1], identity.Request(Store, "back-room"), StringComparison.Ordinal);
        Assert.Equal(key, File.ReadAllText(identity.KeyFile));
    }

    [Fact]
    public void A_certificate_for_the_key_and_the_store_is_in_force_with_the_ones_after_it()
    {
        var pem = Signed(identity.Request(Store, "d"));
        Assert.Equal(Now.AddDays(90), identity.Take(pem + pem, Store, Now));
        using var pair = X509Certificate2.CreateFromPemFile(identity.CertificateFile, identity.KeyFile);
        Assert.True(pair.HasPrivateKey);
        Assert.Equal(2, File.ReadAllText(identity.CertificateFile).Split("BEGIN CERTIFICATE").Length - 1);
    }

    [Fact]
    public void What_is_not_this_devices_is_refused_and_what_is_in_force_stays()
    {
        var good = Signed(identity.Request(Store, "d"));
        identity.Take(good, Store, Now);
        var kept = File.ReadAllText(identity.CertificateFile);
        var other = new DeviceIdentity(Directory.CreateDirectory(Path.Combine(directory, "other")).FullName);
        Refused(Signed(other.Request(Store, "d")), Store, "is for another key");
        Refused(good, new("store-0002"), "names 'store-0001', and this store is 'store-0002'");
        Refused(Signed(identity.Request(Store, "d"), Now.AddDays(-90), Now.AddDays(-1)), Store, "and now it is 2026-11-22");
        Refused("", Store, "holds no certificate");
        Refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Store, "cannot be read as PEM");
        Assert.Equal(kept, File.ReadAllText(identity.CertificateFile));

        void Refused(string pem, StoreId store, string why) => Assert.Contains(why, Assert.Throws<InvalidDataException>(() => identity.Take(pem, store, Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_time_is_not_known_no_certificate_is_over() =>
        Assert.Equal(Now.AddDays(-1), identity.Take(Signed(identity.Request(Store, "d"), Now.AddDays(-90), Now.AddDays(-1)), Store, null));

    [Fact]
    public void A_damaged_key_is_named_and_not_replaced()
    {
        identity.Request(Store, "d");
        File.WriteAllText(identity.KeyFile, "nothing");
        Assert.Contains("device.key is no key", Assert.Throws<InvalidDataException>(() => identity.Request(Store, "d")).Message, StringComparison.Ordinal);
        Assert.Equal("nothing", File.ReadAllText(identity.KeyFile));
    }

    private string Signed(string request, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
        using var signed = asked.Create(new X500DistinguishedName("CN=Authority"), X509SignatureGenerator.CreateForECDsa(authorityKey), from ?? Now.AddDays(-1), to ?? Now.AddDays(90), [1]);
        return signed.ExportCertificatePem() + "\n";
    }
}

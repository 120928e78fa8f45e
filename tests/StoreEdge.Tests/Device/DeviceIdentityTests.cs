using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Device;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Device;

public sealed class DeviceIdentityTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
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
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(identity.RequestKeyFile));
        var key = File.ReadAllText(identity.RequestKeyFile);
        Assert.DoesNotContain(key.Split('\n')[1], identity.Request(Store, "back-room"), StringComparison.Ordinal);
        Assert.Equal(key, File.ReadAllText(identity.RequestKeyFile));
    }

    [Fact]
    public async Task A_certificate_for_the_key_and_the_store_is_in_force_with_the_ones_after_it_in_one_file_with_the_key()
    {
        var pem = Signed(identity.Request(Store, "d"));
        Assert.Equal(Now.AddDays(90), await Take(pem + pem));
        using var pair = X509Certificate2.CreateFromPemFile(identity.File, identity.File);
        Assert.True(pair.HasPrivateKey);
        Assert.Equal(2, File.ReadAllText(identity.File).Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(identity.File));
        Assert.Equal([identity.File], Directory.GetFiles(Path.GetDirectoryName(identity.File)!));
    }

    [Fact]
    public async Task A_successor_has_a_key_of_its_own_and_is_in_force_only_after_it_was_tried()
    {
        await Take(Signed(identity.Request(Store, "d")));
        var former = File.ReadAllText(identity.File);
        var successor = Signed(identity.Request(Store, "d"));
        Assert.Null(await identity.TakeAsync(successor, Store, Now, trial =>
        {
            Assert.Equal(former, File.ReadAllText(identity.File));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(trial));
            using var pair = X509Certificate2.CreateFromPemFile(trial, trial);
            return Task.FromResult(false);
        }));
        Assert.Equal(former, File.ReadAllText(identity.File));
        Assert.NotNull(await Take(successor));
        Assert.NotEqual(former, File.ReadAllText(identity.File));
        Assert.False(File.Exists(identity.RequestKeyFile));
    }

    [Fact]
    public async Task What_is_not_this_devices_is_refused_and_what_is_in_force_stays()
    {
        var good = Signed(identity.Request(Store, "d"));
        await Take(good);
        var kept = File.ReadAllText(identity.File);
        var other = new DeviceIdentity(Directory.CreateDirectory(Path.Combine(directory, "other")).FullName);
        await Refused(Signed(other.Request(Store, "d")), Store, "is for another key");
        await Refused(good, new("store-0002"), "names 'store-0001', and this store is 'store-0002'");
        await Refused(Signed(identity.Request(Store, "d"), Now.AddDays(-90), Now.AddDays(-1)), Store, "and now it is 2026-11-22");
        await Refused("", Store, "holds no certificate");
        await Refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Store, "cannot be read as PEM");
        Assert.Equal(kept, File.ReadAllText(identity.File));

        async Task Refused(string pem, StoreId store, string why) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<InvalidDataException>(() => identity.TakeAsync(pem, store, Now, _ => Task.FromResult(true)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_time_is_not_known_no_certificate_is_over() =>
        Assert.Equal(Now.AddDays(-1), await identity.TakeAsync(Signed(identity.Request(Store, "d"), Now.AddDays(-90), Now.AddDays(-1)), Store, null, _ => Task.FromResult(true)));

    [Fact]
    public void A_damaged_key_is_named_and_not_replaced()
    {
        identity.Request(Store, "d");
        File.WriteAllText(identity.RequestKeyFile, "nothing");
        Assert.Contains("request.key holds no key", Assert.Throws<InvalidDataException>(() => identity.Request(Store, "d")).Message, StringComparison.Ordinal);
        Assert.Equal("nothing", File.ReadAllText(identity.RequestKeyFile));
    }

    private Task<DateTimeOffset?> Take(string pem) => identity.TakeAsync(pem, Store, Now, _ => Task.FromResult(true));

    private string Signed(string request, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
        using var signed = asked.Create(new X500DistinguishedName("CN=Authority"), X509SignatureGenerator.CreateForECDsa(authorityKey), from ?? Now.AddDays(-1), to ?? Now.AddDays(90), [1]);
        return signed.ExportCertificatePem() + "\n";
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>The certificate of the guests' HTTPS over time, and what the network tells phones because of it.</summary>
public sealed class PortalCertificateTests : IDisposable
{
    private readonly ManualClock clock = new();
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-certificate-").FullName;
    private readonly HealthBoard health;
    private readonly PortalCertificate certificate;

    public PortalCertificateTests()
    {
        health = new(clock, NullLogger<HealthBoard>.Instance);
        certificate = new(new(new(IPAddress.Any, 8482), CertificateFile, KeyFile), "wifi.shop.test", OptionsFile, health, clock, clock.GetUtcNow);
    }

    private string CertificateFile => Path.Combine(directory, "c.pem");

    private string KeyFile => Path.Combine(directory, "k.pem");

    private string OptionsFile => Path.Combine(directory, "dhcp-options");

    private IEnumerable<string> Codes => health.Warnings.Select(w => w.Code);

    public void Dispose()
    {
        certificate.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_good_pair_is_served_and_told_to_the_network()
    {
        Put(days: 90);
        certificate.Look();
        Assert.NotNull(certificate.Context);
        Assert.Equal("https://wifi.shop.test:8482/captive-portal/api", certificate.ApiUri);
        Assert.Equal("114,https://wifi.shop.test:8482/captive-portal/api\noption6:103,https://wifi.shop.test:8482/captive-portal/api\n", File.ReadAllText(OptionsFile));
        Assert.Empty(Codes);
    }

    [Fact]
    public void It_warns_a_month_ahead_is_told_no_more_a_week_ahead_and_comes_back_with_new_files()
    {
        Put(days: 90);
        certificate.Look();
        clock.Advance(TimeSpan.FromDays(61));
        certificate.Look();
        Assert.Equal(Severity.Warning, health.Warnings.Single(w => w.Code == "portal-certificate-expires").Severity);
        Assert.NotNull(certificate.ApiUri);

        clock.Advance(TimeSpan.FromDays(22));
        certificate.Look();
        Assert.Equal(Severity.Fault, health.Warnings.Single(w => w.Code == "portal-certificate-expires").Severity);
        Assert.Null(certificate.ApiUri);
        Assert.NotNull(certificate.Origin);
        Assert.Equal("", File.ReadAllText(OptionsFile));

        clock.Advance(TimeSpan.FromDays(8));
        certificate.Look();
        Assert.Null(certificate.Origin);

        Put(days: 90);
        certificate.Look();
        Assert.NotNull(certificate.ApiUri);
        Assert.NotEqual("", File.ReadAllText(OptionsFile));
        Assert.Empty(Codes);
    }

    [Fact]
    public void Missing_broken_and_unmatched_files_and_a_wrong_name_are_told_apart_and_the_former_pair_stays()
    {
        certificate.Look();
        Assert.Equal(["portal-certificate-unusable"], Codes);
        Assert.Contains("cannot be read", health.Warnings.Single().Text, StringComparison.Ordinal);
        Assert.Equal("", File.ReadAllText(OptionsFile));

        Put(days: 90);
        certificate.Look();
        Assert.Empty(Codes);
        var former = certificate.Context;

        File.WriteAllText(CertificateFile, "no PEM at all");
        certificate.Look();
        Assert.Equal(["portal-certificate-unusable"], Codes);
        Assert.Contains("no complete PEM", health.Warnings.Single().Text, StringComparison.Ordinal);
        Assert.Same(former, certificate.Context);

        Put(days: 90);
        File.WriteAllText(KeyFile, ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem());
        certificate.Look();
        Assert.Contains("portal-certificate-key", Codes);
        Assert.Same(former, certificate.Context);
        Assert.NotNull(certificate.ApiUri);

        Put(days: 90, name: "other.shop.test");
        certificate.Look();
        Assert.Equal(["portal-certificate-name"], Codes);
        Assert.Null(certificate.ApiUri);

        Put(days: -1);
        certificate.Look();
        Assert.Equal(["portal-certificate-name", "portal-certificate-unusable"], Codes);
    }

    private void Put(int days, string name = "wifi.shop.test")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = clock.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-100), now.AddDays(days));
        File.WriteAllText(CertificateFile, made.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }
}

using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The certificate of the guests' HTTPS over time. New files are used within seconds; what lies there and cannot be used leaves the former one in use, and is told. Whether the network
/// may name the portal's API follows from it: phones that are sent to a certificate that they refuse show no portal at all.
/// </summary>
internal sealed class PortalCertificate(GuestTlsOptions options, string hostName, string? optionsFile, HealthBoard health, TimeProvider time, Func<DateTimeOffset> verificationTime) : IDisposable
{
    /// <summary>A month: enough for whoever renews certificates by hand.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(30);

    /// <summary>From here on the network does not name the API any more: leases given now last into the time after.</summary>
    public static readonly TimeSpan Withdrawn = TimeSpan.FromDays(7);

    private const string Unusable = "portal-certificate-unusable", Mismatch = "portal-certificate-key", WrongName = "portal-certificate-name", Ends = "portal-certificate-expires";
    private const string NotWritten = "portal-network-option";
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private (string Certificate, string Key)? seen;
    private X509Certificate2? leaf;
    private volatile SslStreamCertificateContext? context;
    private string? written;

    /// <summary>What connections are served with; null before there was a good pair.</summary>
    public SslStreamCertificateContext? Context => context;

    /// <summary>Whom it names and until when; null before there was a good pair.</summary>
    public (string Subject, DateTimeOffset NotAfter)? Facts => Volatile.Read(ref leaf) is { } held ? (held.Subject, held.NotAfter) : null;

    /// <summary>How the guests' HTTPS is reached; null while phones should not be sent there.</summary>
    public string? Origin => IsUsable(TimeSpan.Zero)
        ? string.Create(CultureInfo.InvariantCulture, $"https://{hostName}{(options.Listen.Port == 443 ? "" : $":{options.Listen.Port}")}")
        : null;

    /// <summary>The URI of the API as RFC 8910 has it, for DHCP option 114, DHCPv6 option 103 and option 37 of router advertisements; null while it must not be told.</summary>
    public string? ApiUri => IsUsable(Withdrawn) && Origin is { } origin ? origin + PortalPaths.CaptiveApi : null;

    /// <summary>Looks at the files now and then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do Look();
        while (await timer.WaitForNextTickAsync(stop));
    }

    /// <summary>Looks at the files, holds the certificate against the time and keeps the network's options true.</summary>
    public void Look()
    {
        Read();
        Judge();
        WriteOptions();
    }

    /// <inheritdoc/>
    public void Dispose() => leaf?.Dispose();

    private bool IsUsable(TimeSpan margin) => leaf is { } held && Names(held) && verificationTime() is var now && now >= held.NotBefore && now < held.NotAfter - margin;

    private bool Names(X509Certificate2 certificate) => certificate.MatchesHostname(hostName, allowWildcards: true, allowCommonName: false);

    private void Read()
    {
        (string, string) files;
        try
        {
            files = (File.ReadAllText(options.CertificateFile), File.ReadAllText(options.KeyFile));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Tell(Unusable, $"The portal's certificate cannot be read: {fault.Message}", "Put the certificate and its key where 'portal.certificateFile' and 'portal.keyFile' point, readable by the service; they are used within seconds.");
            return;
        }

        if (seen == files) return;
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(files.Item1);
            using var bare = X509Certificate2.CreateFromPem(files.Item1, files.Item2);
            // SslStream on other systems than Linux takes no key that lives in memory alone; a copy is the same everywhere.
            var next = X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pkcs12), null);
            if (leaf is { } former && verificationTime() is var now && now < former.NotAfter && now >= next.NotAfter)
            {
                next.Dispose();
                Tell(Unusable, "The portal's new certificate has ended already; the former one stays in use.", "Put a certificate that is valid where 'portal.certificateFile' points.");
                return;
            }

            context = SslStreamCertificateContext.Create(next, chain, offline: true);
            (leaf, seen) = (next, files);
            health.Clear(Unusable);
            health.Clear(Mismatch);
        }
        catch (Exception fault) when ((fault is CryptographicException or ArgumentException) && AreSound(files))
        {
            Tell(Mismatch, $"The portal's key does not belong to its certificate: {fault.Message}", "Put the key that the certificate was made with where 'portal.keyFile' points; both are used within seconds.");
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            Tell(Unusable, $"The portal's certificate or key is no complete PEM: {fault.Message}", "Put the certificate (with the intermediate ones after it) and its key, both PEM, where 'portal.certificateFile' and 'portal.keyFile' point.");
        }
    }

    /// <summary>Whether both files are sound by themselves, and only do not belong together.</summary>
    private static bool AreSound((string Certificate, string Key) files)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(files.Certificate);
            return Reads(RSA.Create(), files.Key) || Reads(ECDsa.Create(), files.Key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static bool Reads<T>(T key, string pem)
        where T : AsymmetricAlgorithm
    {
        using (key)
        {
            try
            {
                key.ImportFromPem(pem);
                return true;
            }
            catch (Exception fault) when (fault is CryptographicException or ArgumentException)
            {
                return false;
            }
        }
    }

    private void Judge()
    {
        if (leaf is not { } held) return;
        if (Names(held)) health.Clear(WrongName);
        else Tell(WrongName, $"The portal's certificate is not for {hostName}.", "Use a certificate for the name in 'portal.hostName', or correct that name; until then the network does not name the portal.");
        var left = held.NotAfter - verificationTime();
        if (left > Ahead)
        {
            health.Clear(Ends);
            return;
        }

        var day = held.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        health.Raise(
            Ends, left <= Withdrawn ? Severity.Fault : Severity.Warning,
            left <= TimeSpan.Zero ? $"The portal's certificate ended on {day}; phones find the portal by their probes only."
            : left <= Withdrawn ? $"The portal's certificate ends on {day}; the network does not name the portal any more, and phones find it by their probes only."
            : $"The portal's certificate ends on {day}.",
            "Renew 'portal.certificateFile' and its key before that day; new files are used within seconds, without a restart.");
    }

    private void WriteOptions()
    {
        if (optionsFile is null) return;
        var uri = ApiUri;
        var content = uri is null ? "" : $"114,{uri}\noption6:103,{uri}\n";
        if (content == written) return;
        try
        {
            DurableFile.Replace(optionsFile, Encoding.ASCII.GetBytes(content), ForAll);
            written = content;
            health.Clear(NotWritten);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Tell(NotWritten, $"The network's options could not be written: {fault.Message}", $"Check the rights of {Path.GetDirectoryName(optionsFile)}.");
        }
    }

    private void Tell(string code, string text, string action) => health.Raise(code, Severity.Warning, text, action);
}

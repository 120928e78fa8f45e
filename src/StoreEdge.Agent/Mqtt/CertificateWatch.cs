using StoreEdge.Agent.Health;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>A certificate that the link relies on.</summary>
/// <param name="Role"><c>client</c>, <c>authority</c> or <c>server</c>.</param>
/// <param name="Subject">Whom it names.</param>
/// <param name="NotAfter">Valid up to here.</param>
internal sealed record LinkCertificate(string Role, string Subject, DateTimeOffset NotAfter)
{
    /// <summary>How long before its end somebody is told.</summary>
    public TimeSpan Ahead { get; init; } = CertificateWatch.Ahead;
}

/// <summary>
/// The link's certificates over time. Takes a changed, complete and matching set of files at once; keeps to the former one, and warns, while what lies there
/// cannot be used. Warns <see cref="Ahead"/> of the end of each certificate, the broker's own included.
/// </summary>
internal sealed class CertificateWatch(BrokerOptions options, LinkIdentity identity, HealthBoard health, VerificationClock clock)
{
    /// <summary>A month: enough for whoever signs certificates by hand.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(30);

    private const string NewFiles = "broker-tls-new-files";
    private const string NoLibrary = "broker-tls-library";
    private const string WrongName = "broker-certificate-name";

    private CertificateFacts? server;
    private bool wasBad;

    /// <summary>What connections use; null before the first good look, and without TLS.</summary>
    public TlsMaterial? Material { get; private set; }

    /// <summary>The certificates in use, as far as they are known.</summary>
    public IReadOnlyList<LinkCertificate> Certificates { get; private set; } = [];

    /// <summary>Looks at the files.</summary>
    /// <returns>Whether another set is to be used from now on.</returns>
    /// <exception cref="MqttFailureException">They cannot be used, and there is no former set.</exception>
    public bool Look()
    {
        if (options.Tls is not { } files) return false;
        TlsMaterial read;
        try
        {
            read = TlsMaterial.Read(files);
            if (Material?.Client is { } former && read.Client is { } next && IsValid(former) && !IsValid(next))
                throw new MqttFailureException(new(MqttFailureKind.TlsClientExpired, 0, $"the new client certificate ({next}) is not valid now, and the former one is"));
        }
        catch (MqttFailureException bad) when (Material is not null)
        {
            // Certificate and key are two files: the moment between their replacements is no fault yet.
            if (wasBad)
                health.Raise(identity.CodeOf(NewFiles), Severity.Warning, $"The new TLS files cannot be used; the former ones stay in use: {bad.Failure.Detail}",
                    $"Put a complete certificate and its key where '{identity.Section}.certificateFile' and '{identity.Section}.keyFile' point; they are used within seconds.");
            wasBad = true;
            return false;
        }

        wasBad = false;
        health.Clear(identity.CodeOf(NewFiles));
        if (read.Fingerprint == Material?.Fingerprint) return false;
        Material = read;
        Judge();
        return true;
    }

    /// <summary>A connection stands; this is what the broker showed.</summary>
    public void Connected(CertificateFacts? shown)
    {
        server = shown;
        Judge();
    }

    /// <summary>Holds everything against the time; to be called now and then.</summary>
    public void Judge()
    {
        if (options.Tls is null) return;
        if (!MosquittoClient.KeepsVerificationTime)
            health.Raise(identity.CodeOf(NoLibrary), Severity.Warning, "libssl.so.3 cannot be loaded: certificates are held against the machine's clock, even where that is behind.",
                "Install it: apt-get install libssl3.");
        var all = new List<LinkCertificate>();
        if (Material?.Client is { } client) all.Add(new("client", client.Subject, client.NotAfter) { Ahead = AheadOf(client) });
        all.AddRange((Material?.AuthorityFacts ?? []).Select(a => new LinkCertificate("authority", a.Subject, a.NotAfter)));
        if (server is not null) all.Add(new("server", server.Subject, server.NotAfter));
        Certificates = all;

        Warn("broker-client-certificate-expires", "client", $"Renew '{identity.Section}.certificateFile' and its key before that day; new files are used within seconds, without a restart.");
        // Several authorities lie in one file while one follows another; only when the last ends does anything end.
        Warn("broker-authority-expires", "authority", $"Add the authority that follows to '{identity.Section}.caFile' before that day, beside the present one.");
        Warn("broker-server-certificate-expires", "server", "Have whoever runs the broker renew its certificate before that day.");
        if (identity.IsCentral && Material?.Client is { } own && own.CommonName != identity.StoreId)
            health.Raise(identity.CodeOf(WrongName), Severity.Warning, $"The client certificate is for '{own.CommonName}', but this store is '{identity.StoreId}'.",
                $"Have a certificate made with CN={identity.StoreId}, or correct 'store.id': brokers and central tell stores apart by that name.");
        else health.Clear(identity.CodeOf(WrongName));
    }

    private void Warn(string code, string role, string action)
    {
        var last = Certificates.Where(c => c.Role == role).MaxBy(c => c.NotAfter);
        var now = clock.Now();
        if (last is null || last.NotAfter - now > last.Ahead) health.Clear(identity.CodeOf(code));
        else
            health.Raise(identity.CodeOf(code), Severity.Warning,
                $"The {role} certificate {last.Subject} {(last.NotAfter > now ? $"ends in {(last.NotAfter - now).TotalDays:0} days, on" : "ended on")} {last.NotAfter:yyyy-MM-dd HH:mm} UTC.", action);
    }

    /// <summary>What the agent renews by itself, between two thirds and 77 % of its life, is nobody's concern before that has failed for a while.</summary>
    private TimeSpan AheadOf(CertificateFacts client) => options.Renews && (client.NotAfter - client.NotBefore) / 6 is var late && late < Ahead ? late : Ahead;

    private bool IsValid(CertificateFacts certificate) => clock.Now() is var now && now <= certificate.NotAfter && (now >= certificate.NotBefore || !clock.IsSure());
}

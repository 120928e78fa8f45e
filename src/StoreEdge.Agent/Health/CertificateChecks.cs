using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>How long the certificates still hold that this store shows or relies on: one check for each kind.</summary>
internal static class CertificateChecks
{
    /// <summary>A month: enough for whoever signs certificates by hand.</summary>
    private const double Ahead = 30;

    /// <summary>The checks. Of several of one kind the last to end counts: one follows the other.</summary>
    public static IEnumerable<HealthCheck> Of(IEnumerable<CertificateView> certificates) =>
        certificates.GroupBy(c => c.Role, StringComparer.Ordinal).Select(g => One(g.Key, g.MaxBy(c => c.NotAfter)!));

    private static HealthCheck One(string role, CertificateView last)
    {
        var (title, action) = Words(role);
        var day = last.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var evidence = last.DaysLeft < 0
            ? new Phrase($"{last.Subject} ended on {day}.", $"{last.Subject} terminou em {day}.")
            : new Phrase($"{last.Subject}: {last.DaysLeft:0} days left, until {day}.", $"{last.Subject}: restam {last.DaysLeft:0} dias, até {day}.");
        return last.DaysLeft > Ahead ? HealthCheck.Pass($"certificate:{role}", title, evidence) : new($"certificate:{role}", title, CheckVerdict.Warn, evidence, action);
    }

    private static (Phrase Title, Phrase Action) Words(string role) => role switch
    {
        "client" => (new("Client certificate", "Certificado do cliente"),
            new("Renew mqtt.certificateFile and its key; new files are used within seconds.", "Renove o certificado de mqtt.certificateFile e sua chave; os novos arquivos são usados em segundos.")),
        "authority" => (new("Certificate authority", "Autoridade certificadora"),
            new("Add the authority that follows to mqtt.caFile, beside the present one.", "Acrescente a nova autoridade a mqtt.caFile, junto à anterior.")),
        "portal" => (new("Certificate of the portal", "Certificado do portal"),
            new("Renew portal.certificateFile and its key; new files are used within seconds.", "Renove portal.certificateFile e sua chave; os novos arquivos são usados em segundos.")),
        _ => (new("Certificate of the broker", "Certificado do broker"),
            new("Have whoever runs the broker renew its certificate.", "Peça a quem opera o broker que renove o certificado.")),
    };
}

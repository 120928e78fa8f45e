using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>How long the certificates still hold that this store shows or relies on: one check for each kind.</summary>
internal static class CertificateChecks
{
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
        if (last.Renewal is { DueAt: not null } renewal) evidence = new($"{evidence.English} {Words(renewal, Tongue.English)}", $"{evidence.Portuguese} {Words(renewal, Tongue.Portuguese)}");
        return last.DaysLeft > last.WarnDays ? HealthCheck.Pass($"certificate:{role}", title, evidence) : new($"certificate:{role}", title, CheckVerdict.Warn, evidence, action);
    }

    /// <summary>When it is renewed next, and what became of the last try.</summary>
    private static string Words(RenewalView renewal, Tongue tongue)
    {
        var english = tongue == Tongue.English;
        var due = Moment(renewal.DueAt!.Value);
        var next = renewal.WaitsForTime ? (english ? $"Renewed by itself from {due} on, once the time is known." : $"Renovado automaticamente a partir de {due}, quando a hora for conhecida.")
            : english ? $"Renewed by itself from {due} on." : $"Renovado automaticamente a partir de {due}.";
        if (renewal.LastTryAt is not { } tried) return next;
        return (renewal.LastFailure, english) switch
        {
            (null, true) => $"{next} Last renewed at {Moment(tried)}.",
            (null, false) => $"{next} Última renovação em {Moment(tried)}.",
            (var why, true) => $"{next} Last try at {Moment(tried)}: {why}",
            (var why, false) => $"{next} Última tentativa em {Moment(tried)}: {why}",
        };
    }

    private static string Moment(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

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

namespace StoreEdge.Agent.Health;

/// <summary>
/// What the codes of <see cref="HealthBoard"/> are called on the page, which check they speak about, and what to do in Portuguese. The rooms write their
/// warnings in English, with the evidence in them; a code that is not listed is still shown, in English.
/// </summary>
internal static class WarningWords
{
    /// <summary>A family of codes, being all codes that start with it and end there or go on with a colon.</summary>
    /// <param name="Check">The check that such a warning overrules, without what follows the colon; null where it stands alone.</param>
    /// <param name="Title">What the warning is about.</param>
    /// <param name="Action">What to do, in Portuguese.</param>
    private sealed record Family(string? Check, Phrase Title, string Action);

    private static readonly Dictionary<string, Family> Families = new(StringComparer.Ordinal)
    {
        ["broker-tls-failed"] = new("link", Phrase.Same("TLS"), "Compare o certificado do broker com mqtt.caFile (autoridade, nome, validade) e o relógio desta máquina (timedatectl)."),
    };

    /// <summary>The check that a warning overrules, or null.</summary>
    public static string? CheckOf(string code)
    {
        var (family, after) = Split(code);
        return Families.GetValueOrDefault(family)?.Check is { } check ? check + after : null;
    }

    /// <summary>The warning as a check.</summary>
    public static HealthCheck AsCheck(HealthWarning warning)
    {
        var (name, after) = Split(warning.Code);
        var family = Families.GetValueOrDefault(name);
        var title = family?.Title ?? Phrase.Same(name.Replace('-', ' '));
        var suffix = after.Length > 0 ? $" {after[1..]}" : "";
        return new(
            warning.Code, new(title.English + suffix, title.Portuguese + suffix), warning.Severity == Severity.Fault ? CheckVerdict.Fail : CheckVerdict.Warn,
            Phrase.Same(warning.Text), new(warning.NextAction, family?.Action ?? warning.NextAction));
    }

    private static (string Family, string Suffix) Split(string code) => code.IndexOf(':', StringComparison.Ordinal) is > 0 and var cut ? (code[..cut], code[cut..]) : (code, "");
}

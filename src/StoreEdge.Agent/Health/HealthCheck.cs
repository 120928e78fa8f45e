namespace StoreEdge.Agent.Health;

/// <summary>What came out of a check.</summary>
internal enum CheckVerdict
{
    /// <summary>As it should be.</summary>
    Pass,

    /// <summary>Worse than it should be; customers are still served.</summary>
    Warn,

    /// <summary>A part does not work.</summary>
    Fail,

    /// <summary>It could not be found out; neither good nor bad.</summary>
    Unknown,

    /// <summary>There is nothing of the kind on this machine or in this configuration.</summary>
    NotApplicable,
}

/// <summary>The same words in both languages of the technician.</summary>
internal readonly record struct Phrase(string English, string Portuguese)
{
    /// <summary>No words.</summary>
    public static Phrase None => new("", "");

    /// <summary>Where both languages say the same: numbers, names, paths.</summary>
    public static Phrase Same(string text) => new(text, text);

    /// <summary>The words in <paramref name="language"/>.</summary>
    public string In(Tongue language) => language == Tongue.Portuguese ? Portuguese : English;
}

/// <summary>The languages of the technician's page.</summary>
internal enum Tongue
{
    /// <summary><c>en</c>.</summary>
    English,

    /// <summary><c>pt-BR</c>.</summary>
    Portuguese,
}

/// <summary>One thing that was looked at: what, how it is, the evidence, and what to do next where it is not as it should be. Carries no personal data.</summary>
/// <param name="Code">Stable, such as <c>disk</c> or <c>receiver:door</c>.</param>
/// <param name="Title">What was looked at.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Evidence">From what that was concluded.</param>
/// <param name="NextAction">What the technician does next; none where nothing is to be done.</param>
internal sealed record HealthCheck(string Code, Phrase Title, CheckVerdict Verdict, Phrase Evidence, Phrase NextAction)
{
    /// <summary>What exactly is wrong: the code of the warning behind it, such as <c>broker-tls-authority</c>; null where all is well, or the check says it by itself.</summary>
    public string? Fault { get; init; }

    /// <summary>The check that this one explains, by its code: one thing that is wrong is counted once. Null where it stands for itself.</summary>
    public string? PartOf { get; init; }

    /// <summary>A check that found all well.</summary>
    public static HealthCheck Pass(string code, Phrase title, Phrase evidence) => new(code, title, CheckVerdict.Pass, evidence, Phrase.None);

    /// <summary>A check that has no object here.</summary>
    public static HealthCheck NotApplicable(string code, Phrase title, Phrase why) => new(code, title, CheckVerdict.NotApplicable, why, Phrase.None);
}

using System.Collections.Immutable;

namespace StoreEdge.Agent.Health;

/// <summary>How bad a warning is.</summary>
internal enum Severity
{
    /// <summary>Something is worse than it should be; customers are still served.</summary>
    Warning,

    /// <summary>A part does not work.</summary>
    Fault,
}

/// <summary>One thing that is wrong, with what to do about it. Carries no personal data: it is shown, logged and sent.</summary>
/// <param name="Code">Stable, such as <c>broker-unreachable</c> or <c>receiver-silent:door</c>.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Text">What is wrong, with the evidence.</param>
/// <param name="NextAction">What the technician does next.</param>
/// <param name="Since">When it was first raised.</param>
internal sealed record HealthWarning(string Code, Severity Severity, string Text, string NextAction, DateTimeOffset Since);

/// <summary>
/// The one list of what is wrong. Every room raises and clears its own codes; the technician's page, <c>doctor</c>, the watchdog and MQTT read it.
/// </summary>
internal sealed class HealthBoard(TimeProvider time, ILogger<HealthBoard> log)
{
    private readonly Lock gate = new();
    private ImmutableSortedDictionary<string, HealthWarning> warnings = ImmutableSortedDictionary.Create<string, HealthWarning>(StringComparer.Ordinal);

    /// <summary>The warnings in force, by code.</summary>
    public IReadOnlyList<HealthWarning> Warnings => [.. Volatile.Read(ref warnings).Values];

    /// <summary>Counts changes, so that a reader can tell cheaply whether to look again.</summary>
    public long Version { get; private set; }

    /// <summary><c>ok</c>, <c>degraded</c> (warnings only) or <c>failed</c>.</summary>
    public string Verdict => Volatile.Read(ref warnings) is var all && all.IsEmpty ? "ok" : all.Values.Any(w => w.Severity == Severity.Fault) ? "failed" : "degraded";

    /// <summary>Puts a warning on the board, or renews its text. Logged when it is new.</summary>
    public void Raise(string code, Severity severity, string text, string nextAction)
    {
        lock (gate)
        {
            warnings.TryGetValue(code, out var before);
            if (before is not null && before.Severity == severity && before.Text == text && before.NextAction == nextAction) return;
            Volatile.Write(ref warnings, warnings.SetItem(code, new(code, severity, text, nextAction, before?.Since ?? time.GetUtcNow())));
            Version++;
            if (before is not null) return;
        }

        log.LogWarning("{Code}: {Text} Next: {NextAction}", code, text, nextAction);
    }

    /// <summary>Takes a warning off the board; does nothing where there is none.</summary>
    public void Clear(string code)
    {
        lock (gate)
        {
            if (!warnings.ContainsKey(code)) return;
            Volatile.Write(ref warnings, warnings.Remove(code));
            Version++;
        }

        log.LogInformation("{Code}: over", code);
    }
}

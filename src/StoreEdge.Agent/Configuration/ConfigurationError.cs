namespace StoreEdge.Agent.Configuration;

/// <summary>One thing that is wrong with the configuration: where it stands, what stands there, and what is allowed.</summary>
/// <param name="Source">The file (with line where known), the environment variable or the command-line option.</param>
/// <param name="Key">The full key, such as <c>mqtt.port</c>; empty where the whole source is at fault.</param>
/// <param name="Value">What stands there, as JSON and without the login of an address; null where nothing does, or where it is a secret.</param>
/// <param name="Allowed">What is allowed, or what to do.</param>
internal sealed record ConfigurationError(string Source, string Key, string? Value, string Allowed)
{
    /// <summary>What stands there. An error is shown on pages, in logs and to systemd.</summary>
    public string? Value { get; } = Value is null ? null : SecretNames.WithoutLogins(Value);

    public override string ToString() =>
        $"{Source}: {(Key.Length > 0 ? $"{Key}: " : "")}{(Value is null ? "" : $"{Shortened(Value)} is not allowed; ")}{Allowed}";

    private static string Shortened(string value) => value.Length <= 80 ? value : value[..77] + "…";
}

/// <summary>The configuration cannot be used. Carries every error found, not just the first.</summary>
internal sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}

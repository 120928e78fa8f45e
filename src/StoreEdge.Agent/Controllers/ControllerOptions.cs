namespace StoreEdge.Agent.Controllers;

/// <summary>Settings for a guest Wi-Fi that belongs to somebody else's controller.</summary>
/// <param name="Url">Where its API is, such as <c>https://192.168.1.1</c> or <c>https://unifi.example:8443</c>; without a path.</param>
internal sealed record ControllerOptions(Uri Url)
{
    /// <summary>The site within the controller, as its own addresses name it.</summary>
    public string Site { get; init; } = "default";

    /// <summary>A file with an API key; used instead of a login.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>A local account of the controller that may authorise guests.</summary>
    public string? Username { get; init; }

    /// <summary>Its password, the first line of a file.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The authority of the controller's certificate, PEM; null: the machine's own authorities.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>SHA-256 of the controller's certificate, 64 hexadecimal digits: for the certificate that a controller made for itself. Null: the certificate must hold by name and authority.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Only phones on this network are ours; null: every guest of the site.</summary>
    public string? Ssid { get; init; }

    /// <summary>How long an accepted phone passes, 1 min–30 d.</summary>
    public TimeSpan PassFor { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Limits for each phone, in kbit/s; null: the controller's own.</summary>
    public int? DownKbps { get; init; }

    /// <inheritdoc cref="DownKbps"/>
    public int? UpKbps { get; init; }

    /// <summary>What each phone may move in all, in megabytes; null: no limit.</summary>
    public int? Megabytes { get; init; }

    /// <summary>How often the controller is asked who is there, 1–60 s: so late is a phone's going noticed.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);
}

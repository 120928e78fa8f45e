namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Settings of the guest portal.</summary>
internal sealed record PortalOptions
{
    /// <summary>The shop's name as customers know it, 1–60 characters.</summary>
    public string Name { get; init; } = "StoreEdge";

    /// <summary>What the shop is, in a sentence or two, by language (<c>pt-BR</c>, <c>en</c>, <c>es</c>); at most 300 characters each. A missing language shows a neutral welcome.</summary>
    public IReadOnlyDictionary<string, string> Welcome { get; init; } = new Dictionary<string, string>();

    /// <summary>The brand's main colour: the band at the top, buttons and links. Any colour will do: where it is too pale or too dark to read, a readable shade of it is used.</summary>
    public Colour BrandColour { get; init; } = new(0x0B, 0x5D, 0x4B);

    /// <summary>Where customers turn to about their data: an e-mail address, a telephone number or a counter; at most 120 characters. Null: the shop's staff.</summary>
    public string? Contact { get; init; }

    /// <summary>The language for phones that ask for none of ours: <c>pt-BR</c>, <c>en</c> or <c>es</c>.</summary>
    public string DefaultLanguage { get; init; } = "pt-BR";

    /// <summary>How long an opened portal page may be accepted, 1–10 min. Ten minutes is the longest a stolen token should live.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the phone's page opens after acceptance, 1 h–30 d; its row is deleted after that.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a phone that shows no life is still taken for the same phone, 1 min–24 h; shorter than the address lease, or a stranger inherits the address.</summary>
    public TimeSpan DeviceIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many phones are remembered at once, 16–1,000,000; the longest silent one is forgotten first.</summary>
    public int MaxDevices { get; init; } = 8192;

    /// <summary>POST requests per phone and minute, 1–1,000.</summary>
    public int PostsPerMinute { get; init; } = 30;

    /// <summary>Loyalty numbers that a phone may try in vain per ten minutes, 1–100; keeps numbers from being guessed.</summary>
    public int LoginAttempts { get; init; } = 5;

    /// <summary>Whether a typed number or address proves who somebody is: then they see, take along and erase what is held about that customer. It never proves it in truth, which is why this is off.</summary>
    public bool TypedIsProof { get; init; }

    /// <summary>Whether whoever holds this session's page may see and erase what is held about its subject: a guest's visit is nobody else's, a customer has to be proven.</summary>
    public bool LetsKnow(PortalSession session) => !session.Recognised || session.Proven || TypedIsProof;

    /// <summary>What is wrong with these settings: the key, and what is allowed.</summary>
    public IEnumerable<(string Key, string Allowed)> Faults()
    {
        if (Name.Trim().Length is < 1 or > 60) yield return ("name", "1–60 characters");
        foreach (var (language, text) in Welcome)
        {
            if (!PortalText.Tags.Contains(language)) yield return ($"welcome.{language}", "a language of the portal: " + string.Join(", ", PortalText.Tags));
            else if (text.Length > 300) yield return ($"welcome.{language}", "at most 300 characters");
        }

        if (Contact is { Length: 0 or > 120 }) yield return ("contact", "1–120 characters, or absent");
        if (!PortalText.Tags.Contains(DefaultLanguage)) yield return ("defaultLanguage", string.Join(", ", PortalText.Tags));
        if (TokenLifetime < TimeSpan.FromMinutes(1) || TokenLifetime > TimeSpan.FromMinutes(10)) yield return ("tokenLifetime", "1–10 minutes");
        if (SessionLifetime < TimeSpan.FromHours(1) || SessionLifetime > TimeSpan.FromDays(30)) yield return ("sessionLifetime", "1 hour–30 days");
        if (DeviceIdle < TimeSpan.FromMinutes(1) || DeviceIdle > TimeSpan.FromHours(24)) yield return ("deviceIdle", "1 minute–24 hours");
        if (MaxDevices is < 16 or > 1_000_000) yield return ("maxDevices", "16–1,000,000");
        if (PostsPerMinute is < 1 or > 1000) yield return ("postsPerMinute", "1–1,000");
        if (LoginAttempts is < 1 or > 100) yield return ("loginAttempts", "1–100");
    }
}

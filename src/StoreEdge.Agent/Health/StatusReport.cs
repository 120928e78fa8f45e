using System.Text.Json.Serialization;

namespace StoreEdge.Agent.Health;

/// <summary>All that the technician sees, as <c>/diagnostics/status.json</c> gives it. No personal data: counts, places, times and words of the configuration only.</summary>
/// <param name="Verdict"><c>ok</c>, <c>degraded</c> or <c>failed</c>.</param>
/// <param name="Summary">The verdict as a sentence.</param>
/// <param name="GeneratedAt">When it was put together.</param>
/// <param name="UptimeSeconds">Since the agent started.</param>
/// <param name="Language"><c>en</c> or <c>pt-BR</c>: of the words in the checks.</param>
/// <param name="Store">Which store.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Checks">Worst first.</param>
/// <param name="Receivers">Each radio.</param>
/// <param name="Outbox">What central does not hold yet; null where the journal did not answer.</param>
/// <param name="Link">The connection to the broker; null where it is not configured or did not answer.</param>
/// <param name="Displays">Each screen.</param>
/// <param name="Bundle">What may be shown; null where none is loaded.</param>
/// <param name="PresentNow">How many visits are open; null where presence did not answer.</param>
/// <param name="Events">The newest events, newest first.</param>
/// <param name="Identity">By which kinds of ids devices are known; null where there is no registry.</param>
internal sealed record StatusReport(
    string Verdict, string Summary, DateTimeOffset GeneratedAt, double UptimeSeconds, string Language, StoreView Store, string Version,
    IReadOnlyList<CheckView> Checks, IReadOnlyList<ReceiverView> Receivers, OutboxView? Outbox, LinkView? Link, IReadOnlyList<DisplayView> Displays,
    BundleView? Bundle, int? PresentNow, IReadOnlyList<EventView> Events, IdentityView? Identity = null)
{
    /// <summary>How long <c>doctor</c> took to find this out; null where the page says it.</summary>
    public double? TookSeconds { get; init; }
}

/// <summary>The store.</summary>
internal sealed record StoreView(string Id, string Name);

/// <summary>A <see cref="HealthCheck"/> in one language. Verdicts: <c>pass</c>, <c>warn</c>, <c>fail</c>, <c>unknown</c>, <c>not-applicable</c>.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Title">What was looked at.</param>
/// <param name="Verdict">As above.</param>
/// <param name="Evidence">From what that was concluded.</param>
/// <param name="NextAction">What to do; null where nothing is to be done.</param>
internal sealed record CheckView(string Code, string Title, string Verdict, string Evidence, string? NextAction)
{
    /// <summary>What exactly is wrong, such as <c>broker-tls-authority</c>; null where all is well, or the code says it.</summary>
    public string? Fault { get; init; }

    /// <summary>The check that this one explains; null where it stands for itself.</summary>
    public string? PartOf { get; init; }
}

/// <summary>One radio.</summary>
/// <param name="Id">Its name in the configuration.</param>
/// <param name="Zone">Where it hangs.</param>
/// <param name="Side"><c>inside</c> or <c>outside</c>.</param>
/// <param name="Connected">Whether its source is open.</param>
/// <param name="Frames">Advertisements since the start.</param>
/// <param name="FramesPerSecond">Over the last seconds.</param>
/// <param name="EnrolledShare">Which part of them came from enrolled beacons, 0–1.</param>
/// <param name="Dropped">How many were lost because the agent did not keep up.</param>
/// <param name="Malformed">How many could not be decoded.</param>
/// <param name="LastFrameSecondsAgo">Null before the first.</param>
/// <param name="Fault">Why it is not connected, or null.</param>
/// <param name="Link">How a receiver of another device reaches the store; null for one of its own.</param>
internal sealed record ReceiverView(
    string Id, string Zone, string Side, bool Connected, long Frames, double FramesPerSecond, double EnrolledShare, long Dropped, long Malformed,
    double? LastFrameSecondsAgo, string? Fault, string? Link = null)
{
    /// <summary>Why it could not hear anybody now, or null: while it cannot, its silence ends no visit.</summary>
    public string? Blind { get; init; }

    /// <summary>Since when it is blind; null while it is not.</summary>
    public double? BlindSeconds { get; init; }

    /// <summary>How many fixed beacons tell its death from an empty store.</summary>
    public int Canaries { get; init; }

    /// <summary>What is known of a radio of this machine; null for other sources.</summary>
    public RadioView? Radio { get; init; }
}

/// <summary>A radio of this machine.</summary>
/// <param name="Adapter">Its present number, such as <c>hci0</c>.</param>
/// <param name="KernelDropped">Packets that the kernel dropped because the agent did not read in time.</param>
/// <param name="Steps">Recovery steps that were taken, as <c>RestartScan 2, PowerCycle 1</c>; empty where none was.</param>
/// <param name="Recoveries">How often it heard its fixed beacons again after a step.</param>
internal sealed record RadioView(string Adapter, long KernelDropped, string Steps, long Recoveries);

/// <summary>The journal against central's acknowledgement.</summary>
internal sealed record OutboxView(long LastSeq, long AcknowledgedSeq, long Pending, double OldestPendingSeconds, double? LastAcknowledgedSecondsAgo, long DatabaseBytes)
{
    /// <summary>Events that were refused for good and are kept until they are sent again.</summary>
    public long DeadLetters { get; init; }

    /// <summary>How fast a backlog may be sent, events a second; 0 where there is no link.</summary>
    public int BacklogPerSecond { get; init; }
}

/// <summary>The connection to the broker.</summary>
internal sealed record LinkView(string Broker, bool Connected, double? ConnectedSeconds, long Connections, string? Fault, double? NextRetrySeconds)
{
    /// <summary>Whether that is not the first broker of the configuration.</summary>
    public bool IsFallback { get; init; }

    /// <summary>The certificates in use; empty without TLS.</summary>
    public IReadOnlyList<CertificateView> Certificates { get; init; } = [];
}

/// <summary>A certificate of the connection to the broker.</summary>
/// <param name="Role"><c>client</c>, <c>authority</c> or <c>server</c>.</param>
/// <param name="Subject">Whom it names.</param>
/// <param name="NotAfter">Valid up to here.</param>
/// <param name="DaysLeft">Whole days from now; negative once it has ended.</param>
internal sealed record CertificateView(string Role, string Subject, DateTimeOffset NotAfter, double DaysLeft)
{
    /// <summary>From how many days left somebody must see to it; a month is enough for whoever signs certificates by hand.</summary>
    public double WarnDays { get; init; } = 30;

    /// <summary>How its renewal by the agent itself stands; null where others renew it.</summary>
    public RenewalView? Renewal { get; init; }
}

/// <summary>How the renewal of a certificate by the agent itself stands.</summary>
/// <param name="DueAt">When the next one is asked for.</param>
/// <param name="WaitsForTime">Whether it waits because nobody knows what time it is.</param>
/// <param name="LastTryAt">When it was tried last; null: not since the agent started.</param>
/// <param name="LastFailure">Why that came to nothing; null where it did not.</param>
internal sealed record RenewalView(DateTimeOffset? DueAt, bool WaitsForTime, DateTimeOffset? LastTryAt, string? LastFailure);

/// <summary>One screen.</summary>
internal sealed record DisplayView(string Id, string Zone, bool Connected, string? Showing, double? LastAcknowledgedSecondsAgo);

/// <summary>The customers' page.</summary>
/// <param name="Address">Where it was asked.</param>
/// <param name="AnsweredInMilliseconds">How fast it answered last; null before the first time.</param>
/// <param name="Fault">Why it did not answer; null while it does.</param>
internal sealed record PortalView(string Address, double? AnsweredInMilliseconds, string? Fault);

/// <summary>The gate of the guest network.</summary>
/// <param name="Held">Whether it is in place.</param>
/// <param name="Guests">How many may pass.</param>
internal sealed record GateView(bool Held, int Guests);

/// <summary>The last count of passing devices. Result: <c>counted</c>, <c>few</c>, <c>unreliable</c>, or null while the first interval is not over.</summary>
internal sealed record FootfallView(DateTimeOffset? From, DateTimeOffset? To, string? Result, int? Count);

/// <summary>What may be shown.</summary>
internal sealed record BundleView(string Version, string Hash, int Offers);

/// <summary>An event without anything about a person.</summary>
internal sealed record EventView(long Seq, string Type, string? Place, DateTimeOffset Time, bool Test);

/// <summary>By which kinds of ids devices are known, and what came of it since the list was taken.</summary>
/// <param name="Static">Beacons with an id that never changes.</param>
/// <param name="Rotating">Eddystone-EID devices.</param>
/// <param name="Resolvable">Devices known by the key of their address.</param>
/// <param name="UnknownAddressesLastHour">Different resolvable addresses of the last hour that belong to none of them.</param>
/// <param name="FalseMatchesPerHour">How many strangers an hour are therefore taken for one of them, on average: devices × unknown addresses / 2^24.</param>
/// <param name="LeftOut">Addresses that were not looked into, because too many new ones came at once.</param>
/// <param name="Contested">Ids that fitted two devices, and so named neither.</param>
/// <param name="Replayed">Frames with a rotating id that its device had left behind.</param>
/// <param name="Cloned">Static ids that were found to come from two devices at once.</param>
internal sealed record IdentityView(
    int Static, int Rotating, int Resolvable, int UnknownAddressesLastHour, double FalseMatchesPerHour, long LeftOut, long Contested, long Replayed, long Cloned);

/// <summary>How the report is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(EventView))]
internal sealed partial class ReportJson : JsonSerializerContext;

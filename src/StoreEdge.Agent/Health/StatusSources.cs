namespace StoreEdge.Agent.Health;

/// <summary>
/// Where the status of each room is asked for. Each is a cheap read of an immutable snapshot and may throw: a room that has failed is then shown as such,
/// and the others go on.
/// </summary>
internal sealed record StatusSources
{
    /// <summary>Which store this is.</summary>
    public required StoreView Store { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>What the configuration was read from, weakest first.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>Each radio; <see cref="ReceiverView.FramesPerSecond"/> is filled in by <see cref="ReceiverRates"/>.</summary>
    public Func<IReadOnlyList<ReceiverView>> Receivers { get; init; } = () => [];

    /// <summary>How many beacons are enrolled; null where none can be, because there is no registry.</summary>
    public Func<int?> Enrolled { get; init; } = () => null;

    /// <summary>By which kinds of ids devices are known and what came of it; null where there is no registry.</summary>
    public Func<IdentityView?> Identity { get; init; } = () => null;

    /// <summary>How many visits are open.</summary>
    public Func<int> PresentNow { get; init; } = () => 0;

    /// <summary>When the presence loop last came round; null where there is none.</summary>
    public Func<TimeSpan?> PresenceSilence { get; init; } = () => null;

    /// <summary>The journal against central's acknowledgement.</summary>
    public Func<OutboxView?> Outbox { get; init; } = () => null;

    /// <summary>The connection to the broker; null where none is configured.</summary>
    public Func<LinkView?> Link { get; init; } = () => null;

    /// <summary>The way to the broker, a check for each step; none where no broker is configured.</summary>
    public Func<IReadOnlyList<HealthCheck>> Broker { get; init; } = () => [];

    /// <summary>Each screen.</summary>
    public Func<IReadOnlyList<DisplayView>> Displays { get; init; } = () => [];

    /// <summary>What may be shown; null where no bundle could be loaded.</summary>
    public Func<BundleView?> Bundle { get; init; } = () => null;

    /// <summary>The last count of passing devices; null where none is made.</summary>
    public Func<FootfallView?> Footfall { get; init; } = () => null;

    /// <summary>The customers' page; null where it is switched off.</summary>
    public Func<PortalView?> Portal { get; init; } = () => null;

    /// <summary>The gate of the guest network; null where this machine has none.</summary>
    public Func<GateView?> Gate { get; init; } = () => null;

    /// <summary>Certificates that no connection to the broker uses.</summary>
    public Func<IReadOnlyList<CertificateView>> Certificates { get; init; } = () => [];

    /// <summary>What else can be told at once, such as what lies in quarantine.</summary>
    public Func<IReadOnlyList<HealthCheck>> Others { get; init; } = () => [];
}

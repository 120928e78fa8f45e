namespace StoreEdge.Simulator.Judging;

/// <summary>
/// Somebody really came in: crossed the door inwards with an enrolled tag, or accepted the terms on the portal. Who does both counts once.
/// </summary>
/// <param name="Who">For the table.</param>
/// <param name="Subject">The pseudonym; null for a phone that stays anonymous.</param>
/// <param name="At">When they crossed the door, or (without a tag) sent the acceptance.</param>
/// <param name="From">The earliest moment at which an arrival of theirs is right.</param>
/// <param name="Until">The latest.</param>
/// <param name="Left">When they cross the door outwards; after the end for those who stay.</param>
/// <param name="IsJudged">False where finding it cannot be demanded: a stay too short, or begun too close to the end. Reporting it is then neither right nor wrong.</param>
internal sealed record TrueArrival(string Who, string? Subject, DateTimeOffset At, DateTimeOffset From, DateTimeOffset Until, DateTimeOffset Left, bool IsJudged);

/// <summary>An arrival as the agent told it.</summary>
/// <param name="Subject">The pseudonym.</param>
/// <param name="Road"><c>beacon</c> or <c>portal</c>.</param>
/// <param name="Time">When it happened, says the agent.</param>
/// <param name="ReceivedAt">When the journey service received it.</param>
internal sealed record ReportedArrival(string Subject, string Road, DateTimeOffset Time, DateTimeOffset ReceivedAt)
{
    public bool IsAnonymous => Subject.StartsWith("visit-", StringComparison.Ordinal);
}

/// <summary>A departure as the agent told it.</summary>
internal sealed record ReportedDeparture(string Subject, string Reason, DateTimeOffset Time);

/// <summary>What counts as an arrival and as a right report of it. Written out in Scenarios/README.md and in the command's help.</summary>
internal static class Definitions
{
    /// <summary>Who leaves sooner than this after coming in was hardly there.</summary>
    public static readonly TimeSpan ShortestStay = TimeSpan.FromSeconds(5);

    /// <summary>Who comes in less than this before the end cannot be demanded to be found: above the 5 s that 99 % of arrivals may take.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(8);

    /// <summary>How long before the door an arrival may be told: some six metres at walking speed.</summary>
    public static readonly TimeSpan Early = TimeSpan.FromSeconds(5);

    /// <summary>How long after leaving, or after an acceptance on the portal, an arrival may still be told.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
}

using StoreEdge.Simulator.Scenarios;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Crowd;

/// <summary>Somebody (or something) of one run: where they are over time and what they carry. Times are seconds since the start of the run.</summary>
/// <param name="Number">Unique in the run, from 0.</param>
/// <param name="Key">Group and number within it: names their own streams of chance.</param>
/// <param name="Group">The scenario's group.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Track">Where they are.</param>
/// <param name="Enter">When they cross the door inwards; null for those who never do (or who were inside before the run began).</param>
/// <param name="Leave">When they cross it outwards.</param>
/// <param name="Beacon">Null where they carry none.</param>
/// <param name="Customer">The tenant's reference; null for those who are nobody's customer or remain unknown.</param>
/// <param name="LoyaltyNumber">Null where there is none.</param>
/// <param name="Household">Null where they come alone.</param>
/// <param name="Phone">Null where they do not use the portal.</param>
internal sealed record Person(
    int Number, string Key, string Group, GroupKind Kind, Track Track, double? Enter, double? Leave, Beacon? Beacon, string? Customer, string? LoyaltyNumber, string? Household, PhonePlan? Phone)
{
    /// <summary>Whether the agent knows the beacon.</summary>
    public bool IsEnrolled => Beacon is { IsEnrolled: true };

    public string Role => Kind switch { GroupKind.Staff => "staff", GroupKind.Fixed => "fixed", _ => "customer" };
}

/// <summary>A beacon device.</summary>
/// <param name="Format">What it sends.</param>
/// <param name="Id">The bytes that identify it in that format; random bytes for a device that is no beacon.</param>
/// <param name="IsEnrolled">Whether it stands in the registry.</param>
/// <param name="IsNoise">Whether it sends no beacon frames at all, as phones, watches and earbuds do.</param>
/// <param name="IntervalSeconds">Advertising interval, without the random delay that the standard adds.</param>
/// <param name="PowerAt1Metre">RSSI at 1 m, dBm.</param>
/// <param name="BodyLossDb">Lost in pocket or bag.</param>
internal sealed record Beacon(TagFormat Format, byte[] Id, bool IsEnrolled, bool IsNoise, double IntervalSeconds, double PowerAt1Metre, double BodyLossDb);

/// <summary>What somebody will do on the portal.</summary>
/// <param name="OpenAt">When they open the page, seconds since the start.</param>
/// <param name="Language">BCP 47 tag of their browser.</param>
/// <param name="GivesLoyalty">Ticks the loyalty box and types the number.</param>
/// <param name="GivesMarketing">Ticks the other box.</param>
/// <param name="Choice"><c>want</c>, <c>not-now</c>, <c>never</c>, <c>stop</c> or <c>none</c>.</param>
/// <param name="ChoiceDelay">Seconds from the offers to the choice.</param>
internal sealed record PhonePlan(double OpenAt, string Language, bool GivesLoyalty, bool GivesMarketing, string Choice, double ChoiceDelay);

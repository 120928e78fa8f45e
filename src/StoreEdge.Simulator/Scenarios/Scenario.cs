using StoreEdge.Core.Identity;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Scenarios;

/// <summary>One scenario file, parsed and validated. The schema is written down in Scenarios/README.md.</summary>
internal sealed record Scenario(
    string Name, string Description, int StartHour, Layout Layout, RadioModel Radio, IReadOnlyList<Group> Population, int AbsentCustomers, Service Journey);

/// <summary>The floor plan. Inside is a rectangle; everything else is the street.</summary>
internal sealed record Layout(
    Area Inside, Point Door, IReadOnlyList<Point> Street, IReadOnlyList<ZoneArea> Zones, IReadOnlyList<Wall> Walls, IReadOnlyList<ReceiverPlace> Receivers);

internal sealed record ZoneArea(ZoneId Id, Area Area);

/// <summary>One radio of the agent's.</summary>
/// <param name="Id">As in the agent's configuration.</param>
/// <param name="Zone">As in the agent's configuration.</param>
/// <param name="IsInside">Its side of the door.</param>
/// <param name="At">Where it hangs.</param>
/// <param name="Extended">Whether its controller sends extended advertising reports (subevent 0x0D) rather than legacy ones (0x02).</param>
/// <param name="Socket">Where the agent listens for its frames; null where the command line must say.</param>
internal sealed record ReceiverPlace(ReceiverId Id, ZoneId Zone, bool IsInside, Point At, bool Extended, string? Socket);

/// <summary>What the air does to frames.</summary>
/// <param name="PathLossExponent">Of the log-distance law.</param>
/// <param name="Fading">Correlated shadow fading.</param>
/// <param name="LossPercent">Packets lost though strong enough; each receiver draws its own rate from this.</param>
/// <param name="SensitivityDbm">What no receiver hears.</param>
internal sealed record RadioModel(double PathLossExponent, FadingModel Fading, Between LossPercent, double SensitivityDbm);

internal enum GroupKind
{
    Customer,
    PasserBy,
    Staff,
    Fixed,
    Noise,
}

/// <summary>People or things of one sort.</summary>
/// <param name="Name">For the truth file and for its own stream of chance.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Count">How many are there all the time; 0 for those who arrive.</param>
/// <param name="Arrivals">When the others come; null for those who are there all the time.</param>
/// <param name="Dwell">How long customers stay inside.</param>
/// <param name="Speed">Walking, in m/s.</param>
/// <param name="Tag">The beacon they carry; null for none.</param>
/// <param name="EnrolledPercent">How many of the beacons are enrolled.</param>
/// <param name="Portal">What they do with their phone; null for nothing.</param>
/// <param name="HouseholdPercent">How many arrive together with the one before, sharing a household.</param>
internal sealed record Group(
    string Name, GroupKind Kind, int Count, ArrivalRate? Arrivals, Dwell Dwell, Between Speed, Tag? Tag, double EnrolledPercent, PortalUse? Portal, double HouseholdPercent);

/// <summary>Mean arrivals per hour, for each hour of the day; a Poisson process.</summary>
internal sealed record ArrivalRate(IReadOnlyList<double> PerHour);

/// <summary>Lognormal time inside.</summary>
internal sealed record Dwell(double MedianSeconds, double Sigma, double MinimumSeconds);

internal enum TagFormat
{
    IBeacon,
    AltBeacon,
    EddystoneUid,
}

/// <summary>A beacon carried or fixed.</summary>
/// <param name="Formats">Which formats occur.</param>
/// <param name="IntervalMilliseconds">Advertising interval; each device draws its own.</param>
/// <param name="PowerAt1Metre">RSSI at 1 m, dBm; each device draws its own.</param>
/// <param name="BodyLossDb">Lost in pocket or bag; each device draws its own.</param>
internal sealed record Tag(IReadOnlyList<TagFormat> Formats, Between IntervalMilliseconds, Between PowerAt1Metre, Between BodyLossDb);

/// <summary>What people do with the portal.</summary>
/// <param name="DelaySeconds">From the door to opening the page.</param>
/// <param name="Languages">BCP 47 tags with their weights.</param>
/// <param name="LoyaltyPercent">How many give a loyalty number and tick that box. Who also carries an enrolled tag always does, so as to count as one customer.</param>
/// <param name="MarketingPercent">How many tick the other box.</param>
/// <param name="Choices">Weights of <c>want</c>, <c>not-now</c>, <c>never</c>, <c>stop</c> and <c>none</c>.</param>
/// <param name="ChoiceDelaySeconds">From the offers to the choice.</param>
internal sealed record PortalUse(
    Between DelaySeconds, IReadOnlyList<(string Key, double Weight)> Languages, double LoyaltyPercent, double MarketingPercent,
    IReadOnlyList<(string Key, double Weight)> Choices, Between ChoiceDelaySeconds);

/// <summary>What the central journey service does with arrivals.</summary>
/// <param name="ContextPercent">Of the known customers, how many get a context.</param>
/// <param name="NoticePercent">How many get a service notice.</param>
/// <param name="HoldPercent">Of those with a context, how many stand under a commercial hold.</param>
internal sealed record Service(double ContextPercent, double NoticePercent, double HoldPercent);

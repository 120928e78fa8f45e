namespace StoreEdge.Core.Presence;

/// <summary>The rules of presence. The defaults are meant to work uncalibrated.</summary>
public sealed record PresenceOptions
{
    /// <summary>Packets at or above the threshold that an arrival needs where receivers hang on both sides of the door, 1–16: the door tells the sides apart, these the distance.</summary>
    public int ArrivalPackets { get; init; } = 2;

    /// <summary>Within which they must be heard by one receiver.</summary>
    public TimeSpan ArrivalWindow { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// dB of evidence that an arrival needs where no receiver hangs before the door: one packet so far above the threshold, or several that are less so and longer
    /// (<see cref="Hearing.Evidence"/>). As much as keeps passers-by 8 dB below the threshold out (<c>storeedge-sim score --traces ghost</c>).
    /// </summary>
    public double ArrivalEvidence { get; init; } = 13.5;

    /// <summary>The same for somebody who left within <see cref="ReentryGrace"/>: who lingers outside is heard for minutes, and every fade that ends is a chance.</summary>
    public double ReturnEvidence { get; init; } = 18;

    /// <summary>Time constant of the level that decides inside or outside: short, because the door is crossed in seconds.</summary>
    public TimeSpan DoorTimeConstant { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Time constant of the level that decides zones and weak exits. With <see cref="ZoneMargin"/> and <see cref="ZoneHold"/> as short as notices a move of 17 dB within 5 s
    /// and still leaves a device between two receivers alone (<c>storeedge-sim score --traces zones</c>).
    /// </summary>
    public TimeSpan ZoneTimeConstant { get; init; } = TimeSpan.FromSeconds(1.2);

    /// <summary>dB by which the inside must exceed the outside to overrule the outside receivers' thresholds: somebody stands just within the door.</summary>
    public double DoorMargin { get; init; } = 15;

    /// <summary>How long, and over how many advertisements (<see cref="ArrivalPackets"/>), the evidence for having left through the door must hold.</summary>
    public TimeSpan DoorHold { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The same for having come in: a little longer, because the levels fall before the door is crossed inwards and rise after it is crossed outwards.</summary>
    public TimeSpan DoorHoldIn { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long every inside receiver must hear a subject below its exit threshold before they have left.</summary>
    public TimeSpan WeakHold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The shortest silence that ends a visit, however often the device advertises: a body or a shelf may hide it for seconds.</summary>
    public TimeSpan SilenceMinimum { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>The silence that ends a visit while the device's interval is not yet learned.</summary>
    public TimeSpan SilenceUnlearned { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest silence that is waited for.</summary>
    public TimeSpan SilenceMaximum { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Silence allowed, in mean gaps between the device's packets as heard. Gaps under random loss are geometric, so a gap of 15 means comes about once in e¹⁵ ≈ 3·10⁶:
    /// less than one false departure in 1,000 hours at 500 ms and 70 % loss.
    /// </summary>
    public double SilenceGaps { get; init; } = 15;

    /// <summary>Silence allowed beyond the longest of the last 16 gaps, as habluetooth has it.</summary>
    public TimeSpan SilenceMargin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whoever returns within this joins the visit that they left.</summary>
    public TimeSpan ReentryGrace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Who comes into the same zone within this after another is greeted together with them.</summary>
    public TimeSpan PartyWindow { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Who comes within this after the first of their household is greeted together with them: somebody parks the car.</summary>
    public TimeSpan HouseholdWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a blind inside receiver suspends exits: longer than any way of bringing a radio back takes, shorter than would keep a store full overnight.</summary>
    public TimeSpan BlindHold { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Who has been present for longer is no customer but furniture, or a forgotten tag: no store's day is longer.</summary>
    public TimeSpan FurnitureAfter { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Furniture that was not heard for this long has been taken away, and is a customer's again when it comes back.</summary>
    public TimeSpan FurnitureGone { get; init; } = TimeSpan.FromHours(1);

    /// <summary>dB by which another zone's receiver must be stronger to take a subject over.</summary>
    public double ZoneMargin { get; init; } = 9;

    /// <summary>For how long.</summary>
    public TimeSpan ZoneHold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a visit that only the portal knows outlives the last sign from it.</summary>
    public TimeSpan PortalHold { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>After which presence, ascending, a dwell event is due.</summary>
    public IReadOnlyList<TimeSpan> DwellMarks { get; init; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(60)];

    /// <summary>The most subjects followed at a time; further ones are counted and not followed.</summary>
    public int MaximumSubjects { get; init; } = 50_000;
}

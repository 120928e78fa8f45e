using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>One packet of the technician's tag at one receiver.</summary>
/// <param name="Receiver">Which receiver.</param>
/// <param name="Rssi">dBm.</param>
/// <param name="At">When.</param>
public readonly record struct CalibrationSample(ReceiverId Receiver, sbyte Rssi, Instant At);

/// <summary>What was heard of the tag while its bearer was on one side of the door.</summary>
/// <param name="From">When the phase began.</param>
/// <param name="To">When it ended.</param>
/// <param name="Samples">What was heard, each receiver's in the order of time.</param>
public sealed record CalibrationPhase(Instant From, Instant To, IReadOnlyList<CalibrationSample> Samples)
{
    /// <summary>How long it lasted.</summary>
    public TimeSpan Length => To - From;
}

/// <summary>What a receiver's minute says about it.</summary>
public enum CalibrationVerdict
{
    /// <summary>It tells the two sides apart.</summary>
    Good,

    /// <summary>It tells them apart most of the time.</summary>
    Usable,

    /// <summary>The two sides sound alike to it: no threshold separates them.</summary>
    Overlaps,

    /// <summary>An outside receiver that hears the door too faintly to decide about it.</summary>
    TooFarFromTheDoor,

    /// <summary>It hears the other side better than its own.</summary>
    WrongSide,

    /// <summary>It heard next to nothing on its own side of the door.</summary>
    Deaf,

    /// <summary>Too little was heard, or for too short a time, to say anything.</summary>
    TooFewPackets,
}

/// <summary>One receiver's thresholds and how far to trust them.</summary>
/// <param name="Place">The receiver with the proposed thresholds; with its present ones where <see cref="IsTrusted"/> is false.</param>
/// <param name="Verdict">What its minute says.</param>
/// <param name="OutsidePackets">Packets heard while the tag was outside.</param>
/// <param name="InsidePackets">Packets heard while it was inside.</param>
/// <param name="PacketsPerSecond">Heard on its own side.</param>
/// <param name="Loss">Which part of the tag's packets it missed on its own side, 0–1, by the advertising interval that all receivers together show.</param>
/// <param name="OutsideDbm">Median level while the tag was outside, dBm; −100 where nothing was heard.</param>
/// <param name="InsideDbm">Median level while it was inside.</param>
/// <param name="SeparationDb">By how much its own side is stronger, dB.</param>
/// <param name="DPrime">d′: the distance of the means in standard deviations; 1 is hardly better than guessing, 2 tells five moments of six, 4 nearly all.</param>
/// <param name="Overlap">Which part of the moments the best single threshold takes for the wrong side, 0–0.5.</param>
public sealed record ReceiverCalibration(
    ReceiverPlace Place, CalibrationVerdict Verdict, int OutsidePackets, int InsidePackets, double PacketsPerSecond, double Loss, double OutsideDbm, double InsideDbm,
    double SeparationDb, double DPrime, double Overlap)
{
    /// <summary>Whether the thresholds are proposed at all.</summary>
    public bool IsTrusted => Verdict is CalibrationVerdict.Good or CalibrationVerdict.Usable;
}

/// <summary>A whole walk-in.</summary>
/// <param name="Receivers">Each receiver.</param>
/// <param name="IntervalMilliseconds">The tag's advertising interval as all receivers together heard it; 0 where too little was heard.</param>
/// <param name="ArrivalsOutside">How many arrivals the store would have told with the proposed thresholds while the tag was still outside.</param>
/// <param name="ArrivalDelay">How long after coming in the store would have told the arrival; null where it would not have.</param>
public sealed record CalibrationResult(IReadOnlyList<ReceiverCalibration> Receivers, double IntervalMilliseconds, int ArrivalsOutside, TimeSpan? ArrivalDelay)
{
    /// <summary>Whether the thresholds can be used: some receiver inside is trusted, so is some outside where there are any, and the trial went as it should.</summary>
    public bool IsTrusted =>
        IsTrustedOn(ReceiverSide.Inside) && (Receivers.All(r => r.Place.Side == ReceiverSide.Inside) || IsTrustedOn(ReceiverSide.Outside)) && ArrivalsOutside == 0 && ArrivalDelay is not null;

    private bool IsTrustedOn(ReceiverSide side) => Receivers.Any(r => r.Place.Side == side && r.IsTrusted);
}

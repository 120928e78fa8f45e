using StoreEdge.Simulator.Scoring.Estimators;

namespace StoreEdge.Simulator.Scoring;

/// <summary>The rules that are compared, each with the one set of parameters that it has in force.</summary>
internal static class Contestants
{
    public static IReadOnlyList<Contestant> All { get; } =
    [
        new("storeedge", "the agent's tracker with its defaults", r => new Tracker(r, new())),
        new("fixed", "outside level (EWMA 0.5 s) > −70 dBm leaves, < −75 enters: fixed thresholds", r => new FixedLevel(r, -70, -75), KnowsZones: false),
        new("ewma", "EWMA 1 s, inside − outside ≥ 2 enters, < 0 leaves", r => new Hysteresis(r, () => new EwmaLevel(1), new(2, 0, -70, -80))),
        new("tukey", "Tukey mean of 3 s, inside − outside ≥ 2 enters, < 0 leaves", r => new Hysteresis(r, () => new TukeyLevel(3), new(2, 0, -70, -80))),
        new("bayes", "two-state filter over calibrated likelihoods", r => new Bayes(r, new(-66, -67, -77, -65, 6)), KnowsZones: false),
        new("abl", "Android Beacon Library: any packet enters, 10 s of silence leave", r => new Abl(r)),
        new("espresense", "ESPresense: Tukey mean of 15 s, ≤2 m enters, >4 m or 10 s of silence leave", r => new Espresense(r)),
        new("bermuda", "Bermuda: running minima, nearest area, 30 s of silence leave", r => new Bermuda(r)),
    ];
}

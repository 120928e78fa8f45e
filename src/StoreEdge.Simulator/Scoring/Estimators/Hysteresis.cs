using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>Two thresholds on one number: inside minus outside where receivers hang on both sides, the level inside where they do not.</summary>
/// <param name="Enter">dB by which the inside must be stronger to bring somebody in.</param>
/// <param name="Exit">dB below which they have left.</param>
/// <param name="EnterAlone">dBm, where there is no receiver outside.</param>
/// <param name="ExitAlone">dBm, likewise.</param>
internal sealed record Thresholds(double Enter, double Exit, double EnterAlone, double ExitAlone);

/// <summary>A smoothed level for each receiver, the strongest of each side, and <see cref="Thresholds"/>.</summary>
internal sealed class Hysteresis(IReadOnlyList<ReceiverPlace> receivers, Func<ILevel> makeLevel, Thresholds thresholds) : IEstimator
{
    private readonly ILevel[] levels = [.. receivers.Select(_ => makeLevel())];
    private readonly bool hasBothSides = receivers.Any(r => r.Side == ReceiverSide.Outside) && receivers.Any(r => r.Side == ReceiverSide.Inside);

    public bool IsInside { get; private set; }

    public int? Owner { get; private set; }

    public void Hear(in Packet packet)
    {
        levels[packet.Receiver].Take(packet.At, packet.Rssi);
        Pass(packet.At);
    }

    public void Pass(double now)
    {
        double inside = Levels.Nothing, outside = Levels.Nothing;
        int? strongest = null;
        for (var i = 0; i < levels.Length; i++)
        {
            var level = levels[i].At(now);
            if (receivers[i].Side == ReceiverSide.Outside) outside = Math.Max(outside, level);
            else if (level > inside) (inside, strongest) = (level, i);
        }

        var (value, enter, exit) = hasBothSides ? (inside - outside, thresholds.Enter, thresholds.Exit) : (inside, thresholds.EnterAlone, thresholds.ExitAlone);
        if (inside <= Levels.Nothing && outside <= Levels.Nothing) IsInside = false;
        else if (value >= enter) IsInside = true;
        else if (value < exit) IsInside = false;
        Owner = IsInside ? strongest : null;
    }
}

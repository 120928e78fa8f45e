using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>
/// The outside level (EWMA, 0.5 s) against two fixed thresholds, held for 0.2 s over three packets: what the agent did before it learned how loud a device is. Above the
/// first the device is outside, below the second it is inside where an inside receiver hears it at −80 dBm.
/// </summary>
internal sealed class FixedLevel(IReadOnlyList<ReceiverPlace> receivers, double outDbm, double inDbm) : IEstimator
{
    private const double NearDbm = -80, Hold = 0.2, Silence = 12;
    private const int Packets = 3;
    private readonly EwmaLevel[] levels = [.. receivers.Select(_ => new EwmaLevel(0.5))];
    private double last, since;
    private int evidence;

    public bool IsInside { get; private set; }

    public int? Owner => null;

    public void Hear(in Packet packet)
    {
        levels[packet.Receiver].Take(packet.At, packet.Rssi);
        double inside = Strongest(ReceiverSide.Inside, packet.At), outside = Strongest(ReceiverSide.Outside, packet.At);
        var isNew = packet.At > last;
        last = packet.At;
        if (!(IsInside ? outside > outDbm : outside < inDbm && inside >= NearDbm)) evidence = 0;
        else if (evidence == 0) (evidence, since) = (1, packet.At);
        else if (isNew) evidence++;
        if (evidence < Packets || packet.At - since < Hold) return;
        IsInside = !IsInside;
        evidence = 0;
    }

    public void Pass(double now)
    {
        if (now - last > Silence) IsInside = false;
    }

    private double Strongest(ReceiverSide side, double now)
    {
        var strongest = Levels.Nothing;
        for (var i = 0; i < levels.Length; i++)
            if (receivers[i].Side == side) strongest = Math.Max(strongest, levels[i].At(now));
        return strongest;
    }
}

using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>
/// ESPresense: at each receiver a Tukey mean (k = 1.5) over 15 s becomes a distance by the log-distance law; it enters at ≤2 m and leaves beyond 4 m or after 10 s of
/// silence. The device is inside while one of the inside receivers holds it and is the nearest of all.
/// </summary>
internal sealed class Espresense(IReadOnlyList<ReceiverPlace> receivers) : IEstimator
{
    private const double Enter = 2, Exit = 4, Silence = 10, Window = 15;
    private const double Absorption = 3.5;
    private const double PowerAt1Metre = -59;
    private readonly TukeyLevel[] levels = [.. receivers.Select(_ => new TukeyLevel(Window))];
    private readonly double[] last = [.. receivers.Select(_ => double.NegativeInfinity)];
    private readonly bool[] holds = new bool[receivers.Count];

    public bool IsInside => Owner is { } owner && receivers[owner].Side == ReceiverSide.Inside;

    public int? Owner { get; private set; }

    public void Hear(in Packet packet)
    {
        levels[packet.Receiver].Take(packet.At, packet.Rssi);
        last[packet.Receiver] = packet.At;
        Pass(packet.At);
    }

    public void Pass(double now)
    {
        Owner = null;
        var nearest = double.PositiveInfinity;
        for (var i = 0; i < levels.Length; i++)
        {
            if (now - last[i] > Silence)
            {
                holds[i] = false;
                continue;
            }

            var metres = Math.Pow(10, (PowerAt1Metre - levels[i].At(now)) / (10 * Absorption));
            holds[i] = metres <= Enter || holds[i] && metres <= Exit;
            if (holds[i] && metres < nearest) (nearest, Owner) = (metres, i);
        }
    }
}

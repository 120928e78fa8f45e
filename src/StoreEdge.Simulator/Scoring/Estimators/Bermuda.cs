using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>
/// Bermuda: at each receiver the mean of running minima over the last 20 distances; a device is present while it was seen within 30 s, in the area of the receiver that
/// is more than 30 % closer than the present one, or more than 15 % where its worst of five beats the other's best of five. Inside is an inside receiver's area.
/// </summary>
internal sealed class Bermuda(IReadOnlyList<ReceiverPlace> receivers) : IEstimator
{
    private const double Seen = 30, Update = 1.05;
    private const int Samples = 20;
    private const double Attenuation = 3;
    private const double PowerAt1Metre = -55;
    private readonly List<double>[] history = [.. receivers.Select(_ => new List<double>())];
    private readonly double[] raw = [.. receivers.Select(_ => double.NaN)];
    private readonly double[] last = [.. receivers.Select(_ => double.NegativeInfinity)];
    private double updated;

    public bool IsInside => Owner is { } owner && receivers[owner].Side == ReceiverSide.Inside;

    public int? Owner { get; private set; }

    public void Hear(in Packet packet)
    {
        raw[packet.Receiver] = Math.Pow(10, (PowerAt1Metre - packet.Rssi) / (10 * Attenuation));
        last[packet.Receiver] = packet.At;
        Pass(packet.At);
    }

    public void Pass(double now)
    {
        if (now - updated < Update) return;
        updated = now;
        for (var i = 0; i < history.Length; i++)
        {
            if (now - last[i] > Seen) history[i].Clear();
            else if (now - last[i] <= Update) history[i].Insert(0, raw[i]);
            if (history[i].Count > Samples) history[i].RemoveAt(Samples);
        }

        if (Owner is { } gone && history[gone].Count == 0) Owner = null;
        for (var i = 0; i < history.Length; i++)
            if (i != Owner && history[i].Count > 0 && (Owner is not { } held || TakesOver(i, held)))
                Owner = i;
    }

    private bool TakesOver(int challenger, int holder)
    {
        double mine = Distance(challenger), theirs = Distance(holder), closer = (theirs - mine) / theirs;
        if (closer > 0.30) return true;
        return closer > 0.15 && history[challenger].Count >= 5 && history[holder].Count >= 5 && history[challenger].Take(5).Max() < history[holder].Take(5).Min();
    }

    private double Distance(int receiver)
    {
        double nearest = double.PositiveInfinity, sum = 0;
        foreach (var metres in history[receiver])
        {
            nearest = Math.Min(nearest, metres);
            sum += nearest;
        }

        return Math.Min(sum / history[receiver].Count, history[receiver][0]);
    }
}

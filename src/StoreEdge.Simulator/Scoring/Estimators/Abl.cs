using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>
/// Android Beacon Library: any packet enters the region, 10 s of silence leave it; the nearest receiver by a trimmed mean of 20 s. Its region is what the inside
/// receivers hear.
/// </summary>
internal sealed class Abl(IReadOnlyList<ReceiverPlace> receivers) : IEstimator
{
    private const double Silence = 10;
    private const double Window = 20;
    private readonly Queue<(double At, double Rssi)>[] windows = [.. receivers.Select(_ => new Queue<(double, double)>())];
    private double last = double.NegativeInfinity;

    public bool IsInside { get; private set; }

    public int? Owner { get; private set; }

    public void Hear(in Packet packet)
    {
        if (receivers[packet.Receiver].Side != ReceiverSide.Inside) return;
        last = packet.At;
        IsInside = true;
        windows[packet.Receiver].Enqueue((packet.At, packet.Rssi));
        if (windows.Length > 1) FindOwner(packet.At);
        else windows[0].Clear();
    }

    public void Pass(double now)
    {
        if (!(now - last > Silence)) return;
        IsInside = false;
        Owner = null;
    }

    private void FindOwner(double now)
    {
        var best = double.NegativeInfinity;
        for (var i = 0; i < windows.Length; i++)
        {
            while (windows[i].TryPeek(out var oldest) && now - oldest.At > Window) windows[i].Dequeue();
            if (windows[i].Count == 0) continue;
            var sorted = windows[i].Select(w => w.Rssi).Order().ToArray();
            // A tenth and one are dropped at either end, as far as there are that many.
            var trim = sorted.Length > 2 ? Math.Min(sorted.Length / 10 + 1, (sorted.Length - 1) / 2) : 0;
            var mean = sorted[trim..^trim].Average();
            if (mean > best) (best, Owner) = (mean, i);
        }
    }
}

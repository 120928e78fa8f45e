using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring.Estimators;

/// <summary>Likelihoods of a level by the side of the door that the device is on: normal, one deviation for all.</summary>
/// <param name="InsideIn">Mean of an inside receiver while the device is inside, dBm.</param>
/// <param name="InsideOut">The same receiver while it is outside.</param>
/// <param name="OutsideIn">Mean of an outside receiver while the device is inside.</param>
/// <param name="OutsideOut">The same receiver while it is outside.</param>
/// <param name="Sigma">dB.</param>
internal sealed record Likelihoods(double InsideIn, double InsideOut, double OutsideIn, double OutsideOut, double Sigma);

/// <summary>
/// A hidden Markov model with two states, filtered forwards: calibrated likelihoods of each packet, weighted down because fading is correlated over a second and packets
/// are not independent.
/// </summary>
internal sealed class Bayes(IReadOnlyList<ReceiverPlace> receivers, Likelihoods likelihoods) : IEstimator
{
    // Fading is correlated over about a second: that much air is one independent look.
    private const double IndependentSeconds = 1;
    private const double MostWeight = 0.5;
    private const double ChangesPerSecond = 1 / 30.0;
    private const double MostEvidence = 3;
    private const double Silence = 10;
    private readonly double[] last = [.. receivers.Select(_ => double.NegativeInfinity)];
    private double odds = -2, updated;

    public bool IsInside { get; private set; }

    public int? Owner => null;

    public void Hear(in Packet packet)
    {
        Drift(packet.At);
        var side = receivers[packet.Receiver].Side;
        var (whenIn, whenOut) = side == ReceiverSide.Inside ? (likelihoods.InsideIn, likelihoods.InsideOut) : (likelihoods.OutsideIn, likelihoods.OutsideOut);
        double zIn = (packet.Rssi - whenIn) / likelihoods.Sigma, zOut = (packet.Rssi - whenOut) / likelihoods.Sigma;
        var weight = Math.Min((packet.At - last[packet.Receiver]) / IndependentSeconds, MostWeight) / receivers.Count(r => r.Side == side);
        last[packet.Receiver] = packet.At;
        odds += weight * Math.Clamp((zOut * zOut - zIn * zIn) / 2, -MostEvidence, MostEvidence);
        Decide(packet.At);
    }

    public void Pass(double now) => Decide(now);

    // The state changes now and then: certainty leaks towards one half, exactly as the two-state chain has it.
    private void Drift(double now)
    {
        var kept = Math.Exp(-2 * ChangesPerSecond * (now - updated));
        updated = now;
        var p = 0.5 + (1 / (1 + Math.Exp(-odds)) - 0.5) * kept;
        odds = Math.Log(p / (1 - p));
    }

    private void Decide(double now)
    {
        if (now - last.Max() > Silence) IsInside = false;
        else if (odds > 1) IsInside = true;
        else if (odds < -1) IsInside = false;
    }
}

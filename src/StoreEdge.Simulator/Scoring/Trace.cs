using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring;

/// <summary>One advertisement of the one device of a trace, as one receiver heard it.</summary>
/// <param name="At">Seconds since the start of the trace.</param>
/// <param name="Receiver">Index into the trace's receivers.</param>
/// <param name="Rssi">dBm.</param>
internal readonly record struct Packet(double At, int Receiver, sbyte Rssi);

/// <summary>Somebody crossed the door, or is said to have.</summary>
/// <param name="At">Seconds since the start of the trace.</param>
/// <param name="Inwards">Whether they came in.</param>
internal readonly record struct Crossing(double At, bool Inwards);

/// <summary>What the receivers heard of one device, and when it truly crossed the door.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Receivers">At their places, with the levels that an agent has uncalibrated.</param>
/// <param name="Packets">In the order of time.</param>
/// <param name="Truth">In the order of time; who is inside from the start has come in at 0.</param>
/// <param name="Seconds">How long it is.</param>
internal sealed record Trace(string Name, IReadOnlyList<ReceiverPlace> Receivers, IEnumerable<Packet> Packets, IReadOnlyList<Crossing> Truth, double Seconds)
{
    /// <summary>How long the device was inside, in hours.</summary>
    public double DwellHours
    {
        get
        {
            double inside = 0, since = 0;
            var present = false;
            foreach (var crossing in Truth)
            {
                if (present && !crossing.Inwards) inside += crossing.At - since;
                (present, since) = (crossing.Inwards, crossing.At);
            }

            return (inside + (present ? Seconds - since : 0)) / 3600;
        }
    }

    /// <summary>The same air heard by some of the receivers only.</summary>
    public Trace HeardBy(IReadOnlyList<int> receivers)
    {
        var renumbered = Enumerable.Repeat(-1, Receivers.Count).ToArray();
        for (var i = 0; i < receivers.Count; i++) renumbered[receivers[i]] = i;
        return this with
        {
            Receivers = [.. receivers.Select(r => Receivers[r])],
            Packets = [.. Packets.Where(p => renumbered[p.Receiver] >= 0).Select(p => p with { Receiver = renumbered[p.Receiver] })],
        };
    }
}

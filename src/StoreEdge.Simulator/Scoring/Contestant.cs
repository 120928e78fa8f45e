using StoreEdge.Core.Presence;

namespace StoreEdge.Simulator.Scoring;

/// <summary>Decides of one device whether it is inside, and which receiver's zone it is in.</summary>
internal interface IEstimator
{
    /// <summary>Whether the device is inside, as far as is known now.</summary>
    bool IsInside { get; }

    /// <summary>The receiver whose zone the device is in; null while it is in none, or where the estimator knows no zones.</summary>
    int? Owner { get; }

    /// <summary>Takes a packet.</summary>
    void Hear(in Packet packet);

    /// <summary>Lets time pass; called at least four times a second of the trace.</summary>
    void Pass(double now);
}

/// <summary>A rule to be compared.</summary>
/// <param name="Name">As in <c>--estimator</c>.</param>
/// <param name="Rule">In one line.</param>
/// <param name="Start">Makes it anew for a trace with these receivers.</param>
/// <param name="KnowsZones">Whether it says which receiver owns a device.</param>
internal sealed record Contestant(string Name, string Rule, Func<IReadOnlyList<ReceiverPlace>, IEstimator> Start, bool KnowsZones = true)
{
    /// <summary>Seconds between two calls of <see cref="IEstimator.Pass"/>, as the agent's own loop has it.</summary>
    private const double Tick = 0.25;

    /// <summary>What the rule says happened in a trace.</summary>
    public IReadOnlyList<Crossing> Run(Trace trace)
    {
        var events = new List<Crossing>();
        Run(trace, (at, estimator) =>
        {
            if (estimator.IsInside != (events.Count > 0 && events[^1].Inwards)) events.Add(new(at, estimator.IsInside));
        });
        return events;
    }

    /// <summary>Who owned the device when.</summary>
    public IReadOnlyList<(double At, int Owner)> RunZones(Trace trace)
    {
        var owners = new List<(double At, int Owner)>();
        Run(trace, (at, estimator) =>
        {
            if (estimator.Owner is { } owner && (owners.Count == 0 || owners[^1].Owner != owner)) owners.Add((at, owner));
        });
        return owners;
    }

    private void Run(Trace trace, Action<double, IEstimator> look)
    {
        var estimator = Start(trace.Receivers);
        var next = Tick;
        foreach (var packet in trace.Packets)
        {
            for (; next <= packet.At; next += Tick)
            {
                estimator.Pass(next);
                look(next, estimator);
            }

            estimator.Hear(packet);
            look(packet.At, estimator);
        }

        for (; next <= trace.Seconds; next += Tick)
        {
            estimator.Pass(next);
            look(next, estimator);
        }
    }
}

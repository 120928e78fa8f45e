namespace StoreEdge.Simulator.Scoring;

/// <summary>How well what was reported matches what was true, over any number of traces.</summary>
internal sealed class Tally
{
    /// <summary>Seconds by which a report may be early or late.</summary>
    public const double Window = 5;

    private readonly List<double> delays = [];

    /// <summary>True crossings that were reported in time.</summary>
    public int Matched => delays.Count;

    public int Missed { get; private set; }

    public int Invented { get; private set; }

    /// <summary>Invented departures: somebody is said to have left and had not.</summary>
    public int Flaps { get; private set; }

    public double DwellHours { get; private set; }

    public double Precision => Matched + Invented == 0 ? 1 : (double)Matched / (Matched + Invented);

    public double Recall => Matched + Missed == 0 ? 1 : (double)Matched / (Matched + Missed);

    public double F1 => Matched + Missed + Invented == 0 ? 1 : 2.0 * Matched / (2 * Matched + Missed + Invented);

    public double FlapsPerHour => DwellHours == 0 ? 0 : Flaps / DwellHours;

    /// <summary>Seconds from the crossing to its report, negative where it was told early; not a number where none was.</summary>
    public double Delay(double percent)
    {
        if (delays.Count == 0) return double.NaN;
        delays.Sort();
        return delays[Math.Clamp((int)Math.Ceiling(percent / 100 * delays.Count) - 1, 0, delays.Count - 1)];
    }

    /// <summary>Matches each true crossing with the nearest reported one of its direction within <see cref="Window"/>; each report is used once.</summary>
    public void Add(Trace trace, IReadOnlyList<Crossing> reported)
    {
        var free = reported.ToList();
        foreach (var truth in trace.Truth)
        {
            var best = -1;
            for (var i = 0; i < free.Count; i++)
                if (free[i].Inwards == truth.Inwards && Math.Abs(free[i].At - truth.At) <= Window + 1e-9 && (best < 0 || Math.Abs(free[i].At - truth.At) < Math.Abs(free[best].At - truth.At)))
                    best = i;
            if (best < 0)
            {
                Missed++;
                continue;
            }

            delays.Add(free[best].At - truth.At);
            free.RemoveAt(best);
        }

        Invented += free.Count;
        Flaps += free.Count(r => !r.Inwards);
        DwellHours += trace.DwellHours;
    }

    public void Add(Tally other)
    {
        delays.AddRange(other.delays);
        Missed += other.Missed;
        Invented += other.Invented;
        Flaps += other.Flaps;
        DwellHours += other.DwellHours;
    }
}

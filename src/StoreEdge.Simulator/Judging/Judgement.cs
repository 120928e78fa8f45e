namespace StoreEdge.Simulator.Judging;

/// <summary>Ground truth against what was reported.</summary>
/// <param name="Right">Judged true arrivals with the report that found each.</param>
/// <param name="Missed">Judged true arrivals that nobody reported.</param>
/// <param name="Excused">Reports of true arrivals that are not judged.</param>
/// <param name="Repeats">Reports of somebody who had been reported already and had not left.</param>
/// <param name="Ghosts">Reports of somebody who was not inside at all.</param>
/// <param name="FalseDepartures">Departures of somebody who stayed.</param>
internal sealed record Judgement(
    IReadOnlyList<(TrueArrival Truth, ReportedArrival Report)> Right, IReadOnlyList<TrueArrival> Missed, IReadOnlyList<ReportedArrival> Excused,
    IReadOnlyList<ReportedArrival> Repeats, IReadOnlyList<ReportedArrival> Ghosts, IReadOnlyList<ReportedDeparture> FalseDepartures)
{
    public int Reported => Right.Count + Repeats.Count + Ghosts.Count;

    public int True => Right.Count + Missed.Count;

    /// <summary>Of the arrivals reported, the part that was one; 1 where none was reported.</summary>
    public double Precision => Reported == 0 ? 1 : (double)Right.Count / Reported;

    /// <summary>Of the true arrivals, the part that was reported; 1 where there was none.</summary>
    public double Recall => True == 0 ? 1 : (double)Right.Count / True;

    /// <summary>
    /// Matches by subject and time, reports in the order of their times, each to the earliest true arrival that is still free. Anonymous reports match
    /// anonymous acceptances by time alone: on every report the acceptance whose window closes first, which leaves the most for the others.
    /// </summary>
    public static Judgement Of(IEnumerable<TrueArrival> truths, IEnumerable<ReportedArrival> reports, IEnumerable<ReportedDeparture> departures)
    {
        var open = truths.OrderBy(t => t.Until).ToList();
        var all = open.ToList();
        var right = new List<(TrueArrival, ReportedArrival)>();
        var (excused, repeats, ghosts) = (new List<ReportedArrival>(), new List<ReportedArrival>(), new List<ReportedArrival>());
        foreach (var report in reports.OrderBy(r => r.Time))
        {
            bool Fits(TrueArrival t) => (report.IsAnonymous ? t.Subject is null : t.Subject == report.Subject) && report.Time >= t.From && report.Time <= t.Until;
            if (open.Find(Fits) is { } truth)
            {
                open.Remove(truth);
                if (truth.IsJudged) right.Add((truth, report));
                else excused.Add(report);
            }
            else if (all.Exists(Fits)) repeats.Add(report);
            else ghosts.Add(report);
        }

        // Somebody may stand in the door: only a departure well before the real one is false. One that the portal's end of session brings is no statement about the place.
        var wrong = departures.Where(d => d.Reason != "portal"
            && all.Exists(t => t.Subject is not null && t.Subject == d.Subject && d.Time >= t.At && d.Time < t.Left - Definitions.Late)).ToList();
        return new(right, [.. open.Where(t => t.IsJudged)], excused, repeats, ghosts, wrong);
    }

    /// <summary>The nearest-rank percentile; null of nothing.</summary>
    public static double? Percentile(IEnumerable<double> values, double percent)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted[Math.Max((int)Math.Ceiling(percent / 100 * sorted.Length), 1) - 1];
    }
}

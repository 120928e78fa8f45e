using System.Globalization;
using System.Text;

namespace StoreEdge.Simulator.Offers;

/// <summary>How a strategy did over all seeds.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Regret">Lost wants, mean over the seeds.</param>
/// <param name="Margin">Half of the 95 % interval of that mean.</param>
/// <param name="More">How many more it loses than the first strategy, seed by seed.</param>
/// <param name="MoreMargin">Half of the 95 % interval of that mean.</param>
/// <param name="Wants">Wants, mean.</param>
/// <param name="Newcomers">What share of the decisions gave the place of something known to a newcomer.</param>
/// <param name="Never">Never-events, all seeds together.</param>
internal sealed record SeasonLine(string Name, double Regret, double Margin, double More, double MoreMargin, double Wants, double Newcomers, int Never);

/// <summary>Plays seasons and puts them side by side.</summary>
internal static class SeasonTable
{
    public static IReadOnlyList<SeasonLine> Play(IReadOnlyList<Strategy> strategies, Season season, int seeds, int days, ulong firstSeed)
    {
        var results = new PlayResult[strategies.Count, seeds];
        Parallel.For(0, seeds, s =>
        {
            var seed = firstSeed + (ulong)s;
            var shop = new Shop(seed, season);
            for (var i = 0; i < strategies.Count; i++) results[i, s] = new Play(shop, strategies[i], seed, days).Run();
        });
        return [.. strategies.Select((strategy, i) =>
        {
            var all = Enumerable.Range(0, seeds).Select(s => results[i, s]).ToArray();
            var (regret, margin) = Mean([.. all.Select(r => r.Regret)]);
            var (more, moreMargin) = Mean([.. all.Select((r, s) => r.Regret - results[0, s].Regret)]);
            return new SeasonLine(
                strategy.Name, regret, margin, more, moreMargin, all.Average(r => r.Wants), (double)all.Sum(r => r.Newcomers) / all.Sum(r => r.Decisions), all.Sum(r => r.Never));
        })];
    }

    public static string Text(IReadOnlyList<SeasonLine> lines)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"strategy",-22}{"lost wants",16}{"more than ours",20}{"wants",9}{"newcomers",11}{"never-events",14}");
        foreach (var line in lines)
        {
            var more = line == lines[0] ? "" : string.Create(CultureInfo.InvariantCulture, $"{line.More:+0.0;-0.0} ±{line.MoreMargin:0.0}");
            text.AppendLine(CultureInfo.InvariantCulture, $"{line.Name,-22}{$"{line.Regret:0.0} ±{line.Margin:0.0}",16}{more,20}{line.Wants,9:0.0}{line.Newcomers,11:0.0%}{line.Never,14}");
        }

        return text.ToString();
    }

    /// <summary>The mean, and half of its 95 % interval by the normal law; of one value there is none.</summary>
    private static (double Mean, double Margin) Mean(double[] values)
    {
        var mean = values.Average();
        return (mean, values.Length < 2 ? double.NaN : 1.96 * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length));
    }
}

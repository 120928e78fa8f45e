using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Simulator.Journey;

/// <summary>One journal's missing numbers, to be asked for.</summary>
internal readonly record struct ReplayWish(JournalId Journal, long From, long To);

/// <summary>
/// Notices numbers that stay missing while later ones are held. A store sends its live events ahead of its backlog, so that much is missing for as long as it
/// drains; but then the run that is missing changes from look to look. One that does not change has been lost on the way.
/// </summary>
/// <param name="options">How patiently.</param>
/// <param name="runs">What is accounted for.</param>
/// <param name="isAsked">Whether a run is in other hands already: all of it was refused, say.</param>
internal sealed class ReplayWatch(ReplayOptions options, HeldRuns runs, Func<JournalId, SeqRange, bool> isAsked)
{
    /// <summary>Journals looked at; with more than that in trouble at once, the others have their turn when these are whole.</summary>
    public const int MostJournals = 2_000;

    /// <summary>The oldest runs of a journal that are watched; the next ones follow when these are filled.</summary>
    public const int MostHoles = 32;

    private Dictionary<(JournalId Journal, SeqRange Hole), Instant> missingSince = [];

    /// <summary>To be asked about every second.</summary>
    /// <returns>At most one wish per journal, the oldest that is due.</returns>
    public IReadOnlyList<ReplayWish> Look(Instant now, Func<string, bool> isOurs)
    {
        var (before, wishes) = (missingSince, new List<ReplayWish>());
        missingSince = [];
        foreach (var journal in runs.WithHoles(MostJournals))
        {
            if (!isOurs(journal.StoreId)) continue;
            ReplayWish? wish = null;
            foreach (var hole in runs.Holes(journal, MostHoles))
            {
                var since = before.GetValueOrDefault((journal, hole), now);
                missingSince[(journal, hole)] = since;
                if (now - since < options.After || isAsked(journal, hole)) continue;
                if (wish is null) wish = new(journal, hole.From, Math.Min(hole.To, hole.From + options.MostNumbers - 1));
                else if (hole.From - wish.Value.To - 1 <= options.MergeWithin && hole.To - wish.Value.From < options.MostNumbers) wish = wish.Value with { To = hole.To };
            }

            if (wish is { } due) wishes.Add(due);
        }

        return wishes;
    }
}

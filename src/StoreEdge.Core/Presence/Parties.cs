using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>
/// Who came in together, to be greeted once: a household within some time, or anybody through the same door at the same moment. The first one leads; only the leader's
/// arrival opens the window, so that a stream of customers is many parties and not one.
/// </summary>
internal sealed class Parties(PresenceOptions options)
{
    private readonly List<Leader> leaders = [];

    /// <summary>The party that this arrival joins: its leader's visit; null where it leads one of its own.</summary>
    internal VisitId? Join(VisitId visit, Pseudonym? household, ZoneId zone, Instant at)
    {
        leaders.RemoveAll(l => at - l.At > (options.HouseholdWindow > options.PartyWindow ? options.HouseholdWindow : options.PartyWindow));
        foreach (var leader in leaders)
            if (household is not null && leader.Household == household && at - leader.At <= options.HouseholdWindow
                || leader.Zone == zone && at - leader.At <= options.PartyWindow)
                return leader.Visit;
        leaders.Add(new(visit, household, zone, at));
        return null;
    }

    /// <summary>Nobody is said to have come in with this visit any more.</summary>
    internal void Forget(VisitId visit) => leaders.RemoveAll(l => l.Visit == visit);

    private readonly record struct Leader(VisitId Visit, Pseudonym? Household, ZoneId Zone, Instant At);
}

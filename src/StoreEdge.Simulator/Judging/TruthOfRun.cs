using StoreEdge.Core.Identity;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Phones;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Judging;

/// <summary>Makes the true arrivals of a run: from the plan for those with a tag, from what really happened on the portal for the others.</summary>
internal static class TruthOfRun
{
    public static IReadOnlyList<TrueArrival> Of(
        IEnumerable<Person> people, IReadOnlyDictionary<int, PortalOutcome> phones, PseudonymKey key, DateTimeOffset start, DateTimeOffset end)
    {
        var truths = new List<TrueArrival>();
        foreach (var person in people)
        {
            if (person.Kind != GroupKind.Customer || person.Enter is not { } enter || person.Leave is not { } leave) continue;
            var (entered, left) = (start.AddSeconds(enter), start.AddSeconds(leave));
            var who = $"{person.Group} {person.Customer ?? $"#{person.Number}"}";
            if (person.IsEnrolled)
            {
                if (entered > end) continue;
                var judged = left - entered >= Definitions.ShortestStay && end - entered >= Definitions.Settle;
                truths.Add(new(who, key.OfCustomer(person.Customer!).Value, entered, entered - Definitions.Early, left + Definitions.Late, left, judged));
            }
            else if (phones.GetValueOrDefault(person.Number) is { SentAt: { } sent } phone)
            {
                // Without an answer the portal may or may not have taken it: then a report is neither right nor wrong.
                var until = (phone.AcceptedAt ?? end) + Definitions.Late;
                truths.Add(new(who, person.Customer is { } c ? key.OfCustomer(c).Value : null, sent, sent, until, left, phone.AcceptedAt is not null));
            }
        }

        return truths;
    }
}

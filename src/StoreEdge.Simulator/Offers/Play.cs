using StoreEdge.Core.Offers;
using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Offers;

/// <summary>How a season went under one strategy.</summary>
/// <param name="Regret">Wants that were lost against always choosing the best of what was allowed.</param>
/// <param name="Wants">Wants that there were.</param>
/// <param name="Decisions">How many were judged.</param>
/// <param name="Newcomers">How many of them gave the place of something known to a newcomer.</param>
/// <param name="Never">Never-events.</param>
internal readonly record struct PlayResult(double Regret, int Wants, int Decisions, int Newcomers, int Never);

/// <summary>
/// One season of one shop under one strategy, without a network: who comes, when, and how they would react to what is the same for every strategy of a seed, and only what is shown differs.
/// </summary>
internal sealed class Play(Shop shop, Strategy strategy, ulong seed, int days)
{
    private const int VisitsPerDay = 60, DecisionsPerVisit = 4, Neighbourhood = 600, StuffersPhones = 40;

    private static readonly DateTimeOffset Opening = new(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(-3));

    private readonly Customer[] customers = [.. Enumerable.Range(0, Neighbourhood).Select(n => new Customer(n, seed))];
    private readonly Dictionary<OfferId, StoreVotes> votes = [];
    private readonly Dictionary<(string Person, OfferId Offer), string> today = [];
    private readonly NeverEvents watch = new();
    private readonly Xoshiro own = Xoshiro.For(seed, strategy.Name);
    private double regret;
    private int wants, decisions, newcomers;

    public PlayResult Run()
    {
        for (var day = 0; day < days; day++)
        {
            today.Clear();
            if (shop.Season == Season.Stuffed) Count(Shop.Ids[shop.Worst], true, new(StuffersPhones, StuffersPhones, 0));
            for (var visit = 0; visit < VisitsPerDay; visit++) Visit(day, visit);
            if (strategy.Index is not null) continue;
            foreach (var (offer, said) in votes.ToArray()) votes[offer] = new(said.Customers.Aged(1), said.Guests.Aged(1));
        }

        return new(regret, wants, decisions, newcomers, watch.Count);
    }

    private void Visit(int day, int visit)
    {
        var number = day * VisitsPerDay + visit;
        var chance = Xoshiro.For(seed, "visit", number);
        var customer = customers[chance.Below(Neighbourhood)];
        // Who buys for somebody else wants other things, and says that it was a gift.
        var isGift = chance.Percent(6);
        var at = Opening.AddDays(day).AddMinutes(10 * visit);
        for (var i = 0; i < DecisionsPerVisit; i++, at = at.AddMinutes(2))
        {
            var reaction = Xoshiro.For(seed, "reaction", number * DecisionsPerVisit + i);
            Decide(customer, "v" + number, at, day, reaction.Percent(33), isGift, reaction);
        }

        // A decision that comes too late.
        var late = Decider.Decide(Shop.Bundle, Shop.Bundle.Placements[0], customer.Context("v" + number, at, isPresent: false, isGift, Past(customer)), chance.Next());
        watch.Watch(customer, onScreen: false, isPresent: false, at, late.Chosen.IsEmpty ? null : late.Chosen[0].Offer.Id);
        customer.Leave();
    }

    private void Decide(Customer customer, string visit, DateTimeOffset at, int day, bool onScreen, bool isGift, Xoshiro reaction)
    {
        customer.Shown.RemoveAll(s => at - s.At >= TimeSpan.FromDays(1));
        var context = customer.Context(visit, at, isPresent: true, isGift, Past(customer));
        if (strategy.Index is null) context = context with { LocalCounts = strategy.Seen is { } seen ? votes.ToDictionary(v => v.Key, v => seen(v.Value)) : votes };
        var decision = Decider.Decide(Shop.Bundle, Shop.Bundle.Placements[onScreen ? 1 : 0], context, reaction.Next());
        var allowed = Allowed(decision);
        var shown = decision.Chosen[0].Offer;
        if (strategy.Index is { } index && Shop.Ids.Contains(shown.Id))
            shown = Shop.Bundle.Find(allowed.MaxBy(o => index(votes.GetValueOrDefault(o).Customers + votes.GetValueOrDefault(o).Guests, own)))!;
        watch.Watch(customer, onScreen, isPresent: true, at, shown.Id);

        var part = (double)day / days;
        var look = onScreen ? Shop.Look : 1;
        var arm = Shop.Ids.IndexOf(shown.Id);
        if (allowed.Count > 0 && !isGift && (arm >= 0 || decision.IsFallback))
        {
            decisions++;
            regret += look * (allowed.Max(o => shop.Wants(Shop.Ids.IndexOf(o), part)) - (arm >= 0 ? shop.Wants(arm, part) : 0));
            if (decision.Chosen[0].IsNewcomer && allowed.Any(IsKnown)) newcomers++;
        }

        if (decision.IsFallback) return;
        customer.Shown.Add(new(shown.Id, shown.Supplier, shown.Class, at, CapHolders.Customer | CapHolders.Household));
        React(customer, visit, shown.Id, arm, look, part, onScreen, isGift, reaction);
    }

    /// <summary>What the decision allowed: what it chose, and what only the rank, with all that belongs to it, held against the others.</summary>
    private static List<OfferId> Allowed(Decision decision) =>
        [.. decision.Chosen.Select(c => c.Offer.Id).Concat(decision.Rejected.Where(r => r.Stage is Stage.Rank or Stage.Diversity).Select(r => r.Offer)).Where(Shop.Ids.Contains)];

    private bool IsKnown(OfferId offer) => votes.GetValueOrDefault(offer) is var said && (said.Customers.Shown + said.Guests.Shown) * Shop.Bundle.BaseRate.Rate >= 3;

    private void React(Customer customer, string visit, OfferId offer, int arm, double look, double part, bool onScreen, bool isGift, Xoshiro reaction)
    {
        var person = customer.IsKnown ? "k1-" + customer.Number : visit;
        if (arm >= 0) Count(offer, !customer.IsKnown, new(onScreen ? Tally.OnAScreen : 1, 0, 0));
        if (!reaction.Percent(100 * look)) return;
        var at = reaction.Unit();
        var want = arm < 0 ? 0.03 : shop.Wants(isGift ? Shop.Arms - 1 - arm : arm, part);
        var never = arm < 0 ? 0.01 : shop.Refusals(arm, part);
        var word = at < want ? "want" : at < want + never ? "never" : at < want + never + 0.02 ? "not-now" : at < want + never + 0.022 ? "stop" : null;
        if (word is null) return;
        if (word == "stop") customer.HasStopped = true;
        if (word == "never") customer.Never.Add(offer);
        if (word == "not-now") customer.NotNow.Add(offer);
        if (arm < 0 || word == "stop") return;
        if (word == "want" && !isGift) wants++;
        Vote(person, !customer.IsKnown, offer, word == "want" && isGift ? "gift" : word, onScreen);
    }

    /// <summary>One per person, offer and day; the last counts.</summary>
    private void Vote(string person, bool guest, OfferId offer, string word, bool onScreen)
    {
        if (today.TryGetValue((person, offer), out var former)) Count(offer, guest, One(former) * -1);
        else if (onScreen) Count(offer, guest, new(1 - Tally.OnAScreen, 0, 0));
        today[(person, offer)] = word;
        Count(offer, guest, One(word));
    }

    private static Tally One(string word) => word switch { "want" => new(0, 1, 0), "never" => new(0, 0, 1), "not-now" => new(0, 0, 0, 1), _ => default };

    private void Count(OfferId offer, bool guest, Tally said)
    {
        var known = votes.GetValueOrDefault(offer);
        votes[offer] = guest ? known with { Guests = known.Guests + said } : known with { Customers = known.Customers + said };
    }

    /// <summary>Their own showings of the last day, and those of whom they live with.</summary>
    private IEnumerable<PastShowing> Past(Customer customer)
    {
        foreach (var shown in customer.Shown) yield return shown;
        var mate = customer.Household == customer.Number ? customer.Number + 1 : customer.Household;
        if (!customer.IsKnown || mate >= customers.Length || customers[mate] is not { IsKnown: true } other || other.Household != customer.Household) yield break;
        foreach (var shown in other.Shown) yield return shown with { To = CapHolders.Household };
    }
}

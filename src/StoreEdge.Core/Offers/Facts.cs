using System.Collections.Immutable;

namespace StoreEdge.Core.Offers;

/// <summary>Something central said about a customer, with the time it was true and how long that may be believed.</summary>
/// <param name="Values">One value, or several where the fact is a set; booleans are <c>true</c> and <c>false</c>.</param>
/// <param name="AsOf">When it was true.</param>
/// <param name="MaxAge">How long after that it may be believed; positive.</param>
/// <param name="Purpose">The consent under which it may be used; null for the service itself.</param>
public sealed record Fact(ImmutableArray<string> Values, DateTimeOffset AsOf, TimeSpan MaxAge, Purpose? Purpose)
{
    /// <summary>By which definition of the lifecycle central said it; null where it did not say, and for every other fact.</summary>
    public string? Definition { get; init; }

    /// <summary>How far a fact may come from the future before it is not believed: two clocks that are both kept by NTP never differ by more.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Whether it may be believed at <paramref name="at"/>; never where nobody knows what time it is (null): its age is then unknown.</summary>
    public bool IsFresh(DateTimeOffset? at) => at is { } now && now - AsOf <= MaxAge && AsOf - now <= ClockTolerance;

    /// <summary>Whether the fact is the single value <paramref name="value"/>.</summary>
    public bool Is(string value) => Values.Length == 1 && Values[0] == value;
}

/// <summary>What is known about one customer. True five minutes ago is maybe false now: nothing here can be read without saying when.</summary>
public sealed class Facts
{
    private readonly ImmutableDictionary<FactName, Fact> all;

    /// <summary>Takes the facts as they came.</summary>
    public Facts(ImmutableDictionary<FactName, Fact> all) => this.all = all;

    /// <summary>Nothing is known.</summary>
    public static Facts None { get; } = new(ImmutableDictionary<FactName, Fact>.Empty);

    /// <summary>Every fact, in the order of <see cref="FactName"/>, fresh or not.</summary>
    public IEnumerable<KeyValuePair<FactName, Fact>> All => all.OrderBy(f => f.Key);

    /// <summary>The fact if it may be believed at <paramref name="at"/> (null: nobody knows what time it is); null means unknown.</summary>
    public Fact? Fresh(FactName name, DateTimeOffset? at) => all.TryGetValue(name, out var fact) && fact.IsFresh(at) ? fact : null;

    /// <summary>Whether a yes-or-no fact is so at <paramref name="at"/>.</summary>
    public Truth Ask(FactName name, DateTimeOffset? at) => Fresh(name, at) is not { } fact ? Truth.Unknown : fact.Is("true") ? Truth.True : fact.Is("false") ? Truth.False : Truth.Unknown;

    /// <summary>
    /// Whether a suppression by this yes-or-no fact must be assumed: it is so, or it was the last time anybody said. Only a fact never stated, or freshly denied, lifts it.
    /// </summary>
    public bool MayStillHold(FactName name) => all.TryGetValue(name, out var fact) && !fact.Is("false");

    /// <summary>
    /// These facts without those whose purpose was not consented to. Facts that can only prevent something stay: nobody is worse off because they are used.
    /// </summary>
    public Facts Permitted(Func<Purpose, bool> consented)
    {
        ArgumentNullException.ThrowIfNull(consented);
        return all.Any(Withheld) ? new(all.RemoveRange(all.Where(Withheld).Select(f => f.Key))) : this;

        bool Withheld(KeyValuePair<FactName, Fact> fact) =>
            fact.Value.Purpose is { } purpose && !OnlyPrevents(fact.Key) && !consented(purpose);
    }

    private static bool OnlyPrevents(FactName name) =>
        name is FactName.CommercialHold or FactName.OpenIssue or FactName.Gift or FactName.Household or FactName.Block or FactName.SharedDevice or FactName.PreferredChannel;

    /// <summary>
    /// These facts without a lifecycle by another definition than <paramref name="definition"/>: the same word may mean somebody else there. Null takes any.
    /// </summary>
    public Facts ByDefinition(string? definition) =>
        definition is not null && all.TryGetValue(FactName.Lifecycle, out var lifecycle) && lifecycle.Definition != definition ? new(all.Remove(FactName.Lifecycle)) : this;

    /// <summary>These facts without an interest in any of <paramref name="demands"/>; where none is left, what the customer is interested in is unknown.</summary>
    public Facts WithoutInterests(IReadOnlySet<string> demands)
    {
        ArgumentNullException.ThrowIfNull(demands);
        if (demands.Count == 0 || !all.TryGetValue(FactName.Interest, out var interest)) return this;
        var own = interest.Values.RemoveAll(demands.Contains);
        return own.Length == interest.Values.Length ? this : new(own.IsEmpty ? all.Remove(FactName.Interest) : all.SetItem(FactName.Interest, interest with { Values = own }));
    }

    /// <summary>
    /// These facts with those of a later message laid over them. Messages can overtake each other, so of two that say the same thing the one that was true later counts; but one from the
    /// future has a wrong stamp and holds nothing back, and without the time of day (null) the order of arrival is all there is.
    /// </summary>
    public Facts With(Facts later, DateTimeOffset? at)
    {
        ArgumentNullException.ThrowIfNull(later);
        return new(all.SetItems(later.all.Where(f => !(all.TryGetValue(f.Key, out var held) && held.AsOf > f.Value.AsOf && held.AsOf - at <= Fact.ClockTolerance))));
    }
}

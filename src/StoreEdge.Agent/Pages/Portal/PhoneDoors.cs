using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Orders;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What the phone's page asks of other rooms.</summary>
/// <param name="Offers">What is offered now.</param>
/// <param name="HasStopped">Whether the customer wants no offers at all.</param>
/// <param name="Know">What is known of the customer, in a language (BCP 47).</param>
/// <param name="IsOffline">Whether central cannot be reached just now, which mostly means that the shop has no Internet; never so in a store without central.</param>
/// <param name="Help">Requests for help.</param>
/// <param name="Customers">Everything that is held about a customer.</param>
/// <param name="NamesOf">Every pseudonym of a customer.</param>
/// <param name="NameOf">What an offer, a supplier or a demand is called, in a language.</param>
/// <param name="KeptFor">How long events are kept once central has them.</param>
/// <param name="Screens">Screens that customers may claim; null where there are none.</param>
internal sealed record PhoneDoors(
    FillPhone Offers, HasStopped HasStopped, Func<PortalSession, string, PhoneKnowledge> Know, Func<bool> IsOffline, HelpDesk Help, CustomerDesk Customers,
    Func<Pseudonym, IReadOnlyList<string>> NamesOf, Func<string, string, string> NameOf, TimeSpan KeptFor, PhoneScreens? Screens = null);

/// <summary>A screen of the shop for the customer alone, for a while.</summary>
/// <param name="Has">Whether the session has one now.</param>
/// <param name="Claim">By the code that stands on it, in the language (BCP 47) of the page; answers with a key of <see cref="PhoneText.Done"/>.</param>
/// <param name="Release">Gives it back.</param>
internal sealed record PhoneScreens(Func<PortalSession, bool> Has, Func<PortalSession, string, string, Task<string>> Claim, Action<PortalSession> Release);

/// <summary>What is known of the customer who holds the phone.</summary>
/// <param name="Zone">Where they are; null where that is not known, or the visit is over.</param>
/// <param name="Words">What they said about offers, the latest first.</param>
/// <param name="Facts">What central told about them for this visit.</param>
internal sealed record PhoneKnowledge(string? Zone, IReadOnlyList<PhoneWordCard> Words, IReadOnlyList<PhoneFactCard> Facts)
{
    /// <summary>Nothing.</summary>
    public static PhoneKnowledge None { get; } = new(null, [], []);

    /// <summary>What they may say that they came for, with its name in their language.</summary>
    public IReadOnlyList<(string Demand, string Name)> Demands { get; init; } = [];
}

/// <summary>Something the customer said about an offer, a supplier or a demand; plain text, encoded by the page.</summary>
/// <param name="Kind"><c>want</c>, <c>not-now</c>, <c>never</c>, <c>never-supplier</c> or <c>never-demand</c>.</param>
/// <param name="Target">The offer, the supplier or the demand.</param>
/// <param name="Language">BCP 47 tag of the name.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Demand">What was wanted with it, as the bundle names it; null where that is not known any more.</param>
/// <param name="IsGift">Whether the customer said that this was for somebody else.</param>
/// <param name="IsOfThisVisit">Whether they said it during this visit.</param>
internal sealed record PhoneWordCard(string Kind, string Target, string Language, string Name, string? Demand, bool IsGift, bool IsOfThisVisit = true)
{
    /// <summary>Whether it is about one offer.</summary>
    public bool IsOfOffer => Kind is not ("never-supplier" or "never-demand");

    /// <summary>What more they may refuse with an offer: <c>never-supplier</c> or <c>never-demand</c>, whom or what, and its name.</summary>
    public IReadOnlyList<(string Kind, string Target, string Name)> Wider { get; init; } = [];
}

/// <summary>Something central told about the customer; plain text, encoded by the page.</summary>
/// <param name="Name">The attribute's name in the contract.</param>
/// <param name="Values">One or several; yes and no are <c>true</c> and <c>false</c>.</param>
/// <param name="AsOf">When it was true.</param>
/// <param name="Purpose">What it is used for: <c>service</c>, <c>loyalty</c> or <c>marketing</c>.</param>
/// <param name="Demands">Of an interest: the demand of each value, and whether the customer said that it was for somebody else.</param>
internal sealed record PhoneFactCard(string Name, IReadOnlyList<string> Values, DateTimeOffset AsOf, string Purpose, IReadOnlyList<(string Demand, bool IsGift)> Demands);

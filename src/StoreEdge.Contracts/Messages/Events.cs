using System.Text.Json.Serialization;

namespace StoreEdge.Contracts;

/// <summary>The <c>data</c> of one event: a past-tense fact. One record per type; the schemas in <c>schemas/</c> say the same in JSON Schema.</summary>
public interface IEventData
{
    /// <summary>One of <see cref="EventTypes"/>.</summary>
    [JsonIgnore]
    string Type { get; }

    /// <summary>The visit the fact belongs to, or null where it belongs to none.</summary>
    string? VisitId { get; }
}

/// <summary>A subject has come in.</summary>
/// <param name="VisitId">The new visit, a UUID version 7.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Zone">Where.</param>
/// <param name="Receiver">Which radio heard it first; null on the portal.</param>
/// <param name="Assurance"><c>low</c> (static id), <c>medium</c> (rotating id) or <c>high</c> (login).</param>
/// <param name="Road"><c>beacon</c> or <c>portal</c>.</param>
/// <param name="Trace"><c>involuntary</c> (a device gave it away) or <c>voluntary</c> (the customer did something).</param>
/// <param name="Test">A technician's test: kept out of votes, caps and journeys.</param>
/// <param name="Returned">The subject left a moment ago and is back: the visit is the one that they had left, and counts once.</param>
/// <param name="Party">The visit of the first of those who came in together (a household, or at the same moment): greet once. Null for that first one, and for who came alone.</param>
/// <param name="Suspect">Why this may not be the subject: <c>replayed</c> (a rotating id that its device had left behind) or <c>cloned</c> (one id from two addresses at once); null where
/// nothing speaks against it. <paramref name="Assurance"/> is then <c>low</c>.</param>
/// <param name="Proof">Which window of the subject's rotating id was heard: alike in every store that hears the same window, and nothing else; null for ids that do not rotate.</param>
public sealed record ArrivalData(string VisitId, string Subject, string Zone, string? Receiver, string Assurance, string Road, string Trace, bool Test = false,
    bool Returned = false, string? Party = null, string? Suspect = null, string? Proof = null) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Arrival;
}

/// <summary>A present subject has moved.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="From">The zone left.</param>
/// <param name="Zone">The zone entered.</param>
/// <param name="Receiver">Which radio hears it best now.</param>
/// <param name="Trace">See <see cref="ArrivalData"/>.</param>
/// <param name="Assurance">How sure it is now; it falls to <c>low</c> when a suspicion comes up during the visit.</param>
public sealed record ZoneData(string VisitId, string Subject, string From, string Zone, string? Receiver, string Trace, string Assurance) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Zone;
}

/// <summary>A subject has now been present for a while.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Zone">Where.</param>
/// <param name="PresentSeconds">Seconds since the arrival.</param>
/// <param name="Trace">See <see cref="ArrivalData"/>.</param>
/// <param name="Assurance">How sure it is now.</param>
public sealed record DwellData(string VisitId, string Subject, string Zone, double PresentSeconds, string Trace, string Assurance) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Dwell;
}

/// <summary>A subject has left.</summary>
/// <param name="VisitId">The visit, now over.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Zone">Where it was last.</param>
/// <param name="PresentSeconds">Seconds from the arrival to the last sign of presence.</param>
/// <param name="Reason"><c>silence</c>, <c>weak</c> (below the exit threshold), <c>outside</c> (seen outside the door), <c>portal</c> (its session ended), <c>lost</c> (the receivers
/// that heard it last stayed blind; when it left is not known) or <c>furniture</c> (present for longer than any customer stays: not a customer's device at present).</param>
/// <param name="Trace">See <see cref="ArrivalData"/>.</param>
/// <param name="Assurance">How sure it was at the end.</param>
/// <param name="Suspect">What came up during the visit; see <see cref="ArrivalData"/>.</param>
public sealed record DepartureData(
    string VisitId, string Subject, string Zone, double PresentSeconds, string Reason, string Trace, string Assurance, string? Suspect = null) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Departure;
}

/// <summary>The receipt of what a customer agreed to, and what not.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="ReceiptId">UUID shown to the customer.</param>
/// <param name="TextVersion">Which wording was agreed to.</param>
/// <param name="Language">BCP 47 tag of that wording.</param>
/// <param name="Terms">The terms of use of the network.</param>
/// <param name="Loyalty">To be recognised as a customer.</param>
/// <param name="Marketing">To be shown personal offers.</param>
/// <param name="Assurance"><c>high</c> for somebody who typed their number, <c>low</c> for a guest.</param>
public sealed record ConsentData(
    string VisitId, string Subject, string ReceiptId, string TextVersion, string Language, bool Terms, bool Loyalty, bool Marketing, string Assurance) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Consent;
}

/// <summary>A customer has decided about an offer, or about all of them.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Choice"><c>want</c>, <c>not-now</c>, <c>never</c>, <c>stop</c>, or <c>again</c>, which takes back what was said; <c>never-supplier</c> and <c>never-demand</c>, taken back by
/// <c>again-supplier</c> and <c>again-demand</c>; <c>else</c>: none of what was shown was what they had come for.</param>
/// <param name="OfferId">The offer; null where it is about no single one.</param>
/// <param name="DecisionId">The decision that showed it; null where none led to it.</param>
/// <param name="Assurance"><c>high</c> for somebody who typed their number, <c>low</c> for a guest.</param>
/// <param name="Display">The display that they had claimed and touched; null where they said it on their phone.</param>
/// <param name="Target">The supplier or the demand, as the bundle names it; with <c>else</c> the demand that they came for, null where it is none of the bundle's.</param>
public sealed record ChoiceData(string VisitId, string Subject, string Choice, string? OfferId, string? DecisionId, string Assurance, string? Display = null, string? Target = null) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Choice;
}

/// <summary>Somebody touched a display that nobody had claimed. Who they are is not known, so it says nothing about any customer: it counts for the offer, once a day for each display.</summary>
/// <param name="Display">Which.</param>
/// <param name="ShowingId">The showing they answered; each can be answered once.</param>
/// <param name="DecisionId">The decision that it carried out.</param>
/// <param name="OfferId">What they answered.</param>
/// <param name="Choice"><c>want</c> or <c>never</c>.</param>
public sealed record ScreenChoiceData(string Display, string ShowingId, string DecisionId, string OfferId, string Choice) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.ScreenChoice;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

/// <summary>A customer has claimed a display for themselves for some minutes, or it is everybody's again.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Display">Which.</param>
/// <param name="State"><c>claimed</c> or <c>released</c>.</param>
/// <param name="Reason">Why it was released: <c>expired</c>, <c>customer</c> (on the phone), <c>screen</c> (somebody touched it), <c>departed</c>, <c>stop</c> or <c>taken</c> (somebody else had claimed it a moment earlier); null with <c>claimed</c>.</param>
/// <param name="Language">BCP 47 tag of what the customer reads.</param>
/// <param name="Assurance"><c>high</c> for somebody who was recognised, <c>low</c> for a guest.</param>
/// <param name="Trace">Always <c>voluntary</c>.</param>
public sealed record ScreenClaimData(string VisitId, string Subject, string Display, string State, string? Reason, string Language, string Assurance, string Trace) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.ScreenClaim;
}

/// <summary>A customer was recognised on the portal, with their consent. What they typed is in no message.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Means"><c>number</c>, <c>email</c>, <c>phone</c> (each typed), or <c>link</c> (signed by the shop's own app).</param>
/// <param name="Assurance">How sure it is.</param>
/// <param name="ReceiptId">The consent receipt under which it was, a UUID; null from agents that did not say it yet.</param>
public sealed record IdentifiedData(string VisitId, string Subject, string Means, string Assurance, string? ReceiptId = null) : IEventData
{
    /// <summary>The one of the <see cref="Means"/> that proves who it is.</summary>
    public const string Link = "link";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Identified;
}

/// <summary>Somebody is to come to a customer. A visit has one open request at most.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="RequestId">UUID version 7.</param>
/// <param name="Zone">Where the customer is; null where it is not known.</param>
/// <param name="Skill">What whoever comes should know: <c>find</c>, <c>advice</c>, <c>price</c>, <c>payment</c> or <c>other</c>; <c>issue</c> where central says that something of theirs is open.</param>
/// <param name="Language">BCP 47 tag of what the customer reads.</param>
/// <param name="Assurance"><c>high</c> for somebody who was recognised, <c>low</c> for a guest.</param>
/// <param name="By">Who asked: <c>customer</c>, or <c>store</c> for somebody with an open issue, who gets a person without asking.</param>
public sealed record HelpRequestedData(
    string VisitId, string Subject, string RequestId, string? Zone, string Skill, string Language, string Assurance, string By = "customer") : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.HelpRequested;
}

/// <summary>A request for help has gone on.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="RequestId">The request.</param>
/// <param name="State"><c>on-the-way</c>, <c>solved</c> or <c>withdrawn</c>; nothing follows the last two. <c>escalated</c>: nobody has taken it up in time, and others are asked as well.</param>
/// <param name="By">Who said so: <c>customer</c>, <c>staff</c>, <c>central</c>, or <c>store</c> for an escalation.</param>
/// <param name="Assurance">As in the request.</param>
/// <param name="Staff">The zone of the staff display where it was said; null elsewhere.</param>
/// <param name="Step">With <c>escalated</c>: which step of its route this is, from 1; null otherwise.</param>
/// <param name="Last">With <c>escalated</c>: nobody is left in the store who could be asked, so it is central's turn.</param>
public sealed record HelpChangedData(
    string VisitId, string Subject, string RequestId, string State, string By, string Assurance, string? Staff = null, int? Step = null, bool Last = false) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.HelpChanged;
}

/// <summary>A customer says how the help was that they got. A request is rated once.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Stars">1–5, the more the better.</param>
/// <param name="Trace">Always <c>voluntary</c>.</param>
/// <param name="Assurance">As in the request.</param>
public sealed record HelpRatedData(string VisitId, string Subject, string RequestId, int Stars, string Trace, string Assurance) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.HelpRated;
}

/// <summary>What a customer asked on the shop floor, as the member of staff put it who answered: a demand of the bundle, never the customer's words.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="RequestId">The request for help in which it was asked.</param>
/// <param name="Zone">Where the customer was; null where it is not known.</param>
/// <param name="Skill">What they had asked for.</param>
/// <param name="Demand">What the question was about, as the bundle names it.</param>
/// <param name="Answered">Whether the shop had what they asked for.</param>
/// <param name="Trace">Always <c>voluntary</c>: the customer asked.</param>
/// <param name="Assurance">As in the request.</param>
public sealed record QuestionAskedData(
    string VisitId, string Subject, string RequestId, string? Zone, string Skill, string Demand, bool Answered, string Trace, string Assurance) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.QuestionAsked;
}

/// <summary>A service notice has been shown: once for each notice and place of a visit.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="NoticeId">The notice.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Place"><c>phone</c>: in full, on the customer's own page; <c>display</c>: a screen has drawn that there is something on their phone, without saying what.</param>
/// <param name="Display">Which display; null on the phone.</param>
public sealed record NoticeShownData(string VisitId, string Subject, string NoticeId, string Kind, string Place, string? Display) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.NoticeShown;
}

/// <summary>A customer says that what they wanted or bought was for somebody else, so that it says nothing about them; or takes that back.</summary>
/// <param name="VisitId">The visit.</param>
/// <param name="Subject">Pseudonym.</param>
/// <param name="Demand">The demand, as the bundle names it.</param>
/// <param name="OfferId">The offer that they said it of; null where it was an interest that central had told.</param>
/// <param name="Gift">Whether it was a gift.</param>
/// <param name="Assurance"><c>high</c> for somebody who was recognised, <c>low</c> for a guest.</param>
public sealed record GiftMarkedData(string VisitId, string Subject, string Demand, string? OfferId, bool Gift, string Assurance) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.GiftMarked;
}

/// <summary>A customer has had everything erased that this store held about them. It does not name them.</summary>
/// <param name="SubjectHashes">SHA-256 of each of their pseudonyms, lower-case hex; 1–16.</param>
/// <param name="By">Where they said so: <c>portal</c>.</param>
/// <param name="Events">How many events went.</param>
/// <param name="Rows">How many rows of the store's tables went.</param>
public sealed record CustomerErasedData(IReadOnlyList<string> SubjectHashes, string By, long Events, long Rows) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.CustomerErased;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

/// <summary>Something was chosen to be shown; journaled before it is shown.</summary>
/// <param name="DecisionId">UUID version 7.</param>
/// <param name="VisitId">For whom; null where a display was filled for nobody in particular.</param>
/// <param name="Subject">Pseudonym; null as above.</param>
/// <param name="Place"><c>display</c> or <c>phone</c>.</param>
/// <param name="Display">Which display; null on the phone.</param>
/// <param name="Placement">The placement of the bundle that was filled.</param>
/// <param name="Offers">What was chosen, best first; a fallback stands here under its own id.</param>
/// <param name="Fallback">Whether nothing eligible was left and a fallback was chosen.</param>
/// <param name="Explanation">The sentence for the customer.</param>
/// <param name="Language">BCP 47 tag of that sentence.</param>
/// <param name="BundleVersion">The bundle's own version.</param>
/// <param name="BundleHash">SHA-256 of the bundle, lower-case hex.</param>
/// <param name="Seed">With the same inputs it makes the same decision.</param>
/// <param name="Rejected">Every candidate that was not chosen, and why.</param>
/// <param name="Household">The household's pseudonym, so that caps hold for all of it; null where it is not known.</param>
/// <param name="Assurance">How sure the visit's events were when it was decided; null where it is for nobody in particular, or the visit was over already.</param>
/// <param name="Campaigns">
/// The campaigns with a holdout of which something could have been shown but for it, and the customer's group in each: decision, showing and reaction of both groups compare. Null where none.
/// </param>
public record DecisionData(
    string DecisionId, string? VisitId, string? Subject, string Place, string? Display, string Placement, IReadOnlyList<string> Offers, bool Fallback,
    string Explanation, string Language, string BundleVersion, string BundleHash, long Seed, IReadOnlyList<RejectedOffer> Rejected, string? Household = null,
    string? Assurance = null, IReadOnlyList<CampaignMembership>? Campaigns = null) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Decision;
}

/// <summary>A customer's group in a campaign.</summary>
/// <param name="Campaign">As the bundle names it.</param>
/// <param name="HeldOut">Whether they are shown nothing of it.</param>
public sealed record CampaignMembership(string Campaign, bool HeldOut);

/// <summary>A candidate that was not chosen.</summary>
/// <param name="OfferId">Which.</param>
/// <param name="Reason">A code such as <c>hold-unknown</c>, <c>cap-offer</c>, <c>not-public</c>, <c>outranked</c>.</param>
public sealed record RejectedOffer(string OfferId, string Reason);

/// <summary>A display has acknowledged that it really drew a showing.</summary>
/// <param name="ShowingId">UUID of this showing.</param>
/// <param name="DecisionId">The decision it carries out.</param>
/// <param name="VisitId">For whom; null where for nobody in particular.</param>
/// <param name="Display">Which display.</param>
/// <param name="OfferId">What.</param>
/// <param name="ContentHash">SHA-256 of the text that the display drew, lower-case hex, reported by the display itself.</param>
/// <param name="ArrivalToRenderMilliseconds">From the arrival's commit to the display's acknowledgement; null where no arrival led to it.</param>
public sealed record RenderedData(
    string ShowingId, string DecisionId, string? VisitId, string Display, string OfferId, string ContentHash, double? ArrivalToRenderMilliseconds) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Rendered;
}

/// <summary>A showing is over: the whole proof that it was shown, or that it was not.</summary>
/// <param name="ShowingId">UUID of this showing.</param>
/// <param name="DecisionId">The decision it carried out.</param>
/// <param name="VisitId">For whom; null where for nobody in particular.</param>
/// <param name="Display">Which display.</param>
/// <param name="OfferId">What.</param>
/// <param name="OfferName">Its name as it was then.</param>
/// <param name="OfferClass"><c>service</c>, <c>help</c>, <c>loyalty</c>, <c>promotion</c> or <c>generic</c>.</param>
/// <param name="DecidedAt">When it was decided.</param>
/// <param name="SentAt">When it was sent; null where the display was not connected.</param>
/// <param name="RenderedAt">When the display said that it drew it; null where it never did.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Reason"><c>replaced</c>, <c>expired</c>, <c>departed</c>, <c>choice</c>, <c>not-rendered</c>, <c>closed</c> (the display's hours were over), <c>released</c> (a claimed display is everybody's again) or <c>restart</c>.</param>
public sealed record ProofOfPlayData(
    string ShowingId, string DecisionId, string? VisitId, string Display, string OfferId, string OfferName, string OfferClass,
    DateTimeOffset DecidedAt, DateTimeOffset? SentAt, DateTimeOffset? RenderedAt, DateTimeOffset EndedAt, string Reason) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.ProofOfPlay;
}

/// <summary>How many devices came past the receivers inside in one interval: a count that names nobody. Told only where the tenant has switched it on.</summary>
/// <param name="From">When the interval began.</param>
/// <param name="To">When it ended.</param>
/// <param name="Result"><c>counted</c>, <c>few</c> (fewer than five) or <c>unreliable</c>.</param>
/// <param name="Count">Distinct devices with <c>counted</c>; null otherwise.</param>
/// <param name="Reason">With <c>unreliable</c>: <c>address-rotation</c> (devices change their addresses too much for a number to mean anything) or <c>too-many</c>; null otherwise.</param>
public sealed record FootfallData(DateTimeOffset From, DateTimeOffset To, string Result, int? Count, string? Reason) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Footfall;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

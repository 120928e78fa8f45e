namespace StoreEdge.Core.Offers;

/// <summary>One offer of a bundle, or one service notice of central; unique within a decision.</summary>
public readonly record struct OfferId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Whose product an offer sells.</summary>
public readonly record struct SupplierId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A named kind of place where offers may appear: "the screens at the entrance", "the phone's page".</summary>
public readonly record struct PlacementId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One decision: the same inputs and seed give the same id, so a replay can be compared by it.</summary>
/// <param name="Value">A UUID version 7 in its usual text form, whose random part is taken from a hash of what was decided upon.</param>
public readonly record struct DecisionId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What an offer is for. The order is the precedence: service comes before selling.</summary>
public enum OfferClass
{
    /// <summary>About something the customer already has with the shop: an order, a repair.</summary>
    Service,

    /// <summary>A person who helps.</summary>
    Help,

    /// <summary>A benefit of the loyalty programme; needs consent to it.</summary>
    Loyalty,

    /// <summary>Selling to this person; needs consent to marketing and the certainty that no commercial hold exists.</summary>
    Promotion,

    /// <summary>The same for everyone, like a shop window; needs to know nothing about anyone.</summary>
    Generic,
}

/// <summary>Who may see the content beside the customer.</summary>
public enum Sensitivity
{
    /// <summary>Anybody.</summary>
    Public,

    /// <summary>The customer alone: only on their own phone.</summary>
    Personal,

    /// <summary>The customer alone, and only if they asked for it.</summary>
    Intimate,
}

/// <summary>What carries the content.</summary>
public enum Surface
{
    /// <summary>A screen that strangers see too.</summary>
    Screen,

    /// <summary>The customer's own phone.</summary>
    Phone,
}

/// <summary>What a consent was given for; each is asked for and withdrawn separately.</summary>
public enum Purpose
{
    /// <summary>Recognition as a member of the loyalty programme.</summary>
    Loyalty,

    /// <summary>Offers chosen for this person.</summary>
    Marketing,
}

/// <summary>The closed list of what may be known about a customer when deciding; anything else is refused at the door.</summary>
public enum FactName
{
    /// <summary><c>customer</c>, <c>exCustomer</c>, <c>knownProspect</c> or <c>newProspect</c>.</summary>
    Lifecycle,

    /// <summary><c>true</c> while the customer owes; enforced, never visible, never a reason to choose.</summary>
    CommercialHold,

    /// <summary><c>true</c> while a complaint or repair is open.</summary>
    OpenIssue,

    /// <summary><c>true</c> while the customer buys for somebody else, so that their own interests say nothing.</summary>
    Gift,

    /// <summary>The value tier, in the tenant's own words; directs ranking, never access to service.</summary>
    Tier,

    /// <summary>The household's pseudonym; only caps use it.</summary>
    Household,

    /// <summary>Demands that the customer said they have; one or more.</summary>
    Interest,

    /// <summary><c>true</c> where the customer consented to loyalty elsewhere; what they said in this store goes before it.</summary>
    LoyaltyConsent,

    /// <summary><c>true</c> where the customer consented to marketing elsewhere; what they said in this store goes before it.</summary>
    MarketingConsent,

    /// <summary><c>true</c> where nobody is to be addressed under this name any more (a death, a fraud); enforced, never visible.</summary>
    Block,

    /// <summary><c>true</c> where the phone or tag is used by a whole household, so that whoever looks may be somebody else.</summary>
    SharedDevice,

    /// <summary>What the customer is to the shop beside a customer, in the tenant's own words; one or more. <c>staff</c> is somebody at work here, who is sold nothing.</summary>
    Roles,

    /// <summary>How the customer wants to be addressed: <c>display</c>, <c>phone</c>, <c>staff</c> or <c>none</c>.</summary>
    PreferredChannel,

    /// <summary>How they want to be called, as long as it is valid; for their own phone, never for a screen.</summary>
    PreferredName,
}

/// <summary>Three-valued logic: a fact that expired or never came makes a condition unknown, which is not false and above all not true.</summary>
public enum Truth
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Known and so.</summary>
    True,

    /// <summary>Known and not so.</summary>
    False,
}

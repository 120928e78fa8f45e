namespace StoreEdge.Contracts;

/// <summary>The names of the events, as they stand in the topic and, as <c>storeedge.{type}.v1</c>, in the envelope.</summary>
public static class EventTypes
{
    /// <summary>See <see cref="ArrivalData"/>.</summary>
    public const string Arrival = "arrival";

    /// <summary>See <see cref="ZoneData"/>.</summary>
    public const string Zone = "zone";

    /// <summary>See <see cref="DwellData"/>.</summary>
    public const string Dwell = "dwell";

    /// <summary>See <see cref="DepartureData"/>.</summary>
    public const string Departure = "departure";

    /// <summary>See <see cref="ConsentData"/>.</summary>
    public const string Consent = "consent";

    /// <summary>See <see cref="ChoiceData"/>.</summary>
    public const string Choice = "choice";

    /// <summary>See <see cref="ScreenChoiceData"/>.</summary>
    public const string ScreenChoice = "screen-choice";

    /// <summary>See <see cref="ScreenClaimData"/>.</summary>
    public const string ScreenClaim = "screen-claim";

    /// <summary>See <see cref="IdentifiedData"/>.</summary>
    public const string Identified = "identified";

    /// <summary>See <see cref="HelpRequestedData"/>.</summary>
    public const string HelpRequested = "help-requested";

    /// <summary>See <see cref="HelpChangedData"/>.</summary>
    public const string HelpChanged = "help-changed";

    /// <summary>See <see cref="HelpRatedData"/>.</summary>
    public const string HelpRated = "help-rated";

    /// <summary>See <see cref="QuestionAskedData"/>.</summary>
    public const string QuestionAsked = "question-asked";

    /// <summary>See <see cref="NoticeShownData"/>.</summary>
    public const string NoticeShown = "notice-shown";

    /// <summary>See <see cref="GiftMarkedData"/>.</summary>
    public const string GiftMarked = "gift-marked";

    /// <summary>See <see cref="CustomerErasedData"/>.</summary>
    public const string CustomerErased = "customer-erased";

    /// <summary>See <see cref="DecisionData"/>.</summary>
    public const string Decision = "decision";

    /// <summary>See <see cref="RenderedData"/>.</summary>
    public const string Rendered = "rendered";

    /// <summary>See <see cref="ProofOfPlayData"/>.</summary>
    public const string ProofOfPlay = "proof-of-play";

    /// <summary>See <see cref="FootfallData"/>.</summary>
    public const string Footfall = "footfall";

    /// <summary>See <see cref="GapData"/>.</summary>
    public const string Gap = "gap";

    /// <summary>See <see cref="UnrecordedData"/>.</summary>
    public const string Unrecorded = "unrecorded";

    /// <summary>See <see cref="JournalRenewedData"/>.</summary>
    public const string JournalRenewed = "journal-renewed";

    /// <summary>See <see cref="ClockSynchronizedData"/>.</summary>
    public const string ClockSynchronized = "clock-synchronized";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Arrival, Zone, Dwell, Departure, Consent, Choice, ScreenChoice, ScreenClaim, Identified, HelpRequested, HelpChanged, HelpRated, QuestionAsked, NoticeShown, GiftMarked, CustomerErased, Decision,
        Rendered, ProofOfPlay, Footfall, Gap, Unrecorded, JournalRenewed, ClockSynchronized,
    ];
}

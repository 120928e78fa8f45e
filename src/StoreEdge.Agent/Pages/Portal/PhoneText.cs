namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The words of the phone's page and of the pages behind it that only somebody who has accepted sees, in one language. Each binds nobody, so none is part of the text's version.</summary>
internal sealed partial record PhoneText
{
    /// <summary>BCP 47 tag; one of <see cref="PortalText.Tags"/>.</summary>
    public required string Tag { get; init; }

    public required string OfflineTitle { get; init; }
    public required string OfflineText { get; init; }

    public required string HelpTitle { get; init; }
    public required string HelpText { get; init; }
    public required string HelpAnotherText { get; init; }
    public required string HelpOffline { get; init; }

    /// <summary>What can be asked for, by the contract's word.</summary>
    public required IReadOnlyDictionary<string, string> Skills { get; init; }

    /// <summary>The steps of a request, by the state that reaches them.</summary>
    public required IReadOnlyDictionary<string, string> HelpSteps { get; init; }

    /// <summary>What a state means for the customer.</summary>
    public required IReadOnlyDictionary<string, string> HelpStates { get; init; }

    /// <summary>Instead of the state's, where nobody has taken it up in time.</summary>
    public required string HelpEscalated { get; init; }
    public required string RateText { get; init; }

    /// <summary><c>{0}</c> is how many.</summary>
    public required string RateStars { get; init; }
    public required string RateThanks { get; init; }

    /// <summary><c>{0}</c> is the time of day, <c>{1}</c> what it is about.</summary>
    public required string HelpAsked { get; init; }
    public required string HelpWithdraw { get; init; }

    public required string ScreenTitle { get; init; }
    public required string ScreenText { get; init; }
    public required string ScreenCode { get; init; }
    public required string ScreenUse { get; init; }
    public required string ScreenYours { get; init; }
    public required string ScreenRelease { get; init; }

    public required string WordsTitle { get; init; }

    /// <summary>What was said about an offer, by the contract's word.</summary>
    public required IReadOnlyDictionary<string, string> Words { get; init; }
    public required string TakeBack { get; init; }

    /// <summary><c>{0}</c> is the supplier.</summary>
    public required string NeverSupplier { get; init; }

    /// <summary><c>{0}</c> is the kind of thing.</summary>
    public required string NeverDemand { get; init; }
    public required string ElseTitle { get; init; }
    public required string ElseText { get; init; }
    public required string ElseOther { get; init; }
    public required string WasGift { get; init; }
    public required string NotGift { get; init; }
    public required string GiftNote { get; init; }
    public required string OffersAgain { get; init; }

    public required string Since { get; init; }
    public required string Why { get; init; }
    public required string From { get; init; }
    public required string VisitLabel { get; init; }
    public required string VisitWhy { get; init; }
    public required string VisitFrom { get; init; }
    public required string PlaceLabel { get; init; }
    public required string PlaceWhy { get; init; }
    public required string PlaceFrom { get; init; }
    public required string AddressLabel { get; init; }
    public required string AddressValue { get; init; }
    public required string AddressWhy { get; init; }
    public required string AddressFrom { get; init; }

    /// <summary>What central may have told, by the attribute's name; the commercial hold is not among it.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>Values of the lifecycle.</summary>
    public required IReadOnlyDictionary<string, string> Lifecycles { get; init; }

    /// <summary>Values of the preferred channel.</summary>
    public required IReadOnlyDictionary<string, string> Channels { get; init; }
    public required string HouseholdValue { get; init; }

    /// <summary>Why a fact is used, by its purpose.</summary>
    public required IReadOnlyDictionary<string, string> FactWhy { get; init; }
    public required string FactFrom { get; init; }

    public required string Leave { get; init; }
    public required string LeaveHint { get; init; }
    public required string DataTitle { get; init; }
    public required string DataText { get; init; }
    public required string DataClosed { get; init; }
    public required string DataOpen { get; init; }

    public required string FileTitle { get; init; }
    public required string FileLead { get; init; }
    public required string HeldTitle { get; init; }

    /// <summary>What each table holds and why, by its name.</summary>
    public required IReadOnlyDictionary<string, string> Tables { get; init; }
    public required string HappenedTitle { get; init; }

    /// <summary><c>{0}</c> is the number of days.</summary>
    public required string HappenedKept { get; init; }

    /// <summary><c>{0}</c> is how many more there are.</summary>
    public required string HappenedMore { get; init; }

    /// <summary>What happened, by the event's type or, after a colon, its kind. <c>{0}</c> is the place, the offer or the minutes.</summary>
    public required IReadOnlyDictionary<string, string> Events { get; init; }

    /// <summary>By what somebody was recognised.</summary>
    public required IReadOnlyDictionary<string, string> Means { get; init; }
    public required string OnThePhone { get; init; }
    public required string TakeTitle { get; init; }
    public required string TakeText { get; init; }
    public required string Download { get; init; }
    public required string FileName { get; init; }

    /// <summary><c>{0}</c> is whom to ask.</summary>
    public required string CentralText { get; init; }
    public required string EraseTitle { get; init; }
    public required string EraseText { get; init; }
    public required string EraseOpen { get; init; }
    public required string ConfirmTitle { get; init; }
    public required string ConfirmLead { get; init; }
    public required string ConfirmGoes { get; init; }
    public required IReadOnlyList<string> ConfirmPoints { get; init; }
    public required string ConfirmErase { get; init; }
    public required string ConfirmKeep { get; init; }
    public required string ErasedTitle { get; init; }
    public required string ErasedLead { get; init; }
    public required string ErasedText { get; init; }
    public required string Back { get; init; }

    /// <summary>Shown after a deed, by its code.</summary>
    public required IReadOnlyDictionary<string, string> Done { get; init; }

    /// <summary>The languages, as in <see cref="PortalText.All"/>.</summary>
    public static IReadOnlyList<PhoneText> All { get; } = [Portuguese, English, Spanish];

    /// <summary>The same language as another text.</summary>
    public static PhoneText Of(PortalText text) => All.First(t => t.Tag == text.Tag);
}

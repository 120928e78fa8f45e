using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>What an event is worth when not all can be kept: in which order they are given up, and which never are (decision 10).</summary>
internal static class Worth
{
    /// <summary>The classes, what goes first at the front. What is in none of them is never given up: a customer's word, what was lost, a new journal, the clock.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Classes { get; } =
    [
        [EventTypes.Footfall, EventTypes.Dwell, EventTypes.Zone],
        [EventTypes.ProofOfPlay, EventTypes.Rendered, EventTypes.Decision, EventTypes.ScreenChoice, EventTypes.ScreenClaim, EventTypes.NoticeShown],
        [EventTypes.Departure],
        [EventTypes.Arrival, EventTypes.Identified],
    ];

    /// <summary>The class of a type, as an index of <see cref="Classes"/>; their count for what is never given up, and for types that this program does not know.</summary>
    public static int Of(string type)
    {
        for (var i = 0; i < Classes.Count; i++)
            if (Classes[i].Contains(type)) return i;
        return Classes.Count;
    }

    /// <summary>Whether a customer said it: it is promised only once it is on disk, and never waits in memory.</summary>
    public static bool IsCustomersWord(string type) => type is EventTypes.Consent or EventTypes.Choice or EventTypes.GiftMarked
        or EventTypes.HelpRequested or EventTypes.HelpChanged or EventTypes.HelpRated or EventTypes.QuestionAsked;
}

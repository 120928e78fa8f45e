using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>What came of typing a screen's code.</summary>
internal enum ClaimAnswer
{
    /// <summary>The screen is theirs as soon as the event is acted upon.</summary>
    Claimed,

    /// <summary>No screen shows such a code.</summary>
    NoSuchCode,

    /// <summary>Too many wrong codes in this store just now.</summary>
    TooOften,

    /// <summary>Somebody else has it, or they are not here, or want nothing shown.</summary>
    NotNow,
}

/// <summary>
/// What people do at a screen themselves: claim it with the code that stands on it, give it back, and say by touch what they think of what it shows. A touch alone never claims: it proves that
/// somebody stands there, not who. For the same reason a vote on an unclaimed screen is nobody's: it counts for the offer, and takes it off this screen, but is no customer's word.
/// </summary>
internal sealed class ScreenGuests(JournalStore journal, DisplayHub displays, PresentVisits visits, DecisionInputs inputs, TimeProvider time)
{
    /// <summary>Long enough to look through what is there; who wants it for longer types the next code.</summary>
    public static readonly TimeSpan ClaimLasts = TimeSpan.FromMinutes(3);

    private static readonly string[] Anybodys = ["want", "never"], Owners = ["want", "not-now", "never", "stop"];

    /// <summary>What may be said of a showing by touch; of service nothing, since it is not an offer.</summary>
    public static IReadOnlyList<string> VotesOn(Showing? showing, bool isClaimed) =>
        showing is null || showing.Poster.Class == Posters.WordOf(OfferClass.Service) || showing.Poster.Class == DisplayHub.PatternClass ? [] : isClaimed ? Owners : Anybodys;

    /// <summary>Claims the screen on which a customer has read <paramref name="typed"/>. It is in the journal before this returns, and on the screen a moment later.</summary>
    /// <exception cref="JournalFault">It could not be kept, so nothing was claimed.</exception>
    public async Task<ClaimAnswer> ClaimAsync(VisitId visit, Pseudonym subject, string assurance, string language, string typed, CancellationToken stop)
    {
        if (displays.Codes.Find(typed, out var tooOften) is not { } display) return tooOften ? ClaimAnswer.TooOften : ClaimAnswer.NoSuchCode;
        if (visits.Find(visit) is null || inputs.HasStopped(subject) || displays.ClaimOf(display) is { } claim && claim.Visit != visit) return ClaimAnswer.NotNow;
        await journal.AppendAsync(new ScreenClaimData(visit.Value, subject.Value, display.Value, "claimed", null, language, assurance, "voluntary"), Instant.Now(time), stop);
        return ClaimAnswer.Claimed;
    }

    /// <summary>The screen that a visit has claimed; null where it has none.</summary>
    public DisplayId? ClaimedBy(VisitId visit) => displays.All.Where(d => displays.ClaimOf(d.Id)?.Visit == visit).Select(d => (DisplayId?)d.Id).FirstOrDefault();

    /// <summary>Whether any screen can be claimed.</summary>
    public bool CanClaim => displays.All.Any(d => d.Claim);

    /// <summary>Takes a touch.</summary>
    /// <returns>Whether it counted; false where something else stands there by now, somebody has said something of it, or that cannot be said here.</returns>
    /// <exception cref="JournalFault">It could not be kept.</exception>
    public async Task<bool> TouchAsync(DisplayId display, string showing, string choice, CancellationToken stop)
    {
        if (displays.Current(display) is not { } current || !VotesOn(current, displays.ClaimOf(display)?.Visit == current.Visit).Contains(choice)) return false;
        if (displays.TakeVote(display, showing) is not var (voted, claim)) return false;
        IEventData said = claim is null
            ? new ScreenChoiceData(display.Value, voted.Id, voted.Decision.Value, voted.Offer.Value, choice)
            : choice == "stop"
                ? new ChoiceData(claim.Visit.Value, claim.Subject.Value, choice, null, null, claim.Assurance, display.Value)
                : new ChoiceData(claim.Visit.Value, claim.Subject.Value, choice, voted.Offer.Value, voted.Decision.Value, claim.Assurance, display.Value);
        try
        {
            await journal.AppendAsync(said, Instant.Now(time), stop);
        }
        catch (JournalFault)
        {
            displays.GiveBackVote(display, showing);
            throw;
        }

        return true;
    }
}

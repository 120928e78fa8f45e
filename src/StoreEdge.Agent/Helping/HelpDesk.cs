using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Helping;

/// <summary>
/// Customers' requests for help, from asked to solved. Whether one is open is asked in the transaction that writes the next word about it: however often and from wherever it is said, it is
/// one request, and what is over stays over.
/// </summary>
internal sealed class HelpDesk(JournalStore journal, Func<VisitId, string?> zoneOf)
{
    /// <summary>How a request stands, in the words of the contract; it begins as asked.</summary>
    public const string Asked = "asked", OnTheWay = "on-the-way", Solved = "solved", Withdrawn = "withdrawn";

    /// <summary>What the store asks for by itself, for a customer of whom central says that something is open.</summary>
    public const string Issue = "issue";

    private const string Escalated = "escalated", Customer = "customer", Staff = "staff", Central = "central", Store = "store";

    /// <summary>What a customer may ask for, and whoever comes should know; in the order in which it is offered.</summary>
    public static IReadOnlyList<string> Skills { get; } = ["find", "advice", "price", "payment", "other"];

    /// <summary>The visit's latest request; null where it has made none.</summary>
    public HelpRequest? Of(VisitId visit) => journal.Query(database => HelpProjection.Of(database, visit));

    /// <summary>Asks for somebody to come. Where the visit has an open request already, that stays the one, whatever it is about.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="subject">Whose.</param>
    /// <param name="skill">One of <see cref="Skills"/>.</param>
    /// <param name="language">BCP 47 tag of what the customer reads.</param>
    /// <param name="assurance">As the visit's events say it.</param>
    /// <exception cref="JournalFault">It could not be kept, so nobody was asked.</exception>
    public async Task AskAsync(VisitId visit, Pseudonym subject, string skill, string language, string assurance)
    {
        var (request, zone) = (Guid.CreateVersion7().ToString(), zoneOf(visit));
        await journal.WriteAsync(transaction =>
        {
            if (HelpProjection.Of(transaction.Database, visit) is { IsOpen: true }) return false;
            Say(transaction, new HelpRequestedData(visit.Value, subject.Value, request, zone, skill, language, assurance));
            return true;
        });
    }

    /// <summary>Has somebody come to a customer with an open issue, who did not have to ask. Where the visit has asked for help before, somebody has come or is coming anyway.</summary>
    /// <exception cref="JournalFault">It could not be kept, so nobody was asked.</exception>
    public async Task SendSomebodyAsync(VisitId visit, Pseudonym subject, string? zone, string language, string assurance)
    {
        if (Of(visit) is not null) return;
        var request = Guid.CreateVersion7().ToString();
        await journal.WriteAsync(transaction =>
        {
            if (HelpProjection.Of(transaction.Database, visit) is not null) return false;
            Say(transaction, new HelpRequestedData(visit.Value, subject.Value, request, zone, Issue, language, assurance, Store));
            return true;
        });
    }

    /// <summary>A member of staff goes.</summary>
    /// <param name="request">Its id.</param>
    /// <param name="staff">The zone of the staff display where they say so.</param>
    /// <returns>Whether they are the one; false where somebody else was first, or nobody is needed any more.</returns>
    /// <exception cref="JournalFault">It could not be kept: it is as before.</exception>
    public async Task<bool> TakeAsync(string request, ZoneId staff) => await journal.WriteAsync(transaction =>
    {
        if (HelpProjection.Find(transaction.Database, request) is not { State: Asked } open) return false;
        Say(transaction, new HelpChangedData(open.Visit.Value, open.Subject.Value, open.Id, OnTheWay, Staff, open.Assurance, staff.Value));
        return true;
    });

    /// <summary>A member of staff has helped.</summary>
    /// <param name="request">Its id.</param>
    /// <param name="staff">The zone of the staff display where they say so.</param>
    /// <param name="demand">What the customer had asked about, as the bundle names it; null where they do not say.</param>
    /// <param name="answered">Whether the shop had it.</param>
    /// <returns>Whether the request was open.</returns>
    /// <exception cref="JournalFault">It could not be kept: it is as before.</exception>
    public async Task<bool> SolveAsync(string request, ZoneId staff, string? demand, bool answered) => await journal.WriteAsync(transaction =>
    {
        if (HelpProjection.Find(transaction.Database, request) is not { IsOpen: true } open) return false;
        Say(transaction, new HelpChangedData(open.Visit.Value, open.Subject.Value, open.Id, Solved, Staff, open.Assurance, staff.Value));
        if (demand is not null)
            Say(transaction, new QuestionAskedData(open.Visit.Value, open.Subject.Value, open.Id, open.Zone, open.Skill, demand, answered, "voluntary", open.Assurance));
        return true;
    });

    /// <summary>Nobody has come in time: others are asked as well. Not where somebody has meanwhile, or it was done before.</summary>
    /// <param name="request">Its id.</param>
    /// <param name="step">Which step of its route begins, from 1.</param>
    /// <param name="isLast">Nobody is left in the store who could be asked.</param>
    /// <exception cref="JournalFault">It could not be kept: it is as before.</exception>
    public async Task EscalateAsync(string request, int step, bool isLast) => await journal.WriteAsync(transaction =>
    {
        if (HelpProjection.Find(transaction.Database, request) is not { State: Asked } open || open.Step >= step) return false;
        Say(transaction, new HelpChangedData(open.Visit.Value, open.Subject.Value, open.Id, Escalated, Store, open.Assurance, null, step, isLast));
        return true;
    });

    /// <summary>The customer says how it was; once.</summary>
    /// <param name="visit">The visit.</param>
    /// <param name="request">The request's id.</param>
    /// <param name="stars">1–5.</param>
    /// <exception cref="JournalFault">It could not be kept.</exception>
    public async Task RateAsync(VisitId visit, string request, int stars) => await journal.WriteAsync(transaction =>
    {
        if (HelpProjection.Of(transaction.Database, visit) is not { State: Solved, Stars: null } solved || solved.Id != request) return false;
        Say(transaction, new HelpRatedData(solved.Visit.Value, solved.Subject.Value, solved.Id, stars, "voluntary", solved.Assurance));
        return true;
    });

    /// <summary>The customer needs nobody any more.</summary>
    /// <exception cref="JournalFault">It could not be kept: the request stands.</exception>
    public async Task WithdrawAsync(VisitId visit) => await journal.WriteAsync(transaction =>
    {
        if (HelpProjection.Of(transaction.Database, visit) is not { IsOpen: true } open) return false;
        Say(transaction, new HelpChangedData(open.Visit.Value, open.Subject.Value, open.Id, Withdrawn, Customer, open.Assurance));
        return true;
    });

    /// <summary>Every request for which somebody is still to come, the oldest first.</summary>
    public IReadOnlyList<HelpRequest> Open() => journal.Query(HelpProjection.Open);

    /// <summary>Whether somebody is still to come for this request.</summary>
    public bool IsOpen(string request) => journal.Query(database => HelpProjection.Find(database, request)) is { IsOpen: true };

    /// <summary>Central says how a request goes on, inside the transaction that keeps its command. What is over meanwhile stays over; the same word again is none the worse.</summary>
    /// <param name="transaction">The open one.</param>
    /// <param name="request">Its id.</param>
    /// <param name="state"><see cref="OnTheWay"/> or <see cref="Solved"/>.</param>
    public static void GoOn(JournalTransaction transaction, string request, string state)
    {
        if (HelpProjection.Find(transaction.Database, request) is { IsOpen: true } open && open.State != state)
            Say(transaction, new HelpChangedData(open.Visit.Value, open.Subject.Value, open.Id, state, Central, open.Assurance));
    }

    private static void Say(JournalTransaction transaction, IEventData data) => transaction.Append(data, ContractsJson.Write(data), transaction.Now.At);
}

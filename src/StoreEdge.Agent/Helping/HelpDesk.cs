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

    private const string Customer = "customer", Central = "central";

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

using System.Globalization;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Orders;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Presence;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Hosting;

/// <summary>The commands from central with everything they act upon.</summary>
internal sealed class OrderParts
{
    private readonly OrderDesk desk;

    private OrderParts(OrderDesk desk) => this.desk = desk;

    public static OrderParts Open(
        AgentOptions options, JournalStore journal, CentralLink link, TrustedClock clock, CustomerDesk customers, HelpDesk help, HealthBoard health, ILoggerFactory logs)
    {
        Dictionary<string, OrderHandler> handlers = new(StringComparer.Ordinal)
        {
            ["ping"] = _ => Task.FromResult<OrderOutcome>(OrderResult.Done($"store {options.Store.Id}, program {ProgramVersion.Text}")),
            ["replay"] = async message =>
            {
                var replay = (ReplayMessage)message;
                var answer = await link.Outbox.ReplayAsync(replay.Epoch, replay.From, replay.To).ConfigureAwait(false);
                var missing = answer.Missing.Take(GapData.MostRanges).Select(r => string.Create(CultureInfo.InvariantCulture, $"{{\"from\":{r.From},\"to\":{r.To}}}"));
                return OrderResult.Done(
                    string.Create(CultureInfo.InvariantCulture, $"{answer.Events} events are sent again"),
                    new Dictionary<string, JsonElement> { ["missing"] = JsonElement.Parse($"[{string.Join(',', missing)}]") });
            },
            ["drain"] = async message =>
            {
                await link.Outbox.SetDrainAsync(((DrainMessage)message).EventsPerSecond).ConfigureAwait(false);
                return OrderResult.Done();
            },
            ["refuse"] = async message =>
            {
                var refuse = (RefuseMessage)message;
                return await link.Outbox.RefuseAsync(refuse.Epoch, refuse.Seq, refuse.Reason).ConfigureAwait(false)
                    ? OrderResult.Done("it is kept as a dead letter")
                    : OrderResult.Refused("this store does not hold that event");
            },
            ["resend"] = async message =>
            {
                var resend = (ResendMessage)message;
                var count = await link.Outbox.ResendAsync(resend.Epoch, resend.From, resend.To).ConfigureAwait(false);
                return OrderResult.Done(string.Create(CultureInfo.InvariantCulture, $"{count} dead letters are sent again"));
            },
            ["erase"] = message => customers.EraseAsync((EraseMessage)message),
            ["export"] = message => customers.ExportAsync((ExportMessage)message),
            ["help"] = message => Task.FromResult(GoOn(help, (HelpMessage)message)),
        };
        var desk = new OrderDesk(options.Store.Id.Value, journal, link.Broker, clock, handlers, health, logs.CreateLogger<OrderDesk>());
        desk.Listen();
        return new(desk);
    }

    public void Run(Loops loops)
    {
        loops.Run("commands", desk.RunAsync);
        loops.Run("answers", desk.AnswerAsync);
    }

    /// <summary>Erases and exports customers, at central's word or at their own; with or without a central.</summary>
    public static CustomerDesk Customers(
        AgentOptions options, StatePlace place, JournalStore journal, EnrolmentRegistry registry, Strangers strangers, PresenceLoop presence, DecidingLoop deciding,
        CancellationToken stopping) =>
        new(journal, strangers, new(
            Tables(), () => registry.Version, async subjects =>
            {
                foreach (var subject in subjects)
                {
                    // Presence first: what it had to tell is in the journal when deciding forgets, and is erased with the rest.
                    await presence.ForgetAsync(subject, stopping).ConfigureAwait(false);
                    await deciding.ForgetAsync(subject, stopping).ConfigureAwait(false);
                }
            }, options.StateDirectory, place.IsOwn ? null : place.Own));

    private static OrderOutcome GoOn(HelpDesk desk, HelpMessage help) => desk.IsOpen(help.RequestId)
        ? new OrderOutcome([], transaction =>
        {
            HelpDesk.GoOn(transaction, help.RequestId, help.State);
            return OrderResult.Done();
        })
        : OrderResult.Refused("no such request is open: it was solved or withdrawn, or the visit has ended");

    /// <summary>The tables of every room that keeps something about people.</summary>
    internal static IReadOnlyList<PersonalTable> Tables() =>
        [.. ((IProjection[])[new VisitsProjection(), new PreferencesProjection(), new ShowingsProjection(), new TracesProjection(), new HelpProjection()]).SelectMany(p => p.Personal), .. VotesProjection.PersonalTables, .. PortalSessions.PersonalTables];
}

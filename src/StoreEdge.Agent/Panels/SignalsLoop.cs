using System.Threading.Channels;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Panels;

/// <summary>Turns committed events into what the staff are to notice. Of an event only that it happened is taken; which requests are open is asked of the journal, so that a restart or a missed event changes nothing.</summary>
/// <param name="events">Committed events.</param>
/// <param name="open">The open requests for help.</param>
/// <param name="isNobody">Whether nothing may react to this customer: they said stop, or were erased, or that cannot be read.</param>
/// <param name="signals">Told.</param>
internal sealed class SignalsLoop(ChannelReader<CommittedEvent> events, Func<IEnumerable<StaffCall>> open, Func<Pseudonym, bool> isNobody, StaffSignals signals)
{
    public async Task RunAsync(CancellationToken stop)
    {
        Ask();
        await foreach (var happened in events.ReadAllAsync(stop)) Take(happened.Data);
    }

    internal void Take(IEventData data)
    {
        switch (data)
        {
            case ArrivalData arrival when !isNobody(new(arrival.Subject)):
                signals.Arrive(new(arrival.Zone));
                break;
            case HelpRequestedData or HelpChangedData or DepartureData:
                Ask();
                break;
        }
    }

    private void Ask()
    {
        try
        {
            signals.Replace(open());
        }
        catch (JournalFault)
        {
            // The journal says so itself. What was open stays so: rather one way too many.
        }
    }
}

using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Helping;

/// <summary>
/// Asks others as well where nobody takes up a request in time, step after step of its route, and central in the end. What is open stands in the journal, so a restart forgets none; time is
/// counted on the monotonic clock, and of a request from before a reboot from when the agent came back: never longer than twice.
/// </summary>
internal sealed class EscalationWatcher(HelpDesk desk, HelpRoutes routes, JournalStore journal, TimeProvider time, HealthBoard health)
{
    private const string NotEscalated = "help-not-escalated";

    private readonly Instant began = Instant.Now(time);

    /// <summary>Looks once a second until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) await LookAsync().ConfigureAwait(false);
    }

    /// <summary>Escalates what is due.</summary>
    internal async Task LookAsync()
    {
        try
        {
            var now = Instant.Now(time);
            foreach (var request in desk.Open())
            {
                if (request is not { State: HelpDesk.Asked, IsWithCentral: false }) continue;
                var since = request.BootId == journal.BootId ? request.SteppedAt : began;
                if (now - since < routes.Of(request).After) continue;
                var (step, isLast) = routes.Next(request);
                await desk.EscalateAsync(request.Id, step, isLast).ConfigureAwait(false);
            }

            health.Clear(NotEscalated);
        }
        catch (JournalFault fault)
        {
            // It is tried again in a second, and the request is on the staff displays meanwhile.
            health.Raise(NotEscalated, Severity.Warning, $"Requests for help that nobody takes up cannot be passed on: {fault.What}", fault.Remedy);
        }
    }
}

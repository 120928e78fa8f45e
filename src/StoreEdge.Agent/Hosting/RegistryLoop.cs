using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Hosting;

/// <summary>
/// Lets the registry's time pass: rotating ids come forward, and at its moment the next pseudonym key comes into force. What is remembered under former names is then carried
/// over to the new ones, at each start and once an hour again for what open visits have added since.
/// </summary>
internal sealed class RegistryLoop(EnrolmentRegistry registry, JournalStore journal, TimeProvider time, HealthBoard health)
{
    // Rotations have two windows of reserve; a key's moment is kept to the quarter of a second.
    private static readonly TimeSpan TurnEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CarryEvery = TimeSpan.FromHours(1);
    private const string NotCarried = "names-not-carried", KeyMissing = "pseudonym-key-missing";

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TurnEvery, time);
        await CarryAsync();
        var (carried, version) = (Instant.Now(time), registry.Version);
        while (await timer.WaitForNextTickAsync(stop))
        {
            if (!registry.Turn() && registry.Version == version && Instant.Now(time) - carried < CarryEvery) continue;
            await CarryAsync();
            (carried, version) = (Instant.Now(time), registry.Version);
        }
    }

    internal async Task CarryAsync()
    {
        try
        {
            var (held, successors) = (registry.HeldKeyIds, registry.Successors());
            // Without a list nobody's names are known, and nothing may be taken for carried over.
            var former = registry.Version > 0 ? held.TakeWhile(k => k != registry.KeyId).ToList() : [];
            await journal.CarryAsync(new(successors, former, held)).ConfigureAwait(false);
            health.Clear(NotCarried);
            var lost = journal.Query(database => PreferencesProjection.CountLost(database, held));
            if (lost == 0) health.Clear(KeyMissing);
            else
                health.Raise(KeyMissing, Severity.Warning, $"{lost} words of customers (stop, never, consents) stand under a pseudonym key that is not held, and do not count.",
                    "Put the former generation back into enrolment.pseudonymKeyFile, above the new one, for at least one start of the agent.");
        }
        catch (JournalFault fault)
        {
            health.Raise(NotCarried, Severity.Warning, $"What is remembered under former pseudonyms could not be carried over yet: {fault.What}", fault.Remedy);
        }
    }
}

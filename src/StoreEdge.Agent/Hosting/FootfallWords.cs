using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Sensing;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Hosting;

/// <summary>The count of passing devices, handed from Sensing to the journal and to the technician's page: neither knows the other.</summary>
internal static class FootfallWords
{
    /// <summary>Has every receiver count, where the tenant wants it.</summary>
    public static FootfallLoop? Start(FootfallOptions options, SensingLoop sensing, JournalStore journal, TimeProvider time)
    {
        if (!options.Enabled) return null;
        var loop = new FootfallLoop(options, time, async (interval, stop) =>
        {
            try
            {
                await journal.AppendAsync(Of(interval), Instant.Now(time), stop).ConfigureAwait(false);
            }
            catch (JournalFault)
            {
                // The journal warns of it by itself; a count that is lost is no reason to hold back the next one.
            }
        });
        foreach (var receiver in sensing.Receivers) receiver.Count(loop);
        return loop;
    }

    public static FootfallData Of(FootfallInterval interval) => new(interval.From, interval.To, Of(interval.Count.Kind), interval.Count.Count, interval.Count.Reason);

    public static FootfallView View(FootfallInterval? last) => last is null ? new(null, null, null, null) : new(last.From, last.To, Of(last.Count.Kind), last.Count.Count);

    private static string Of(FootfallKind kind) => kind switch
    {
        FootfallKind.Counted => "counted",
        FootfallKind.Few => "few",
        _ => "unreliable",
    };
}

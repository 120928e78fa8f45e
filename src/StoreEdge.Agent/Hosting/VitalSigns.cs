using System.Net;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Presence;
using StoreEdge.Core;

namespace StoreEdge.Agent.Hosting;

/// <summary>What must go on for the agent to be alive: presence comes round, the journal can commit, pages answer.</summary>
internal static class VitalSigns
{
    /// <summary>Presence comes round several times a second; ten seconds are a stuck loop, not a slow one.</summary>
    private static readonly TimeSpan PresenceStuck = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<VitalSign> Of(PresenceLoop presence, JournalStore journal, IPEndPoint http, HttpClient self, TimeProvider time)
    {
        var host = IPAddress.Any.Equals(http.Address) ? IPAddress.Loopback : IPAddress.IPv6Any.Equals(http.Address) ? IPAddress.IPv6Loopback : http.Address;
        var alive = new Uri($"http://{new IPEndPoint(host, http.Port)}/health/live");
        return
        [
            new("presence", _ => Task.FromResult(presence.Silence is { } silence && silence > PresenceStuck ? $"has not come round for {silence.TotalSeconds:0} s" : null)),
            new("journal", new JournalPulse(journal, time).FeelAsync),
            new("http", async stop => (await self.GetAsync(alive, stop).ConfigureAwait(false)).IsSuccessStatusCode ? null : "does not answer"),
        ];
    }

    /// <summary>Events that are committed prove that the journal can commit. Where none come, a counter does: a real commit on the real disk that leaves no event behind.</summary>
    private sealed class JournalPulse(JournalStore journal, TimeProvider time)
    {
        /// <summary>Each probe writes about 13 kB; more often would wear the card for nothing, as presence, which waits for its commits, is felt every round.</summary>
        private static readonly TimeSpan ProbeEvery = TimeSpan.FromMinutes(5);

        private long seen = -1;
        private Instant provenAt;

        public async Task<string?> FeelAsync(CancellationToken stop)
        {
            var (last, now) = (journal.LastSeq, Instant.Now(time));
            if (last == seen && now - provenAt < ProbeEvery) return null;
            try
            {
                if (last == seen || seen < 0) await Task.Run(() => journal.NextCounter("vital-sign"), stop).ConfigureAwait(false);
            }
            catch (JournalFault fault) when (fault.IsOutage && fault.Kind != JournalFaultKind.Corrupt)
            {
                // The journal warns of it by itself. A restart makes no room and mends no disk: it would lose what waits in memory, and leave the screens dark.
                return null;
            }

            (seen, provenAt) = (last, now);
            return null;
        }
    }
}

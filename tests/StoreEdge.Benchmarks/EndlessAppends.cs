using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Eight writers append without end: arrivals, dwells, customers' words and rows of a room's own, with acknowledgements among them. Each is said once it is on disk
/// (<c>arrival 7</c>, <c>dwell 8</c>, <c>word 9</c>, <c>row 3</c>, <c>acknowledged 4</c>). A crash test ends this process and counts what is left.
/// </summary>
internal static class EndlessAppends
{
    private const int Writers = 8;

    /// <summary>How far central is behind: more than fits into the pages that a crash test allows, so that there is something to give up.</summary>
    private const int Lag = 1500;

    /// <param name="directory">The journal's.</param>
    /// <param name="pages">The file may have so many pages and no more, so that events must be given up; 0 for no end.</param>
    /// <param name="careless">Commits do not wait for the disk: what a test of power cuts must notice.</param>
    /// <param name="events">Ends after so many; 0 for never.</param>
    public static async Task<int> RunAsync(string directory, int pages, bool careless, long events)
    {
        var time = TimeProvider.System;
        await using var store = JournalStore.Open(
            directory, new() { Ballast = 1 << 20 }, [new Rows()], time, new HealthBoard(time, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);
        // Nothing is queued, so the writer's connection is idle: production code has no such doors.
        var database = await store.WriteAsync(transaction => transaction.Database);
        if (careless) JournalFile.Execute(database, "PRAGMA synchronous = OFF");
        if (pages > 0) JournalFile.Execute(database, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
        // Not the console's stream: that one takes a pipe which nobody reads any more for success, and this would go on for ever.
        await using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        var gate = new Lock();
        var left = events > 0 ? events : long.MaxValue;

        void Say(string what, long number)
        {
            var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {number}\n"));
            lock (gate) output.Write(line);
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; Interlocked.Decrement(ref left) >= 0; i++)
            {
                var (what, data) = Event(i);
                var committed = await store.AppendAsync(data, Instant.Now(time), CancellationToken.None);
                if (committed.IsKept) Say(what, committed.Seq);
                if (i % 10 == 9) Say("row", await store.WriteAsync(Rows.Write));
                if (committed.Seq % 64 != 0 || committed.Seq <= Lag) continue;
                store.Acknowledge(committed.Seq - Lag);
                Say("acknowledged", committed.Seq - Lag);
            }
        })));
        return 0;
    }

    private static (string What, IEventData Data) Event(int i)
    {
        var arrival = JournalScenario.Arrival(i);
        return (i % 20) switch
        {
            19 => ("word", new ChoiceData(arrival.VisitId, arrival.Subject, "stop", null, null, "low")),
            var n when n % 3 == 0 => ("dwell", new DwellData(arrival.VisitId, arrival.Subject, "entrance", 60, "involuntary", "low")),
            _ => ("arrival", arrival),
        };
    }

    /// <summary>
    /// A room's own table, which forgets its oldest rows: nothing of it can be given up, so one without end would take the file's last page from customers' words, and rightly so.
    /// </summary>
    private sealed class Rows : IProjection
    {
        /// <summary>How many rows stay.</summary>
        private const int Kept = 1000;

        public string Name => "endless-rows";

        public IReadOnlyList<string> Migrations { get; } = ["CREATE TABLE endless (id INTEGER PRIMARY KEY) STRICT"];

        public void Apply(SqliteConnection database, CommittedEvent committed)
        {
        }

        public static long Write(JournalTransaction transaction)
        {
            using var command = transaction.Database.CreateCommand();
            command.CommandText = "INSERT INTO endless DEFAULT VALUES RETURNING id";
            var id = (long)command.ExecuteScalar()!;
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"DELETE FROM endless WHERE id <= {id - Kept}");
            command.ExecuteNonQuery();
            return id;
        }
    }
}

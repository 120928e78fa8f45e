using System.Globalization;
using System.Text;
using StoreEdge.Core;

namespace StoreEdge.Benchmarks;

/// <summary>Eight writers append without end; each number is printed once its event is on disk. A crash test kills this process and counts what is left.</summary>
internal static class EndlessAppends
{
    private const int Writers = 8;

    public static async Task<int> RunAsync(string directory)
    {
        await using var store = JournalScenario.Open(directory, TimeProvider.System);
        await using var output = Console.OpenStandardOutput();
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var committed = await store.AppendAsync(JournalScenario.Arrival(i), Instant.Now(TimeProvider.System), CancellationToken.None);
                // Acknowledgements and their commits are part of the load.
                if (committed.Seq % 16 == 0) store.Acknowledge(committed.Seq - 8);
                var line = Encoding.ASCII.GetBytes(committed.Seq.ToString(CultureInfo.InvariantCulture) + "\n");
                lock (gate) output.Write(line);
            }
        })));
        return 0;
    }
}

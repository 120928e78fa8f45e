using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Diagnostics;

/// <summary>The latest report as JSON, at most half a second old, written once for all who ask for it: fifty phones cost as much as one.</summary>
internal sealed class Bulletin(Checkup checkup, EventFeed events, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly Dictionary<Tongue, (Instant At, StatusReport Report, byte[] Json)> latest = [];

    /// <summary>The report in <paramref name="tongue"/>.</summary>
    public (StatusReport Report, byte[] Json) Latest(Tongue tongue)
    {
        lock (gate)
        {
            var now = Instant.Now(time);
            if (latest.TryGetValue(tongue, out var last) && now - last.At < Fresh) return (last.Report, last.Json);
            var report = checkup.Examine(tongue, events.Newest);
            var json = JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.StatusReport);
            latest[tongue] = (now, report, json);
            return (report, json);
        }
    }
}

using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Watching;

/// <summary>One number of one part of the store.</summary>
/// <param name="Label">Which part, such as <c>receiver</c>; empty where there is only one.</param>
/// <param name="Of">Its name.</param>
/// <param name="Value">The number.</param>
internal readonly record struct Sample(string Label, string Of, double Value);

/// <summary>A number with a name, of one part of the store or of several.</summary>
/// <param name="Name">As Prometheus wants it: a base unit at the end, <c>_total</c> where it only grows.</param>
/// <param name="Help">What it says.</param>
/// <param name="IsCounter">Whether it only grows, until the agent starts anew.</param>
/// <param name="Samples">The numbers; none where the store has no such part.</param>
internal sealed record Metric(string Name, string Help, bool IsCounter, IReadOnlyList<Sample> Samples);

/// <summary>The technician's report as numbers for whoever watches many stores. The same report, so that the page and the dashboard never disagree; no person is in it.</summary>
internal static class StoreMetrics
{
    /// <summary>All of them; every name is there, also where it has no number at present.</summary>
    public static IReadOnlyList<Metric> Of(StatusReport report, ProcessUse use)
    {
        var (outbox, link) = (report.Outbox, report.Link);
        return
        [
            Gauge("storeedge_info", "1; which program.", new Sample("version", report.Version, 1)),
            Gauge("storeedge_verdict", "How the store is: 0 ok, 1 something to look at, 2 a part does not work.", One(report.Verdict switch { "ok" => 0, "degraded" => 1, _ => 2 })),
            Gauge("storeedge_check", "How a check came out, by its code: 0 pass, 1 warn, 2 fail, -1 not known.", [.. report.Checks.Where(c => c.Verdict != "not-applicable").GroupBy(c => c.Code).Select(g => new Sample("code", g.Key, g.Max(Level)))]),
            Gauge("storeedge_uptime_seconds", "Since the agent started.", One(report.UptimeSeconds)),
            Gauge("storeedge_visits_open", "Visits that are open now.", Maybe(report.PresentNow)),
            Gauge("storeedge_receiver_connected", "Whether a receiver's source is open.", [.. report.Receivers.Select(r => new Sample("receiver", r.Id, r.Connected ? 1 : 0))]),
            Gauge("storeedge_receiver_blind", "Whether a receiver does not hear its fixed beacons.", [.. report.Receivers.Select(r => new Sample("receiver", r.Id, r.Blind is null ? 0 : 1))]),
            Gauge("storeedge_receiver_silence_seconds", "Since the last frame.", [.. report.Receivers.Where(r => r.LastFrameSecondsAgo is not null).Select(r => new Sample("receiver", r.Id, r.LastFrameSecondsAgo!.Value))]),
            Counter("storeedge_receiver_frames_total", "Advertisements received.", [.. report.Receivers.Select(r => new Sample("receiver", r.Id, r.Frames))]),
            Counter("storeedge_receiver_dropped_total", "Frames that were lost because something did not keep up.", [.. report.Receivers.Select(r => new Sample("receiver", r.Id, r.Dropped))]),
            Counter("storeedge_receiver_malformed_total", "Frames that could not be decoded.", [.. report.Receivers.Select(r => new Sample("receiver", r.Id, r.Malformed))]),
            Counter("storeedge_journal_events_total", "The number of the newest event.", Maybe(outbox?.LastSeq)),
            Gauge("storeedge_journal_bytes", "Size of the journal's files.", Maybe(outbox?.DatabaseBytes)),
            Gauge("storeedge_outbox_pending_events", "Events that central has not acknowledged.", Maybe(outbox?.Pending)),
            Gauge("storeedge_outbox_oldest_pending_seconds", "Age of the oldest of them.", Maybe(outbox?.OldestPendingSeconds)),
            Gauge("storeedge_outbox_dead_letters", "Events that were refused for good and are kept.", Maybe(outbox?.DeadLetters)),
            Gauge("storeedge_central_acknowledged_seconds", "Since central last acknowledged something new.", Maybe(outbox?.LastAcknowledgedSecondsAgo)),
            Gauge("storeedge_broker_connected", "Whether there is a connection to a broker.", Maybe(link is null ? null : link.Connected ? 1 : 0)),
            Gauge("storeedge_broker_fallback", "Whether that is a fallback.", Maybe(link is null ? null : link.IsFallback ? 1 : 0)),
            Counter("storeedge_broker_connections_total", "Connections since the agent started.", Maybe(link?.Connections)),
            Gauge("storeedge_certificate_days_left", "Days until the last certificate of a kind ends.", [.. (link?.Certificates ?? []).GroupBy(c => c.Role).Select(g => new Sample("role", g.Key, g.Max(c => c.DaysLeft)))]),
            Gauge("storeedge_display_connected", "Whether a display is there.", [.. report.Displays.Select(d => new Sample("display", d.Id, d.Connected ? 1 : 0))]),
            Gauge("storeedge_display_acknowledged_seconds", "Since a display last acknowledged something.", [.. report.Displays.Where(d => d.LastAcknowledgedSecondsAgo is not null).Select(d => new Sample("display", d.Id, d.LastAcknowledgedSecondsAgo!.Value))]),
            Gauge("storeedge_process_resident_bytes", "Memory that the agent's process occupies.", One(use.ResidentBytes)),
            Counter("storeedge_process_cpu_seconds_total", "Processor time that the agent has used.", One(use.CpuSeconds)),
        ];
    }

    private static Metric Gauge(string name, string help, params IReadOnlyList<Sample> samples) => new(name, help, false, samples);

    private static Metric Counter(string name, string help, params IReadOnlyList<Sample> samples) => new(name, help, true, samples);

    private static Sample[] One(double value) => [new("", "", value)];

    private static Sample[] Maybe(double? value) => value is { } known ? One(known) : [];

    private static double Level(CheckView check) => check.Verdict switch { "pass" => 0, "warn" => 1, "fail" => 2, _ => -1 };
}

/// <summary>What the process uses.</summary>
/// <param name="ResidentBytes">Memory.</param>
/// <param name="CpuSeconds">Processor time since it started.</param>
internal readonly record struct ProcessUse(long ResidentBytes, double CpuSeconds)
{
    /// <summary>Of this process.</summary>
    public static ProcessUse Now() => new(Environment.WorkingSet, Environment.CpuUsage.TotalTime.TotalSeconds);
}

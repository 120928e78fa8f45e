using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StoreEdge.Simulator.Judging;

/// <summary>The result of a live run, for people and as JSON.</summary>
internal sealed record Report(
    Judgement Judgement, long EventsJournaled, long EventsAcknowledged, long PlacementsRendered, IReadOnlyList<double> ArrivalToRender, IReadOnlyDictionary<string, long> EventsByType,
    long EventsStored, long Duplicates, long FramesSent, long FramesDropped, int PhonesAccepted, int ChoicesMade, IReadOnlyList<string> Errors)
{
    /// <summary>From the door (or from sending the acceptance) to the journey service. An arrival told before the door took no time.</summary>
    private IEnumerable<double> Latencies => Judgement.Right.Select(r => Math.Max((r.Report.ReceivedAt - r.Truth.At).TotalMilliseconds, 0));

    private IEnumerable<double> ToEvent => Judgement.Right.Select(r => (r.Report.Time - r.Truth.At).TotalMilliseconds);

    private double? LatencyOf(string road, double percent) =>
        Judgement.Percentile(Judgement.Right.Where(r => r.Report.Road == road).Select(r => Math.Max((r.Report.ReceivedAt - r.Truth.At).TotalMilliseconds, 0)), percent);

    public byte[] Json()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            void Number(string name, double? value, int digits = 1)
            {
                if (value is { } v) json.WriteNumber(name, Math.Round(v, digits));
                else json.WriteNull(name);
            }

            json.WriteStartObject();
            json.WriteNumber("arrivals_true", Judgement.True);
            json.WriteNumber("arrivals_reported", Judgement.Reported);
            Number("precision", Judgement.Precision, 4);
            Number("recall", Judgement.Recall, 4);
            Number("arrival_latency_p95_ms", Judgement.Percentile(Latencies, 95));
            json.WriteNumber("events_journaled", EventsJournaled);
            json.WriteNumber("events_acknowledged", EventsAcknowledged);
            json.WriteNumber("placements_rendered", PlacementsRendered);
            Number("arrival_to_render_p95_ms", Judgement.Percentile(ArrivalToRender, 95));
            json.WriteStartArray("errors");
            foreach (var error in Errors) json.WriteStringValue(error);
            json.WriteEndArray();
            Number("arrival_latency_p50_ms", Judgement.Percentile(Latencies, 50));
            Number("beacon_latency_p95_ms", LatencyOf("beacon", 95));
            Number("portal_latency_p95_ms", LatencyOf("portal", 95));
            Number("arrival_to_event_p50_ms", Judgement.Percentile(ToEvent, 50));
            Number("arrival_to_event_p95_ms", Judgement.Percentile(ToEvent, 95));
            Number("arrival_to_render_p50_ms", Judgement.Percentile(ArrivalToRender, 50));
            json.WriteNumber("arrivals_missed", Judgement.Missed.Count);
            json.WriteNumber("arrivals_excused", Judgement.Excused.Count);
            json.WriteNumber("arrivals_repeated", Judgement.Repeats.Count);
            json.WriteNumber("ghosts", Judgement.Ghosts.Count);
            json.WriteNumber("false_departures", Judgement.FalseDepartures.Count);
            json.WriteNumber("events_stored", EventsStored);
            json.WriteNumber("events_duplicate", Duplicates);
            json.WriteNumber("frames_sent", FramesSent);
            json.WriteNumber("frames_dropped", FramesDropped);
            json.WriteNumber("phones_accepted", PhonesAccepted);
            json.WriteNumber("choices_made", ChoicesMade);
            json.WriteStartObject("events_by_type");
            foreach (var (type, count) in EventsByType.OrderBy(e => e.Key, StringComparer.Ordinal)) json.WriteNumber(type, count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }

    public string Text()
    {
        var text = new StringBuilder();
        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"  {name,-34}{value}").AppendLine();
        string Span(double? milliseconds) => milliseconds is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms") : "–";
        text.AppendLine();
        text.AppendLine("Truth against report");
        Row("arrivals, true / reported", $"{Judgement.True} / {Judgement.Reported}");
        Row("precision, recall", string.Create(CultureInfo.InvariantCulture, $"{Judgement.Precision:0.000}, {Judgement.Recall:0.000}"));
        Row("missed, repeated, ghosts, excused", $"{Judgement.Missed.Count}, {Judgement.Repeats.Count}, {Judgement.Ghosts.Count}, {Judgement.Excused.Count}");
        Row("false departures", $"{Judgement.FalseDepartures.Count}");
        Row("door → event received, p50 / p95", $"{Span(Judgement.Percentile(Latencies, 50))} / {Span(Judgement.Percentile(Latencies, 95))}");
        Row("  of them by beacon, p50 / p95", $"{Span(LatencyOf("beacon", 50))} / {Span(LatencyOf("beacon", 95))}");
        Row("  of them by portal, p50 / p95", $"{Span(LatencyOf("portal", 50))} / {Span(LatencyOf("portal", 95))}");
        Row("arrival → rendered, p50 / p95", $"{Span(Judgement.Percentile(ArrivalToRender, 50))} / {Span(Judgement.Percentile(ArrivalToRender, 95))}");
        Row("events journaled / acknowledged", $"{EventsJournaled} / {EventsAcknowledged}");
        Row("placements rendered", $"{PlacementsRendered}");
        Row("phones accepted, choices", $"{PhonesAccepted}, {ChoicesMade}");
        Row("frames sent / dropped", $"{FramesSent} / {FramesDropped}");
        foreach (var missed in Judgement.Missed) Row("missed", missed.Who);
        foreach (var ghost in Judgement.Ghosts) Row("ghost", $"{ghost.Subject} by {ghost.Road}");
        foreach (var error in Errors) Row("error", error);
        return text.ToString();
    }
}

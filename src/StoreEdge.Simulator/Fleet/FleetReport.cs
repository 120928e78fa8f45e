using System.Globalization;
using System.Text;
using System.Text.Json;
using StoreEdge.Core.Telling;

namespace StoreEdge.Simulator.Fleet;

/// <summary>What one store numbered, and what central acknowledged of it.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Epoch">Its journal.</param>
/// <param name="LastSeq">The newest number.</param>
/// <param name="AcknowledgedSeq">Central's cumulative acknowledgement.</param>
/// <param name="Live">What was numbered while there was a connection.</param>
internal sealed record FleetEntry(string StoreId, Guid Epoch, long LastSeq, long AcknowledgedSeq, IReadOnlyList<SeqRun> Live);

/// <summary>The result of a fleet's run, for people and as JSON.</summary>
internal sealed record FleetReport(FleetOptions Options, IReadOnlyList<FleetSample> Samples, FleetMeters Meters, IReadOnlyList<FleetEntry> Ledger)
{
    /// <summary>The comparison with central's table, where one was asked for.</summary>
    public TableVerdict? Table { get; init; }

    public long Numbered => Ledger.Sum(l => l.LastSeq);

    /// <summary>Numbered, and not acknowledged when the time was over.</summary>
    public long Open => Ledger.Sum(l => l.LastSeq - l.AcknowledgedSeq);

    public IReadOnlyList<Storm> Storms { get; } = Fleet.Storms.In(Meters.Connections, Meters.Losses, Options.Stores);

    public FleetSample Fullest => Samples.MaxBy(s => s.Backlog);

    /// <summary>From the second in which most waited to the first one in which every event was acknowledged; null where that never came.</summary>
    public int? DrainSeconds => Samples.FirstOrDefault(s => s.At >= Fullest.At && s.Backlog <= Options.Stores / 100, new(-1, 0, 0, 0, 0)) is { At: >= 0 } end ? end.At - Fullest.At : null;

    /// <summary>Whether central has acknowledged everything and, where it was asked for, holds exactly that.</summary>
    public bool IsComplete => Open == 0 && Table is not { IsEqual: false };

    public string Text()
    {
        var text = new StringBuilder();
        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"  {name,-38}{value}").AppendLine();
        string Say(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);
        string Span(TimeSpan? span) => span is { } s ? s < TimeSpan.FromSeconds(10) ? Say($"{s.TotalMilliseconds:0} ms") : Say($"{s.TotalSeconds:0.0} s") : "–";
        text.AppendLine();
        foreach (var storm in Storms)
        {
            Row("connections of a storm", Say($"{storm.Connections} from second {storm.At} on, within {storm.Seconds} s{(storm.IsOver ? "" : " and not over")}"));
            Row("  peak, mean, ratio", Say($"{storm.Peak}/s, {storm.Mean:0.0}/s, {storm.Ratio:0.00}"));
        }

        Row("attempts, connections, losses", Say($"{Meters.Attempts.Sum()}, {Meters.Connections.Sum()}, {Meters.Losses.Sum()}"));
        foreach (var (reason, count) in Meters.Failures) Row("  attempt failed", Say($"{count} × {reason}"));
        foreach (var (reason, count) in Meters.Ends) Row("  connection ended", Say($"{count} × {reason}"));
        Row("events numbered, acknowledged, open", Say($"{Numbered}, {Numbered - Open}, {Open}"));
        Row("events sent, of them again", Say($"{Meters.Events}, {Meters.Duplicates} ({100.0 * Meters.Duplicates / Math.Max(1, Meters.Events):0.0} %)"));
        Row("  of them taken by a broker before", Say($"{Meters.TakenAgain}"));
        Row("messages, of them batches", Say($"{Meters.Messages}, {Meters.Batches}"));
        Row("resends, refusals, bad, commands", Say($"{Meters.Resends}, {Meters.Refused}, {Meters.Bad}, {Meters.Commands}"));
        Row("largest backlog, drained within", Say($"{Fullest.Backlog} at second {Fullest.At}, {(DrainSeconds is { } d ? $"{d} s" : "not drained")}"));
        Row("no backlog: event → central's ack", $"p50 {Span(Meters.Latency(0.5))}, p99 {Span(Meters.Latency(0.99))}, slowest {Span(Meters.Slowest)}");
        Row("memory at most", Say($"{Samples.Max(s => s.Bytes) >> 20} MB, {Samples.Max(s => s.Bytes) / Options.Stores / 1024.0:0.0} kB a store"));
        if (Table is { } table)
        {
            Row("central's table", table.IsEqual ? Say($"equal: {table.Held} events of {Ledger.Count} stores, nothing lost, nothing twice") : Say($"NOT equal: {table.Missing} missing, {table.Strange} strange"));
            Row("live event → central's table", $"p50 {Span(table.Latency(0.5))}, p99 {Span(table.Latency(0.99))}, slowest {Span(table.Latency(1))}; {table.LiveLatencies.Count} of them");
            foreach (var example in table.Examples) Row("  for example", example);
        }

        return text.ToString();
    }

    public byte[] Json()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            void Milliseconds(string name, TimeSpan? span)
            {
                if (span is { } s) json.WriteNumber(name, Math.Round(s.TotalMilliseconds, 1));
                else json.WriteNull(name);
            }

            json.WriteStartObject();
            json.WriteNumber("stores", Options.Stores);
            json.WriteBoolean("complete", IsComplete);
            json.WriteNumber("events_numbered", Numbered);
            json.WriteNumber("events_acknowledged", Numbered - Open);
            json.WriteNumber("events_sent", Meters.Events);
            json.WriteNumber("events_sent_again", Meters.Duplicates);
            json.WriteNumber("events_taken_by_a_broker_and_sent_again", Meters.TakenAgain);
            json.WriteNumber("messages", Meters.Messages);
            json.WriteNumber("batches", Meters.Batches);
            json.WriteNumber("resends", Meters.Resends);
            json.WriteNumber("refused", Meters.Refused);
            json.WriteNumber("bad", Meters.Bad);
            json.WriteNumber("commands", Meters.Commands);
            json.WriteNumber("backlog_most", Fullest.Backlog);
            if (DrainSeconds is { } drain) json.WriteNumber("drain_seconds", drain);
            else json.WriteNull("drain_seconds");
            Milliseconds("event_to_ack_without_backlog_p50_ms", Meters.Latency(0.5));
            Milliseconds("event_to_ack_without_backlog_p99_ms", Meters.Latency(0.99));
            json.WriteNumber("memory_bytes", Samples.Max(s => s.Bytes));
            if (Table is { } table)
            {
                json.WriteStartObject("table");
                json.WriteBoolean("equal", table.IsEqual);
                json.WriteNumber("held", table.Held);
                json.WriteNumber("missing", table.Missing);
                json.WriteNumber("strange", table.Strange);
                Milliseconds("live_to_table_p50_ms", table.Latency(0.5));
                Milliseconds("live_to_table_p99_ms", table.Latency(0.99));
                json.WriteEndObject();
            }

            json.WriteStartArray("storms");
            foreach (var storm in Storms)
            {
                json.WriteStartObject();
                json.WriteNumber("at", storm.At);
                json.WriteNumber("seconds", storm.Seconds);
                json.WriteNumber("connections", storm.Connections);
                json.WriteNumber("peak_per_second", storm.Peak);
                json.WriteNumber("mean_per_second", Math.Round(storm.Mean, 2));
                json.WriteNumber("ratio", Math.Round(storm.Ratio, 3));
                json.WriteBoolean("over", storm.IsOver);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            var last = Samples.Count > 0 ? Samples[^1].At + 1 : 0;
            Series("connections_by_second", Meters.Connections.Take(last).Select(c => (long)c));
            Series("losses_by_second", Meters.Losses.Take(last).Select(c => (long)c));
            Series("backlog_by_sample", Samples.Select(s => s.Backlog));
            Series("acknowledged_by_sample", Samples.Select(s => s.Acknowledged));
            json.WriteStartArray("ledger");
            foreach (var entry in Ledger)
            {
                json.WriteStartObject();
                json.WriteString("store", entry.StoreId);
                json.WriteString("epoch", entry.Epoch);
                json.WriteNumber("last", entry.LastSeq);
                json.WriteNumber("acknowledged", entry.AcknowledgedSeq);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();

            void Series(string name, IEnumerable<long> numbers)
            {
                json.WriteStartArray(name);
                foreach (var number in numbers) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
        }

        output.WriteByte((byte)'\n');
        return output.ToArray();
    }
}

using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Commands;

/// <summary><c>journal verify</c>, <c>export</c>, <c>salvage</c> and <c>trust-words</c>: look at a journal from outside, also while an agent writes it.</summary>
internal static class JournalCommand
{
    /// <summary>Exit codes: sound or written; unsound; could not be read at all.</summary>
    private const int Sound = 0, Unsound = 1, Unreadable = 2;

    public static Command Create() => new("journal", "Look at a journal from outside; an agent may be writing it meanwhile.") { Verify(), Export(), DeadLetters(), Salvage(), TrustWords() };

    private static Command Verify()
    {
        var (directory, file) = (DirectoryOption(), FileOption());
        var json = new Option<bool>("--json") { Description = "Print the report as one JSON object." };
        var command = new Command("verify", "Check structure, numbers, every event's data, epoch and acknowledgement. Exit code 0: sound, 1: not sound, 2: not readable.")
        {
            directory, file, json,
        };
        command.Validators.Add(result => RequireOne(result, directory, file));
        command.SetAction(arguments => Guard(arguments, () =>
        {
            using var inspection = JournalInspection.Open(Path(arguments, directory, file));
            var report = inspection.Verify();
            var output = arguments.InvocationConfiguration.Output;
            if (arguments.GetValue(json)) output.WriteLine(ToJson(report));
            else Tell(report, output);
            return report.IsSound ? Sound : Unsound;
        }));
        return command;
    }

    private static Command DeadLetters()
    {
        var (directory, file) = (DirectoryOption(), FileOption());
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, with the event's data." };
        var command = new Command("dead-letters", "Print the events that were refused for good and are kept until they are sent again.") { directory, file, json };
        command.Validators.Add(result => RequireOne(result, directory, file));
        command.SetAction(arguments => Guard(arguments, () =>
        {
            using var inspection = JournalInspection.Open(Path(arguments, directory, file));
            var (letters, output) = (inspection.Query(DeadLetter.ReadAll), arguments.InvocationConfiguration.Output);
            foreach (var letter in letters) output.WriteLine(arguments.GetValue(json) ? ToJson(letter) : ToLine(letter));
            if (letters.Count == 0 && !arguments.GetValue(json)) output.WriteLine("There are no dead letters.");
            return Sound;
        }));
        return command;
    }

    private static string ToLine(DeadLetter letter) => string.Create(
        CultureInfo.InvariantCulture, $"{letter.Epoch} {letter.Event.Seq} {letter.Event.Type} {letter.Event.Time:O} {letter.Reason}: {letter.Text}");

    private static string ToJson(DeadLetter letter)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("epoch", letter.Epoch);
            json.WriteNumber("seq", letter.Event.Seq);
            json.WriteString("type", letter.Event.Type);
            json.WriteString("time", letter.Event.Time);
            json.WriteString("reason", letter.Reason);
            json.WriteString("text", letter.Text);
            json.WriteNumber("journalAgeSeconds", letter.Age.TotalSeconds);
            json.WritePropertyName("data");
            json.WriteRawValue(letter.Event.Data.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static Command Export()
    {
        var (directory, file) = (DirectoryOption(), FileOption());
        var after = new Option<long>("--after") { Description = "Only events after this number.", HelpName = "SEQ" };
        var type = new Option<string?>("--type") { Description = "Only events of this type.", HelpName = "TYPE" };
        type.AcceptOnlyFromAmong([.. EventTypes.All]);
        var store = new Option<string>("--store") { Description = "The store's id, for the envelope's source and id.", HelpName = "ID", DefaultValueFactory = _ => "local" };
        var command = new Command("export", "Print events as CloudEvents, one JSON object a line.") { directory, file, after, type, store };
        command.Validators.Add(result => RequireOne(result, directory, file));
        command.SetAction(arguments => Guard(arguments, () =>
        {
            using var inspection = JournalInspection.Open(Path(arguments, directory, file));
            var (output, error) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
            return Write(inspection, arguments.GetValue(after), arguments.GetValue(type), arguments.GetValue(store)!, output, error) ? Sound : Unsound;
        }));
        return command;
    }

    private static Command Salvage()
    {
        var file = new Argument<string>("FILE") { Description = "A damaged database, such as one in quarantine/ of the state directory." };
        var store = new Option<string>("--store") { Description = "The store's id, for the envelope's source and id.", HelpName = "ID", DefaultValueFactory = _ => "local" };
        var command = new Command("salvage", "Print the events that can still be read of a damaged database as CloudEvents, one JSON object a line. It is not changed.") { file, store };
        command.SetAction(arguments => Guard(arguments, () =>
        {
            var (path, output, error) = (arguments.GetValue(file)!, arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
            var folder = Directory.CreateTempSubdirectory("storeedge-salvage-").FullName;
            try
            {
                using var damaged = DamagedDatabase.Open(Quarantine.SchemaOf(path), path, System.IO.Path.Combine(folder, JournalFile.Name));
                if (!damaged.IsReadable)
                {
                    error.WriteLine($"{path}: nothing of it can be read");
                    return Unreadable;
                }

                var epoch = damaged.Identity().Epoch ?? Quarantine.EpochOf(path) ?? Guid.Empty;
                var (events, passedOver) = (0, 0);
                damaged.ReadEvents(0, long.MaxValue / 2, row =>
                {
                    if (EventRows.TryRead(row) is not { } stored) passedOver++;
                    else
                    {
                        events++;
                        output.WriteLine(Line(arguments.GetValue(store)!, epoch, stored, new()));
                    }
                });
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{events} events could be read; {passedOver} rows are not what was written and were left out"));
                return Sound;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }));
        return command;
    }

    private static Command TrustWords()
    {
        var directory = DirectoryOption();
        directory.Required = true;
        var command = new Command("trust-words", "After words of customers were lost: believe again what is written of them. Only once it is known who said stop; the agent may run.") { directory };
        command.SetAction(arguments => Guard(arguments, () =>
        {
            var path = System.IO.Path.Combine(arguments.GetValue(directory)!, JournalFile.Name);
            if (!File.Exists(path)) throw new JournalFault(JournalFaultKind.Other, path, "there is no such file", "Name the directory that holds journal.db, such as /var/lib/storeedge.");
            try
            {
                using var database = JournalFile.OpenForWriting(path);
                Deciding.PreferencesProjection.EndDoubt(database);
            }
            catch (Microsoft.Data.Sqlite.SqliteException fault)
            {
                throw JournalFile.Explain(path, fault);
            }

            arguments.InvocationConfiguration.Output.WriteLine($"{path}: what is written of customers' words is believed again");
            return Sound;
        }));
        return command;
    }

    private static string Line(string store, Guid epoch, StoredEvent stored, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        new EventEnvelope(
            store, epoch, stored.Seq, stored.Type, stored.Time, stored.RecordedTime, stored.BootId, stored.MonotonicMilliseconds, stored.TimeQuality, stored.Data).Write(buffer);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <returns>Whether every row was what was written.</returns>
    private static bool Write(JournalInspection inspection, long after, string? type, string store, TextWriter output, TextWriter error)
    {
        var present = inspection.ReadEpoch();
        var damaged = new List<long>();
        var buffer = new ArrayBufferWriter<byte>();
        // What former journals left comes first, as it happened; a number to begin after speaks of the present one.
        var formers = after == 0 ? inspection.EventsOfFormers(damaged) : [];
        foreach (var (epoch, stored) in formers.Concat(inspection.EventsAfter(after, damaged).Select(e => (present, e))))
        {
            if (type is null || stored.Type == type) output.WriteLine(Line(store, epoch, stored, buffer));
        }

        if (damaged.Count > 0) error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{damaged.Count} rows are not what was written and were left out: {string.Join(", ", damaged.Take(20))}{(damaged.Count > 20 ? " …" : "")}"));
        return damaged.Count == 0;
    }

    private static void Tell(InspectionReport report, TextWriter output)
    {
        var invariant = CultureInfo.InvariantCulture;
        output.WriteLine(report.IsSound ? $"{report.File}: sound" : $"{report.File}: NOT SOUND");
        foreach (var finding in report.Findings) output.WriteLine($"  ! {finding}");
        output.WriteLine(string.Create(invariant, $"  epoch         {report.Epoch?.ToString() ?? "unknown"}"));
        output.WriteLine(string.Create(invariant, $"  events        {report.Events} ({report.FirstSeq}–{report.LastSeq})"));
        output.WriteLine(string.Create(invariant, $"  acknowledged  {report.AcknowledgedSeq} ({report.LastSeq - report.AcknowledgedSeq} waiting)"));
        if (report.Formers > 0) output.WriteLine(string.Create(invariant, $"  former        {report.Formers} of former journals waiting"));
    }

    private static string ToJson(InspectionReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("file", report.File);
            json.WriteBoolean("sound", report.IsSound);
            if (report.Epoch is { } epoch) json.WriteString("epoch", epoch);
            json.WriteNumber("events", report.Events);
            json.WriteNumber("firstSeq", report.FirstSeq);
            json.WriteNumber("lastSeq", report.LastSeq);
            json.WriteNumber("acknowledgedSeq", report.AcknowledgedSeq);
            json.WriteNumber("formerEvents", report.Formers);
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings) json.WriteStringValue(finding);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static Option<string?> DirectoryOption() => new("--directory") { Description = "The journal's directory, such as /var/lib/storeedge.", HelpName = "DIR" };

    private static Option<string?> FileOption() => new("--file") { Description = "The database file itself, such as one that was set aside.", HelpName = "FILE" };

    private static void RequireOne(System.CommandLine.Parsing.CommandResult result, Option<string?> directory, Option<string?> file)
    {
        if (result.GetValue(directory) is null == result.GetValue(file) is null) result.AddError("Give either --directory DIR or --file FILE.");
    }

    private static string Path(ParseResult arguments, Option<string?> directory, Option<string?> file) =>
        arguments.GetValue(file) ?? System.IO.Path.Combine(arguments.GetValue(directory)!, JournalFile.Name);

    /// <summary>The command's boundary: a file that cannot be read is an answer, not a crash.</summary>
    private static int Guard(ParseResult arguments, Func<int> act)
    {
        try
        {
            return act();
        }
        catch (JournalFault fault)
        {
            arguments.InvocationConfiguration.Error.WriteLine(fault.Message);
            return Unreadable;
        }
    }
}

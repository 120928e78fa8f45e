using System.CommandLine;
using StoreEdge.Simulator.Journey;

namespace StoreEdge.Simulator.Commands;

/// <summary>The central journey service alone: keeps and acknowledges the events of every store on the broker, until it is stopped.</summary>
internal static class JourneyCommand
{
    public static Command Make(TimeProvider time)
    {
        var mqtt = RunOptions.Mqtt();
        var database = new Option<string>("--database") { Description = "SQLite file; table event(store, epoch, seq, type, time, received, envelope).", Required = true };
        var client = new Option<string>("--client-id") { Description = "MQTT client id; stays the same over restarts.", DefaultValueFactory = _ => "journey" };
        var command = new Command("journey", "The central journey service alone: keeps every store's events once, acknowledges the contiguous prefix. Ctrl-C ends.") { mqtt, database, client };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var (host, port) = RunOptions.HostAndPort(parsed.GetValue(mqtt)!);
                using var store = JourneyStore.Open(parsed.GetValue(database)!);
                var service = new JourneyService(new(host, port, parsed.GetValue(client)!), store, [], _ => [], _ => { }, time);
                await service.RunAsync(stop).ConfigureAwait(false);
                foreach (var journal in store.Summaries()) Console.WriteLine(Text(journal));
                var counts = service.Counts;
                Console.WriteLine(
                    $"{counts.Duplicates} duplicates, {counts.Corrected} corrected, {counts.Conflicts} conflicts, {counts.Malformed} malformed, {counts.Connections} connections, {counts.TakenOver} taken over, {counts.Batches} batches");
                foreach (var reason in service.Counts.MalformedBecause) Console.WriteLine($"malformed: {reason}");
                return 0;
            }
            catch (Exception fault) when (fault is UsageException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 2;
            }
            catch (NotSupportedException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 1;
            }
        });
        return command;
    }

    private static string Text(JournalSummary journal)
    {
        var text = $"{journal.Journal.StoreId} {journal.Journal.Epoch}: {journal.Events} events, contiguous to {journal.Contiguous}";
        if (journal.GivenUp > 0) text += $", {journal.GivenUp} given up";
        if (journal.Refused > 0) text += $", {journal.Refused} refused";
        if (journal.Conflicts > 0) text += $", {journal.Conflicts} in conflict";
        return journal.Missing.Count == 0 ? text : $"{text}, missing {string.Join(" ", journal.Missing.Select(m => m.From == m.To ? $"{m.From}" : $"{m.From}–{m.To}"))}";
    }
}

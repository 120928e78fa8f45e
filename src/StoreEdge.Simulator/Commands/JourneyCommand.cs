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
                foreach (var (storeId, ack) in store.Journals()) Console.WriteLine($"{storeId} {ack.Epoch}: {store.Count(storeId, ack.Epoch)} events, contiguous to {ack.Seq}");
                Console.WriteLine($"{service.Counts.Duplicates} duplicates, {service.Counts.Conflicts} conflicts, {service.Counts.Malformed} malformed, {service.Counts.Connections} connections, {service.Counts.TakenOver} taken over");
                foreach (var reason in service.Counts.MalformedBecause) Console.WriteLine($"malformed: {reason}");
                return 0;
            }
            catch (UsageException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 2;
            }
        });
        return command;
    }
}

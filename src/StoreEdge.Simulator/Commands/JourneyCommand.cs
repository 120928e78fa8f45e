using System.CommandLine;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Journey;

namespace StoreEdge.Simulator.Commands;

/// <summary>The central journey service alone: keeps and acknowledges the events of every store on the broker, until it is stopped.</summary>
internal static class JourneyCommand
{
    public static Command Make(TimeProvider time)
    {
        var mqtt = RunOptions.Mqtt();
        var database = new Option<string>("--database") { Description = "SQLite file, made where there is none; several instances of one machine may share it.", Required = true };
        var client = new Option<string?>("--client-id") { Description = "MQTT client id; stays the same over restarts. Default: journey, or journey-I for partition I/N." };
        var share = new Option<string?>("--share") { Description = "Share the events with the other instances of this group ($share; MQTT 5, mosquitto). Each needs a --client-id of its own." };
        var partition = new Option<string?>("--partition") { Description = "I/N: only the stores of the Ith of N parts, by a hash of the store id; for brokers without $share." };
        var protocol = new Option<string>("--protocol") { Description = "5, or 3.1.1 for brokers that speak no other.", DefaultValueFactory = _ => "5" };
        var user = new Option<string?>("--user") { Description = "Login at the broker." };
        var password = new Option<string?>("--password-file") { Description = "File whose first line is the password." };
        var refuse = new Option<bool>("--refuse") { Description = "Refuse events whose data break the contract, so that the store gives them up, instead of keeping and acknowledging them as they are." };
        var replay = new Option<double>("--replay-after") { Description = "Ask for numbers that have been missing for so many seconds, 1–3600.", DefaultValueFactory = _ => 5 };
        var command = new Command("journey", "The central journey service alone: keeps every store's events once, acknowledges the contiguous prefix, asks for what is missing. Ctrl-C ends.")
        {
            mqtt, database, client, share, partition, protocol, user, password, refuse, replay,
        };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var (host, port) = RunOptions.HostAndPort(parsed.GetValue(mqtt)!);
                var part = Part(parsed.GetValue(partition));
                var group = parsed.GetValue(share);
                var name = parsed.GetValue(client);
                if (group is not null && (group.Length == 0 || group.AsSpan().ContainsAny("/+#"))) throw new UsageException($"--share: {group} is not allowed; allowed: a name without / + #");
                if (group is not null && name is null) throw new UsageException("--share needs --client-id: two instances of one client id would throw each other out");
                var options = new JourneyOptions(host, port, name ?? (part == Partition.Whole ? "journey" : $"journey-{part.Part}"))
                {
                    Share = group,
                    Partition = part,
                    Protocol = parsed.GetValue(protocol) switch
                    {
                        "5" => MqttProtocol.V5,
                        "3.1.1" => MqttProtocol.V311,
                        var other => throw new UsageException($"--protocol: {other} is not allowed; allowed: 5, 3.1.1"),
                    },
                    Username = parsed.GetValue(user),
                    Password = Password(parsed.GetValue(password)),
                    Refuses = parsed.GetValue(refuse),
                    Replay = new() { After = TimeSpan.FromSeconds(RunOptions.Within("--replay-after", parsed.GetValue(replay), 1, 3600)) },
                };
                using var store = JourneyStore.Open(parsed.GetValue(database)!, options.Refuses);
                var service = new JourneyService(options, store, [], _ => [], _ => { }, time) { Tell = Console.WriteLine };
                await service.RunAsync(stop).ConfigureAwait(false);
                Report(store, service.Counts);
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

    private static void Report(JourneyStore store, JourneyCounts counts)
    {
        foreach (var journal in store.Summaries()) Console.WriteLine(Text(journal));
        foreach (var open in store.Replays(new(), "").Open())
            Console.WriteLine($"{open.Journal.StoreId} {open.Journal.Epoch}: {open.From}–{open.To} asked for {open.Attempt + 1} times, last answer: {open.Answer ?? "none"}");
        Console.WriteLine(
            $"{counts.Duplicates} duplicates, {counts.Corrected} corrected, {counts.Conflicts} conflicts, {counts.Malformed} malformed, {counts.Connections} connections, {counts.TakenOver} taken over, {counts.Batches} batches, {counts.Replays} replays, {counts.Refused} refused");
        foreach (var answer in counts.Answers) Console.WriteLine($"answered: {answer}");
        foreach (var reason in counts.MalformedBecause) Console.WriteLine($"malformed: {reason}");
    }

    private static string Text(JournalSummary journal)
    {
        var text = $"{journal.Journal.StoreId} {journal.Journal.Epoch}: {journal.Events} events, contiguous to {journal.Contiguous}";
        if (journal.GivenUp > 0) text += $", {journal.GivenUp} given up";
        if (journal.Refused > 0) text += $", {journal.Refused} refused";
        if (journal.Conflicts > 0) text += $", {journal.Conflicts} in conflict";
        return journal.Missing.Count == 0 ? text : $"{text}, missing {string.Join(" ", journal.Missing.Select(m => m.From == m.To ? $"{m.From}" : $"{m.From}–{m.To}"))}";
    }

    private static Partition Part(string? text) =>
        text is null ? Partition.Whole : Partition.TryParse(text, out var part) ? part : throw new UsageException($"--partition: {text} is not allowed; allowed: I/N, 1 ≤ I ≤ N ≤ 1000");

    private static string? Password(string? file)
    {
        try
        {
            return file is null ? null : File.ReadLines(file).FirstOrDefault() ?? "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--password-file: {file}: {fault.Message}");
        }
    }
}

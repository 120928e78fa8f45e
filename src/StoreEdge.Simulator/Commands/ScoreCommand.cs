using System.CommandLine;
using StoreEdge.Simulator.Scoring;

namespace StoreEdge.Simulator.Commands;

/// <summary>Scores presence rules on recordings of a door and on simulated traces.</summary>
internal static class ScoreCommand
{
    private static readonly string[] TraceNames = ["rooms", "arrival", "dwell", "ghost", "zones"];

    private static readonly string Description = $"""
        Scores presence rules: the agent's own tracker with its defaults, and others beside it on the same packets.

        Recordings (--door) are CSV files with one row per 100 ms: superframe, a column for each receiver (I-… inside, O-… outside) with RSSI in dBm and −100 for "not heard",
        and Label, 0 outside. A crossing counts as found if it is reported within ±{Tally.Window} s, each report once. Precision is found / reported, recall found / true. Delays are from the
        true crossing to its report, negative where it was told early. A flap is a departure that did not happen; flaps are counted per hour inside.

        Traces (--traces) are simulated: rooms (150 drawn rooms, a pair of receivers each), arrival (500 ms, 50 % lost), dwell (--hours, 70 % lost), ghost (passers-by 8 dB below the
        threshold), zones (two receivers equally loud).

        Rules: {string.Join("\n       ", Contestants.All.Select(c => $"{c.Name,-11} {c.Rule}"))}
        """;

    public static Command Make()
    {
        var door = new Option<string?>("--door") { Description = "Directory with recordings." };
        var traces = new Option<string?>("--traces") { Description = string.Join(", ", TraceNames) + "." };
        var estimator = new Option<string>("--estimator") { Description = "Names of rules, with commas, or all.", DefaultValueFactory = _ => "all" };
        var receivers = new Option<string>("--receivers")
        {
            Description = "Of a recording: pairs (each inside with each outside), pairs:A,B (each inside with these), single (each inside alone), all, or names with commas.",
            DefaultValueFactory = _ => "pairs",
        };
        var leaveOneOut = new Option<bool>("--leave-one-out") { Description = "Fit on all recordings but one, score on that one, in turn." };
        var robustness = new Option<bool>("--robustness") { Description = "Score the recordings with other levels, losses and intervals." };
        var count = new Option<int>("--count") { Description = "Rooms, arrivals or passes to simulate, 10–1,000,000; 150, 1000 and 10,000 unless given." };
        var hours = new Option<double>("--hours") { Description = "Hours of staying (dwell) or lying still (zones), 1–100,000; 2000 and 100 unless given." };
        var json = new Option<bool>("--json") { Description = "An array of objects instead of a table." };
        var seed = RunOptions.Seed();
        var command = new Command("score", Description) { door, traces, estimator, receivers, leaveOneOut, robustness, count, hours, json, seed };
        command.SetAction(parsed =>
        {
            try
            {
                if (parsed.GetValue(door) is null == parsed.GetValue(traces) is null) throw new UsageException("--door, --traces: give one of the two");
                var rules = Rules(parsed.GetValue(estimator)!);
                var lines = parsed.GetValue(door) is { } directory
                    ? Door(DoorCsv.ReadAll(directory), rules, parsed.GetValue(receivers)!, parsed.GetValue(leaveOneOut), parsed.GetValue(robustness), parsed.GetValue(seed))
                    : Simulated(parsed.GetValue(traces)!, rules, Given(parsed, count, "--count", 10, 1_000_000), Given(parsed, hours, "--hours", 1, 100_000), parsed.GetValue(seed));
                Console.Write(parsed.GetValue(json) ? Figures.Json(lines) + "\n" : Figures.Table(lines));
                return 0;
            }
            catch (Exception fault) when (fault is ScoringException or UsageException)
            {
                Console.Error.WriteLine(fault.Message);
                return 2;
            }
        });
        return command;
    }

    private static List<Figures> Door(IReadOnlyList<Trace> recordings, IReadOnlyList<Contestant> rules, string receivers, bool leaveOneOut, bool robustness, ulong seed)
    {
        if (recordings.FirstOrDefault(r => !r.Receivers.Select(p => p.Id).SequenceEqual(recordings[0].Receivers.Select(p => p.Id))) is { } other)
            throw new ScoringException($"{other.Name}: other receivers than in {recordings[0].Name}; recordings of one room go into one directory");
        var choices = Choices.Read(recordings[0], receivers);
        if (leaveOneOut)
        {
            if (recordings.Count < 2) throw new UsageException("--leave-one-out: needs two recordings at least");
            return [.. rules.Where(r => LeaveOneOut.Names.Contains(r.Name)).SelectMany(r => LeaveOneOut.Run(r.Name, recordings, choices))];
        }

        if (robustness) return [.. rules.SelectMany(r => DoorScores.Robustness(r, recordings, choices, seed))];
        return [.. rules.SelectMany(r => choices.Count == 1 ? DoorScores.EachRecording(r, recordings, choices[0]).Concat(DoorScores.EachChoice(r, recordings, choices)) : DoorScores.EachChoice(r, recordings, choices))];
    }

    private static List<Figures> Simulated(string name, IReadOnlyList<Contestant> rules, double? count, double? hours, ulong seed)
    {
        switch (name)
        {
            case "rooms":
                var rooms = Rooms.Draw((int)(count ?? 150), seed);
                return [.. rules.Select(r => DoorScores.Together(r, $"{rooms.Count} rooms", rooms))];
            case "arrival":
                return [.. rules.SelectMany(r => TargetScores.Arrival(r, seed, (int)(count ?? 1000)))];
            case "dwell":
                return [.. rules.Select(r => TargetScores.Dwell(r, seed, hours ?? 2000))];
            case "ghost":
                return [.. rules.SelectMany(r => TargetScores.Ghost(r, seed, (int)(count ?? 10_000)))];
            case "zones":
                return [.. rules.Where(r => r.KnowsZones).SelectMany(r => TargetScores.Zones(r, seed, (int)(hours ?? 100)))];
            default:
                throw new UsageException($"--traces: {name} is not allowed; allowed: {string.Join(", ", TraceNames)}");
        }
    }

    private static IReadOnlyList<Contestant> Rules(string names) => names == "all" ? Contestants.All :
    [
        .. names.Split(',').Select(n => Contestants.All.FirstOrDefault(c => c.Name == n)
            ?? throw new UsageException($"--estimator: {n} is not allowed; allowed: all, {string.Join(", ", Contestants.All.Select(c => c.Name))}")),
    ];

    private static double? Given<T>(ParseResult parsed, Option<T> option, string name, double least, double most) where T : struct, IConvertible =>
        parsed.GetResult(option) is { Implicit: false } ? RunOptions.Within(name, parsed.GetValue(option).ToDouble(null), least, most) : null;
}

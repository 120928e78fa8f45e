using System.Globalization;
using StoreEdge.Benchmarks;

// Every figure stands beside a floor measured in the same run, in turns; what counts is the ratio. Nothing here asserts a time.
const string Usage = """
    dotnet run -c Release --project tests/StoreEdge.Benchmarks -- [bridge|decide|decode|identity|journal|memory|outbox|portal|publish|sensing|start|tracker|all]… [options]
      --rounds N       take each figure so often and tell the median; default 5
      --directory DIR  write test files there, on the disk in question; default: the directory for temporary files
      --publish DIR    keep the two publishes that memory and start measure, for the next run
      --frames N       random frames that "identity" shows to the registry; default 100000000
      --json FILE      write the figures there too
    … -- append DIR [--pages N] [--events N] [--careless]
                       append without end (or N events), in a file of N pages at most, and print each number once its event is on disk; for kill -9 and power
                       cuts. --careless does not wait for the disk: a test that does not notice proves nothing
    … -- mutate [N] [SEED]  hold the decoder to a second reading of N damaged packets; default 10000000
    … -- tell DIR PORT PACE  tell the journal in DIR to the broker on PORT; the sending side of "outbox" and "bridge"
    … -- drain SOCKET  listen and read, and nothing else: the floor of "sensing"
    """;

if (args is ["append", var target, .. var wishes])
{
    var (pages, events, careless) = (0, 0L, false);
    for (var i = 0; i < wishes.Length; i++)
    {
        switch (wishes[i])
        {
            case "--pages" when i + 1 < wishes.Length && int.TryParse(wishes[i + 1], out pages): i++; break;
            case "--events" when i + 1 < wishes.Length && long.TryParse(wishes[i + 1], out events): i++; break;
            case "--careless": careless = true; break;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    return await EndlessAppends.RunAsync(target, pages, careless, events);
}

if (args is ["tell", var journal, var port, var pace]) return await OutboxScenario.TellAsync(journal, int.Parse(port, CultureInfo.InvariantCulture), int.Parse(pace, CultureInfo.InvariantCulture));
if (args is ["drain", var socket]) return SensingScenario.Drain(socket);
if (args is ["mutate", ..])
{
    var (packets, seed) = (10_000_000L, 20261122);
    if (args.Length > 3 || (args.Length > 1 && !(long.TryParse(args[1], out packets) && packets > 0)) || (args.Length > 2 && !int.TryParse(args[2], out seed)))
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }

    return MutatedPackets.Run(packets, seed);
}

var scenarios = new SortedDictionary<string, Func<Setting, Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
{
    ["bridge"] = BridgeScenario.RunAsync,
    ["decide"] = setting => Task.FromResult(DecideScenario.Run(setting)),
    ["decode"] = setting => Task.FromResult(DecodeScenario.Run(setting)),
    ["identity"] = setting => Task.FromResult(IdentityScenario.Run(setting)),
    ["journal"] = JournalScenario.RunAsync,
    ["memory"] = ProcessScenarios.MemoryAsync,
    ["outbox"] = OutboxScenario.RunAsync,
    ["portal"] = PortalScenario.RunAsync,
    ["publish"] = PublishScenario.RunAsync,
    ["sensing"] = SensingScenario.RunAsync,
    ["start"] = ProcessScenarios.StartAsync,
    ["tracker"] = setting => Task.FromResult(TrackerScenario.Run(setting)),
};
var chosen = new List<string>();
var (rounds, directory) = (5, Path.GetTempPath());
var frames = 100_000_000L;
string? jsonFile = null, publishDirectory = null;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], out rounds) && rounds is > 0 and < 1000: i++; break;
        case "--directory" when i + 1 < args.Length: directory = args[++i]; break;
        case "--publish" when i + 1 < args.Length: publishDirectory = Path.GetFullPath(args[++i]); break;
        case "--frames" when i + 1 < args.Length && long.TryParse(args[i + 1], out frames) && frames > 0: i++; break;
        case "--json" when i + 1 < args.Length: jsonFile = args[++i]; break;
        case "all": chosen.AddRange(scenarios.Keys); break;
        case var name when scenarios.ContainsKey(name): chosen.Add(name); break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

if (chosen.Count == 0) chosen.AddRange(scenarios.Keys);
var report = new Report();
foreach (var name in chosen.Distinct())
{
    Console.Error.WriteLine($"{name} …");
    report.Add(name, await scenarios[name](new(rounds, directory, publishDirectory, frames)));
}

report.Print(Console.Out);
if (jsonFile is not null) report.Save(jsonFile);
return 0;

using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Fleet;

namespace StoreEdge.Simulator.Commands;

/// <summary>Many stores in one process against a broker.</summary>
internal static class FleetCommand
{
    private const string Description = """
        Many stores in one process: link and outbox of each by the agent's own rules, against real brokers, to see a fleet come back after an outage and tell its backlog.

        Each store numbers the visits of its day, keeps every event until central's cumulative acknowledgement, tells new ones at once and the backlog in batches at its
        capped rate, obeys cmd/drain, cmd/replay and cmd/ping, and comes back with the agent's back-off. Without a journey service (storeedge-sim journey) nothing is
        ever acknowledged. Ends when everything is, or with exit code 1. A connection is one descriptor here and one at the broker: ulimit -n.

        Examples:
          10,000 stores at the top of their day, for two minutes:
            storeedge-sim fleet --stores 10000 --visits 1200 --hour 18 --length 2min
          a regional outage of one minute, 1,600 events waiting in each store, and central's table held against what the stores numbered:
            storeedge-sim fleet --stores 1000 --backlog 1600 --outage 60s --outage-after 20s --length 5min --drain 15min --database journey.db
          two brokers of a cluster, a day in which an hour takes a minute, results for a program:
            storeedge-sim fleet --stores 300 --mqtt 127.0.0.1:1883 127.0.0.1:1884 --speed 60 --json fleet.json
        """;

    public static Command Make(TimeProvider time)
    {
        var stores = new Option<int>("--stores") { Description = $"How many, 1–{FleetOptions.MostStores}.", Required = true };
        var mqtt = new Option<string[]>("--mqtt") { Description = "HOST:PORT of the broker, or of several: store n begins with one of them in turn and takes the next after each failure.", DefaultValueFactory = _ => ["127.0.0.1:1883"], AllowMultipleArgumentsPerToken = true };
        var protocol = new Option<string>("--protocol") { Description = "5 or 3.1.1.", DefaultValueFactory = _ => "5" };
        var username = new Option<string?>("--user") { Description = "Login; {store} stands for the store's id." };
        var password = new Option<string?>("--password-file") { Description = "File whose first line is the password of every store." };
        var prefix = new Option<string>("--prefix") { Description = "Store ids are this and five digits.", DefaultValueFactory = _ => "fleet-" };
        var seed = RunOptions.Seed();
        var length = Span("--length", "For how long events are numbered", "60s");
        var drain = Span("--drain", "How long the last acknowledgements may take afterwards", "5min");
        var visits = new Option<double>("--visits") { Description = "Visits a store and day on average, four events each; 0 for none.", DefaultValueFactory = _ => 1200 };
        var speed = new Option<double>("--speed") { Description = "How fast the day goes, 1–10000.", DefaultValueFactory = _ => 1 };
        var hour = new Option<double?>("--hour") { Description = "Hour of the day at the start, 0–24, on a day whose top at 18 is 5.4 times its mean; unless given every hour is a mean one." };
        var backlog = new Option<int>("--backlog") { Description = "Events that every store holds already, 0–100000.", DefaultValueFactory = _ => 0 };
        var bootSpread = Span("--boot-spread", "Over how long the stores start", "0s");
        var outage = Span("--outage", "How long the stores' network is away; brokers are left alone", "0s");
        var outageAfter = Span("--outage-after", "When it goes away", "20s");
        var retryFirst = Span("--retry-first", "The first retry comes within this", "1s");
        var retryMost = Span("--retry-most", "No retry is further away than this", "5min");
        var stable = Span("--stable-after", "A connection that ends sooner counts as another failure", "30s");
        var keepAlive = Span("--keep-alive", "The agent's mqtt.keepAlive", "30s");
        var window = new Option<int>("--window") { Description = "Messages in flight at most, 1–1000.", DefaultValueFactory = _ => 50 };
        var rate = new Option<int>("--backlog-rate") { Description = "Events a second that each store may send of its backlog unless central says otherwise.", DefaultValueFactory = _ => DrainPace.Default };
        var resend = Span("--resend-after", "What central has not acknowledged for this long is sent again", "10s");
        var wait = Span("--wait-for-broker", "How long to wait at the start until a broker listens", "0s");
        var database = new Option<string[]>("--database") { Description = "SQLite file of the journey service, or of several: held against what the stores numbered at the end.", AllowMultipleArgumentsPerToken = true };
        var json = new Option<string?>("--json") { Description = "File for the result." };
        var command = new Command("fleet", Description)
        {
            stores, mqtt, protocol, username, password, prefix, seed, length, drain, visits, speed, hour, backlog, bootSpread, outage, outageAfter, retryFirst, retryMost, stable,
            keepAlive, window, rate, resend, wait, database, json,
        };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                TimeSpan SpanOf(Option<string> option) => RunOptions.Span(option.Name, parsed.GetValue(option)!);
                var options = new FleetOptions(
                    [.. parsed.GetValue(mqtt)!.Select(EndPointOf)], (int)RunOptions.Within("--stores", parsed.GetValue(stores), 1, FleetOptions.MostStores))
                {
                    Prefix = parsed.GetValue(prefix) is { } p && NameRule.Holds(p + "00000") ? p : throw new UsageException($"--prefix: {parsed.GetValue(prefix)} is not allowed; allowed: a–z, 0–9, dashes"),
                    Seed = parsed.GetValue(seed),
                    Protocol = parsed.GetValue(protocol) switch { "5" => MqttProtocol.V5, "3.1.1" => MqttProtocol.V311, var other => throw new UsageException($"--protocol: {other} is not allowed; allowed: 5, 3.1.1") },
                    Username = parsed.GetValue(username),
                    Password = parsed.GetValue(password) is { } file ? FirstLine(file) : null,
                    Length = SpanOf(length),
                    DrainLimit = SpanOf(drain),
                    Visits = RunOptions.Within("--visits", parsed.GetValue(visits), 0, 1_000_000),
                    Speed = RunOptions.Within("--speed", parsed.GetValue(speed), 1, 10_000),
                    Hour = parsed.GetValue(hour) is { } h ? RunOptions.Within("--hour", h, 0, 24) : null,
                    Backlog = (int)RunOptions.Within("--backlog", parsed.GetValue(backlog), 0, 100_000),
                    BootSpread = SpanOf(bootSpread),
                    Outage = SpanOf(outage),
                    OutageAfter = SpanOf(outageAfter),
                    RetryFirst = SpanOf(retryFirst),
                    RetryMost = SpanOf(retryMost),
                    StableAfter = SpanOf(stable),
                    KeepAlive = SpanOf(keepAlive),
                    Window = (int)RunOptions.Within("--window", parsed.GetValue(window), 1, 1000),
                    BacklogPerSecond = (int)RunOptions.Within("--backlog-rate", parsed.GetValue(rate), 1, DrainPace.Most),
                    Resend = new() { After = SpanOf(resend) },
                };
                await WaitForAsync(options, SpanOf(wait), time, stop).ConfigureAwait(false);
                var report = await new FleetRun(options, Console.Out, time).RunAsync(stop).ConfigureAwait(false);
                if (parsed.GetValue(database) is { Length: > 0 } files) report = report with { Table = CentralTable.Compare(files, report.Ledger) };
                if (parsed.GetValue(json) is { } output) await File.WriteAllBytesAsync(output, report.Json(), CancellationToken.None).ConfigureAwait(false);
                Console.Write(report.Text());
                return report.IsComplete ? 0 : 1;
            }
            catch (UsageException fault)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 2;
            }
        });
        return command;
    }

    private static Option<string> Span(string name, string what, string value) =>
        new(name) { Description = $"{what}, such as 500ms, 5s, 10min, 2h.", DefaultValueFactory = _ => value };

    private static IPEndPoint EndPointOf(string text)
    {
        var (host, port) = RunOptions.HostAndPort(text);
        try
        {
            // Once, not for every attempt of every store: a fleet is no test of the name server.
            var addresses = Dns.GetHostAddresses(host);
            return new(addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0], port);
        }
        catch (SocketException fault)
        {
            throw new UsageException($"--mqtt: {host}: {fault.Message}");
        }
    }

    private static string FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault() ?? "";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--password-file: {fault.Message}");
        }
    }

    private static async Task WaitForAsync(FleetOptions options, TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < patience)
        {
            foreach (var broker in options.Brokers)
            {
                using var socket = new Socket(broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(broker, stop).ConfigureAwait(false);
                    return;
                }
                catch (SocketException)
                {
                    // Not yet.
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop).ConfigureAwait(false);
        }

        if (patience > TimeSpan.Zero)
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--wait-for-broker: nobody listened on {string.Join(", ", options.Brokers)} within {patience.TotalSeconds:0.#} s"));
    }
}

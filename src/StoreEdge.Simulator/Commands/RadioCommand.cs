using System.CommandLine;
using StoreEdge.Simulator.Controller;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Commands;

/// <summary>A Bluetooth adapter made of software, for a kernel that has none.</summary>
internal static class RadioCommand
{
    private const string Description = $"""
        Plays a Bluetooth LE adapter to this machine's kernel through /dev/vhci (modprobe hci_vhci; needs root). While the kernel scans it hears one receiver of a scenario, or plain
        beacons at a steady rate, or both.

        Orders come as lines on the standard input, or through --control:
        {VirtualRadio.Orders}.
        A fault may name what cures it: 'wedge scan' ends with the next scan, 'wedge reset' with the next reset. What a real controller may do beyond that, tests/lab/README.md lists as
        untried.
        """;

    public static Command Make(TimeProvider time)
    {
        var vhci = new Option<string>("--vhci") { Description = "The kernel's device.", DefaultValueFactory = _ => "/dev/vhci" };
        var extended = new Option<bool>("--extended") { Description = "Offer extended scanning and report with subevent 0D." };
        var address = new Option<string>("--address") { Description = "Public address, 12 hex digits.", DefaultValueFactory = _ => "02005AA50001" };
        var scenario = new Option<string?>("--scenario") { Description = "Name of a scenario that comes with the program, or a path; none unless given." };
        var receiver = new Option<string?>("--receiver") { Description = "Which of the scenario's receivers this is; the first unless given." };
        var seed = RunOptions.Seed();
        var count = new Option<int>("--beacons") { Description = $"This many plain beacons, ibeacon:{BeaconEmissions.Uuid}/0/0 and so on, at most 1000." };
        var beacon = new Option<string[]>("--beacon") { Description = "A plain beacon by its id, as in the enrolment registry; repeatable.", AllowMultipleArgumentsPerToken = true };
        var rate = new Option<double>("--rate") { Description = "Reports of each plain beacon in a second, 0.01–5000.", DefaultValueFactory = _ => 10 };
        var rssi = new Option<int>("--rssi") { Description = "Mean level of plain beacons, dBm, −100 to −20.", DefaultValueFactory = _ => -60 };
        var wedge = new Option<double?>("--wedge-after") { Description = "Seconds after which it answers but reports nothing." };
        var control = new Option<string?>("--control") { Description = "A FIFO (mkfifo) to take orders from instead of the standard input." };
        var seconds = new Option<double>("--seconds") { Description = "Length of the run, 1–86400; an hour unless given.", DefaultValueFactory = _ => 3600 };
        var command = new Command("radio", Description) { vhci, extended, address, scenario, receiver, seed, count, beacon, rate, rssi, wedge, control, seconds };
        command.SetAction((parsed, stop) => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    var length = RunOptions.Within("--seconds", parsed.GetValue(seconds), 1, 86_400);
                    var isExtended = parsed.GetValue(extended);
                    var plain = new BeaconEmissions(
                        RunOptions.Within("--rate", parsed.GetValue(rate), 0.01, 5000), (int)RunOptions.Within("--rssi", parsed.GetValue(rssi), -100, -20), isExtended);
                    var ids = BeaconEmissions.Numbered((int)RunOptions.Within("--beacons", parsed.GetValue(count), 0, 1000)).Concat(parsed.GetValue(beacon) ?? []).ToArray();
                    // Spread evenly over the time between two reports of one of them.
                    for (var i = 0; i < ids.Length; i++) plain.Begin(ids[i], TimeSpan.FromSeconds(i / (parsed.GetValue(rate) * ids.Length)));
                    var air = new List<IEmissions> { plain };
                    if (parsed.GetValue(scenario) is { } name) air.Add(Place(ScenarioFiles.Read(name), parsed.GetValue(receiver), isExtended, parsed.GetValue(seed), length));
                    var radio = new VirtualRadio(
                        parsed.GetValue(vhci)!, new(Address(parsed.GetValue(address)!), isExtended), air, plain, Console.Out, time);
                    Listen(parsed.GetValue(control), radio);
                    radio.Run(TimeSpan.FromSeconds(length), parsed.GetValue(wedge) is { } after ? TimeSpan.FromSeconds(after) : null, stop);
                    return 0;
                }
                catch (Exception fault) when (fault is ScenarioException or UsageException or FormatException)
                {
                    Console.Error.WriteLine(fault.Message);
                    return 2;
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
                {
                    Console.Error.WriteLine($"{parsed.GetValue(vhci)}: {fault.Message} (needed: root, and `modprobe hci_vhci`)");
                    return 1;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        return command;
    }

    private static ScenarioEmissions Place(Scenario scenario, string? receiver, bool extended, ulong seed, double seconds)
    {
        var receivers = scenario.Layout.Receivers;
        for (var i = 0; i < receivers.Count; i++)
            if (receiver is null || receivers[i].Id.Value == receiver) return new(scenario, i, extended, seed, seconds);
        throw new UsageException($"--receiver: {receiver} is not allowed; allowed: {string.Join(", ", receivers.Select(r => r.Id))}");
    }

    private static byte[] Address(string text)
    {
        if (text.Length != 12 || !text.All(char.IsAsciiHexDigit)) throw new UsageException($"--address: {text} is not allowed; allowed: 12 hex digits");
        var address = Convert.FromHexString(text);
        // As it is written, the highest byte comes first; on the wire it comes last.
        Array.Reverse(address);
        return address;
    }

    /// <summary>Reads orders for as long as there are any; the thread ends with the process.</summary>
    private static void Listen(string? fifo, VirtualRadio radio)
    {
        // Open for writing too, so that the end of one writer is not the end of the FIFO.
        var lines = fifo is null ? Console.In : new StreamReader(new FileStream(fifo, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0));
        var reader = new Thread(() =>
        {
            while (lines.ReadLine() is { } line) radio.Order(line);
        });
        reader.IsBackground = true;
        reader.Start();
    }
}

using System.CommandLine;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Commands;

/// <summary>Writes a run to files without anything running: the same scenario, seed and length give the same bytes.</summary>
internal static class RenderCommand
{
    public static Command Make()
    {
        var scenario = RunOptions.Scenario();
        var seed = RunOptions.Seed();
        var seconds = new Option<double>("--seconds") { Description = "Length of the run, 1–86400.", DefaultValueFactory = _ => 60 };
        var output = new Option<string>("--output", "-o") { Description = "Directory for {receiver}.btsnoop, truth.jsonl and enrolment.json.", Required = true };
        var command = new Command("render", "Writes the radio of a run as one btsnoop file per receiver, with the truth and the enrolment registry.") { scenario, seed, seconds, output };
        command.SetAction(parsed =>
        {
            try
            {
                var length = RunOptions.Within("--seconds", parsed.GetValue(seconds), 1, 86_400);
                var read = ScenarioFiles.Read(parsed.GetValue(scenario)!);
                var counts = Rendering.Write(read, parsed.GetValue(seed), length, parsed.GetValue(output)!);
                for (var i = 0; i < counts.Count; i++) Console.WriteLine($"{read.Layout.Receivers[i].Id,-16} {counts[i],8} frames");
                return 0;
            }
            catch (Exception fault) when (fault is ScenarioException or UsageException)
            {
                Console.Error.WriteLine(fault.Message);
                return 2;
            }
        });
        return command;
    }
}

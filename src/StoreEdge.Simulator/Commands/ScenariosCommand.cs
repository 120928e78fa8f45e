using System.CommandLine;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Commands;

/// <summary>Lists the scenarios that come with the program.</summary>
internal static class ScenariosCommand
{
    public static Command Make()
    {
        var command = new Command("scenarios", "Lists the scenarios that come with the program; other scenarios are given by path.");
        command.SetAction(_ =>
        {
            foreach (var name in ScenarioFiles.Names) Console.WriteLine($"{name,-14} {ScenarioFiles.Read(name).Description}");
            return 0;
        });
        return command;
    }
}

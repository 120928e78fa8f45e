using System.CommandLine;

namespace StoreEdge.Simulator.Commands;

/// <summary>Options that several commands share.</summary>
internal static class RunOptions
{
    public static Option<string> Scenario() => new("--scenario") { Description = "Name of a scenario that comes with the program, or a path.", DefaultValueFactory = _ => "default" };

    public static Option<ulong> Seed() => new("--seed") { Description = "The same seed gives the same people, the same radio.", DefaultValueFactory = _ => 1 };
}

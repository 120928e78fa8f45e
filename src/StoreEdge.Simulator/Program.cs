using System.CommandLine;
using StoreEdge.Simulator.Commands;

var time = TimeProvider.System;
var root = new RootCommand("Simulates a shop for the StoreEdge agent: radio, phones and the central journey service.")
{
    ScenariosCommand.Make(),
    RenderCommand.Make(),
    RunCommand.Make(time),
    ScoreCommand.Make(),
    OffersCommand.Make(),
    JourneyCommand.Make(time),
    RadioCommand.Make(time),
    FleetCommand.Make(time),
    AuthorityCommand.Make(time),
};

// After Ctrl-C a run still waits for the last acknowledgements and judges.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) }).ConfigureAwait(false);

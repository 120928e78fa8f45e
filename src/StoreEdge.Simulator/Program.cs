using System.CommandLine;
using StoreEdge.Simulator.Commands;

return await new RootCommand("Simulates a shop for the StoreEdge agent: radio, phones and the central journey service.")
{
    ScenariosCommand.Make(),
    RenderCommand.Make(),
    RunCommand.Make(TimeProvider.System),
    JourneyCommand.Make(TimeProvider.System),
}.Parse(args).InvokeAsync().ConfigureAwait(false);

using System.CommandLine;
using StoreEdge.Simulator.Commands;

return await new RootCommand("Simulates a shop for the StoreEdge agent: radio, phones and the central journey service.")
{
    ScenariosCommand.Make(),
    RenderCommand.Make(),
}.Parse(args).InvokeAsync().ConfigureAwait(false);

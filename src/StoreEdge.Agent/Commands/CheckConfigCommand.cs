using System.CommandLine;
using StoreEdge.Agent.Configuration;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge check-config</c>: says whether <c>run</c> would start with this configuration, and if not, everything that is wrong with it.</summary>
internal static class CheckConfigCommand
{
    public static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var command = new Command("check-config", "Check the configuration without starting anything. Exit code 0 when it is good, 2 with every error listed when it is not.");
        configuration.AddTo(command);
        command.SetAction(parsed =>
        {
            var layers = configuration.Read(parsed);
            try
            {
                var options = AgentOptionsReader.Read(layers);
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"The configuration is good: store {options.Store.Id}, {options.Receivers.Count} receivers, {options.Displays.Count} displays. Read from {string.Join(", ", layers.Sources)}.");
                return 0;
            }
            catch (ConfigurationException fault)
            {
                foreach (var error in fault.Errors) parsed.InvocationConfiguration.Error.WriteLine(error);
                return 2;
            }
        });
        return command;
    }
}

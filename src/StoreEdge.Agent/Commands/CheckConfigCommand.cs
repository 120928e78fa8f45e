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
            var (layers, unseen, fault) = configuration.ReadInForce(parsed);
            try
            {
                var options = AgentOptionsReader.Read(layers);
                if (fault is not null) throw fault;
                parsed.InvocationConfiguration.Output.WriteLine(
                    $"The configuration is good: store {options.Store.Id}, {options.Receivers.Count} receivers, {options.Displays.Count} displays. Read from {string.Join(", ", layers.Sources)}.");
                if (unseen is not null)
                    parsed.InvocationConfiguration.Output.WriteLine($"What a technician set on the store's page, and what central desires, lies in {unseen}, which this user may not read: run it with sudo to check that too.");
                return 0;
            }
            catch (ConfigurationException wrong)
            {
                foreach (var error in wrong.Errors) parsed.InvocationConfiguration.Error.WriteLine(error);
                return 2;
            }
        });
        return command;
    }
}

using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Device;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge factory-reset</c>: a device forgets its customers, or all it ever was.</summary>
internal static class FactoryResetCommand
{
    public static Command Create()
    {
        var forget = new Option<string>("--forget") { Description = "customers: journal, words, receipts, lists; the device stays who it is. everything: its key and certificate, pairings and offers too.", Required = true };
        forget.AcceptOnlyFromAmong("customers", "everything");
        var confirm = new Option<string?>("--confirm") { Description = "The store's id, for scripts; without it the question is asked.", HelpName = "ID" };
        var unsent = new Option<bool>("--lose-unsent") { Description = "Go on although central has not acknowledged everything yet." };
        var configuration = new ConfigurationArguments();
        var command = new Command("factory-reset", "Forget the customers of this store, and with --forget everything the device itself. Needs root and a stopped agent. Exit code 0: done, 1: not done, 2: the configuration is wrong.") { forget, confirm, unsent };
        configuration.AddTo(command);
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var options = AgentOptionsReader.Read(configuration.Read(parsed));
                if (!Directory.Exists(options.StateDirectory)) return Refuse(error, $"There is no {options.StateDirectory}: nothing is kept there.");
                var waiting = FactoryReset.Unsent(options.StateDirectory);
                if (waiting is not 0 && !parsed.GetValue(unsent))
                    return Refuse(error, (waiting is { } count ? $"Central has not acknowledged {count} events yet" : "The journal cannot be read, so nobody knows what central lacks")
                        + ": let the agent run until it has (storeedge doctor tells), or lose them with --lose-unsent.");
                var everything = parsed.GetRequiredValue(forget) == "everything";
                var store = options.Store.Id.Value;
                if (parsed.GetValue(confirm) is not { } word)
                {
                    output.Write($"{options.StateDirectory} of store {store} forgets {(everything ? "everything, its identity too" : "its customers")}. This cannot be taken back. Type the store's id to go on: ");
                    word = Console.In.ReadLine();
                }

                if (word?.Trim() != store) return Refuse(error, $"That is not {store}: nothing was done.");
                var runtime = Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 } own ? own.Split(':')[0] : "/run/storeedge";
                var removed = FactoryReset.Forget(options.StateDirectory, runtime, options.Enrolment.File, everything);
                foreach (var name in removed) output.WriteLine(name);
                output.WriteLine(everything
                    ? "The device has forgotten everything that it kept. What you wrote in /etc/storeedge stands; `apt-get purge storeedge` takes that too."
                    : "The device has forgotten its customers. It is still itself: start the agent, and it begins a new journal. Copies elsewhere (backups, recordings that were taken along) are yours to find.");
                output.WriteLine("Blocks that a card's controller has set aside are beyond any program: where that counts, `fstrim -a`, or destroy the card.");
                return 0;
            }
            catch (ConfigurationException fault)
            {
                foreach (var wrong in fault.Errors) error.WriteLine(wrong);
                return 2;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                return Refuse(error, fault is UnauthorizedAccessException ? $"{fault.Message} Run it with sudo." : fault.Message);
            }
        });
        return command;
    }

    private static int Refuse(TextWriter error, string why)
    {
        error.WriteLine(why);
        return 1;
    }
}

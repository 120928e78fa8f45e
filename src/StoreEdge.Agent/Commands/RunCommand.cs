using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge run</c>: the service itself.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var configuration = new ConfigurationArguments();
        var command = new Command("run", "Run the store until told to stop (Ctrl-C, SIGTERM). Exit code 2 when the configuration is wrong, 1 when a part failed for good.");
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                return await new StoreRuns(desired => configuration.Read(parsed, desired), TimeProvider.System).RunAsync(stop).ConfigureAwait(false);
            }
            catch (ConfigurationException fault)
            {
                foreach (var wrong in fault.Errors) await error.WriteLineAsync(wrong.ToString()).ConfigureAwait(false);
                return 2;
            }
            catch (JournalFault fault)
            {
                await error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 1;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                // A port that is taken, a directory that may not be written, a file of ours that was cut: for a person, not for a programmer.
                await error.WriteLineAsync($"The store cannot start: {fault.Message}").ConfigureAwait(false);
                return 1;
            }
        });
        return command;
    }
}

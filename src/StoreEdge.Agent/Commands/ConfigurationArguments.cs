using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Desired;

namespace StoreEdge.Agent.Commands;

/// <summary>The options of every command that reads the configuration.</summary>
internal sealed class ConfigurationArguments
{
    private readonly Option<string?> file = new("--config")
    {
        Description = $"The main configuration file; *.json in conf.d beside it follow in order. Default: {ConfigurationLayers.DefaultFile}",
        HelpName = "FILE",
    };

    private readonly Option<string[]> settings = new("--set")
    {
        Description = "One setting, stronger than files and environment, such as --set mqtt.port=8883. May be given again.",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Options.Add(file);
        command.Options.Add(settings);
    }

    /// <summary>Whether the command line names a configuration at all.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(file) is not null || parsed.GetValue(settings) is { Length: > 0 };

    /// <summary>The main file as the command line names it; null where it does not.</summary>
    public string? FileOf(ParseResult parsed) => parsed.GetValue(file);

    /// <summary>Reads all layers as the agent would at its next start: with what a technician set on the store's page and what central desires, where both are kept on this machine.</summary>
    public ConfigurationInForce ReadInForce(ParseResult parsed)
    {
        var own = Read(parsed);
        var directory = DoctorView.Of(Read(parsed)).StateDirectory;
        try
        {
            // What may not be seen looks as if it were not there.
            foreach (var _ in Directory.EnumerateFileSystemEntries(directory)) break;
            var layers = new DesiredDocuments(directory).LayersInForce();
            return new(layers.Count == 0 ? own : Read(parsed, layers), null, null);
        }
        catch (DirectoryNotFoundException)
        {
            return new(own, null, null);
        }
        catch (ConfigurationException fault)
        {
            return new(own, null, fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new(own, directory, null);
        }
    }

    /// <summary>Reads all layers.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="desired">What central desires beside.</param>
    public ConfigurationLayers Read(ParseResult parsed, IReadOnlyList<DesiredLayer>? desired = null) =>
        ConfigurationLayers.Read(parsed.GetValue(file), Environment.GetEnvironmentVariables(), parsed.GetValue(settings) ?? [], desired);
}

/// <summary>The configuration as the agent would read it.</summary>
/// <param name="Layers">All of it that could be read.</param>
/// <param name="Unseen">The state directory, where this user may not see what a technician and central have set; null where it could be seen.</param>
/// <param name="Fault">Why what they have set is left out; null where it is not.</param>
internal sealed record ConfigurationInForce(ConfigurationLayers Layers, string? Unseen, ConfigurationException? Fault);

using System.CommandLine;
using StoreEdge.Agent.Configuration;

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

    /// <summary>Reads all layers.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="desired">What central desires beside.</param>
    public ConfigurationLayers Read(ParseResult parsed, IReadOnlyList<DesiredLayer>? desired = null) =>
        ConfigurationLayers.Read(parsed.GetValue(file), Environment.GetEnvironmentVariables(), parsed.GetValue(settings) ?? [], desired);
}

using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Gate;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge ap</c>: this machine as the guests' access point.</summary>
internal static class AccessPointCommand
{
    public static Command Create() => new("ap", "This machine as the guests' access point: the files that hostapd, dnsmasq and the kernel need, from the store's configuration.") { RenderFiles() };

    private static Command RenderFiles()
    {
        var configuration = new ConfigurationArguments();
        var root = new Option<DirectoryInfo?>("--root") { Description = "Write each file to its place below this directory; / is the running system. Without it they are printed.", HelpName = "DIR" };
        var command = new Command("render", "Make hostapd.conf, dnsmasq's storeedge.conf and what belongs to them from the section accessPoint. Exit code 2: the configuration is wrong, or has no such section.") { root };
        configuration.AddTo(command);
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var options = AgentOptionsReader.Read(configuration.Read(parsed));
                if (options.AccessPoint is not { } accessPoint)
                {
                    error.WriteLine("The configuration has no section accessPoint: this machine is no access point.");
                    return 2;
                }

                foreach (var (place, text) in AccessPointFiles.Render(accessPoint, options.Portal.Site?.HostName, options.Gate))
                    if (parsed.GetValue(root) is { } directory) Write(Path.Join(directory.FullName, place), text, output);
                    else output.WriteLine($"==> {place}\n{text}");
                if (parsed.GetValue(root) is { } below && Path.Join(below.FullName, OptionsFile) is var file && !File.Exists(file)) Write(file, "", output);
                return 0;
            }
            catch (ConfigurationException fault)
            {
                foreach (var wrong in fault.Errors) error.WriteLine(wrong);
                return 2;
            }
        });
        return command;
    }

    /// <summary>dnsmasq does not start without it; the agent fills it (deploy/access-point/storeedge-dhcp.path).</summary>
    private const string OptionsFile = "/var/lib/misc/storeedge.dhcp-options";

    private static void Write(string file, string text, TextWriter output)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        output.WriteLine(file);
    }
}

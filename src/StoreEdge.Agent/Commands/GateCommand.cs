using System.CommandLine;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Gate;
using StoreEdge.Core;
using StoreEdge.Linux.Netlink;
using StoreEdge.Linux.Nftables;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge gate</c>: the guest gate by hand, for a technician. The running agent needs none of it: it puts the gate in place and keeps it there.</summary>
internal static class GateCommand
{
    public static Command Create(TimeProvider time) => new("gate", "The gate between the guests' Wi-Fi and the Internet, by hand: put it in place, look at it, take it away. Needs root.")
    {
        Up(time), Status(time), Down(time), Dnsmasq(),
    };

    private static Command Up(TimeProvider time)
    {
        var (configuration, json) = (new ConfigurationArguments(), Json());
        var command = new Command("up", "Put the gate in place as the configuration wants it; who is inside stays. Until the agent runs, nobody new gets in. Exit code 1: it is in place, but something is missing.") { json };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, configuration, options =>
        {
            using var table = new GateTable(options);
            var now = Instant.Now(time);
            table.Install(table.Read(now), now);
            return Print(parsed, parsed.GetValue(json), GateReport.Of(options, table, now));
        }));
        return command;
    }

    private static Command Status(TimeProvider time)
    {
        var (configuration, json) = (new ConfigurationArguments(), Json());
        var command = new Command("status", "Who is inside, by the numbers of their passages, and what another program changed. Exit code 1: something is wrong.") { json };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, configuration, options =>
        {
            using var table = new GateTable(options);
            return Print(parsed, parsed.GetValue(json), GateReport.Of(options, table, Instant.Now(time)));
        }));
        return command;
    }

    private static Command Down(TimeProvider time)
    {
        var (configuration, json) = (new ConfigurationArguments(), Json());
        var command = new Command("down", "Take the gate away: guests are no longer held back, nor let through (without the gate nothing hides their addresses from the Internet). A running agent puts it back.") { json };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, configuration, options =>
        {
            using var table = new GateTable(options);
            var now = Instant.Now(time);
            var inside = table.Read(now).Count;
            table.Remove();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) output.WriteLine(JsonSerializer.Serialize(GateReport.Of(options, table, now), GateReportJson.Default.GateReport));
            else
                output.WriteLine(
                    $"The gate is gone, and with it the passages of {inside} guests. Guests are no longer held back by this machine's rules, and nothing translates their addresses: "
                    + "whether they reach the Internet is up to whatever else stands in nftables. A running agent puts the gate back within a moment; stop it first to keep it away.");
            return 0;
        }));
        return command;
    }

    private static Command Dnsmasq()
    {
        var configuration = new ConfigurationArguments();
        var command = new Command("dnsmasq", "The lines that /etc/dnsmasq.d/storeedge.conf needs, so that names of gate.walledNames are reached before acceptance.");
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, configuration, options =>
        {
            foreach (var line in new GateRules(options).DnsmasqLines()) parsed.InvocationConfiguration.Output.WriteLine(line);
            return 0;
        }));
        return command;
    }

    private static Option<bool> Json() => new("--json") { Description = "For programs" };

    private static int Print(ParseResult parsed, bool json, GateReport report)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (json) output.WriteLine(JsonSerializer.Serialize(report, GateReportJson.Default.GateReport));
        else
            foreach (var line in report.Lines()) output.WriteLine(line);
        return report is { Present: true, Intact: not false, ForwardsIPv4: true } ? 0 : 1;
    }

    private static int Guard(ParseResult parsed, ConfigurationArguments configuration, Func<GateOptions, int> act)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            if (AgentOptionsReader.Read(configuration.Read(parsed)).Gate is { } options) return act(options);
            error.WriteLine("The configuration wants no gate of this machine's own: gate.mode is off.");
            return 2;
        }
        catch (ConfigurationException fault)
        {
            foreach (var wrong in fault.Errors) error.WriteLine(wrong);
            return 2;
        }
        catch (NftablesFault fault)
        {
            error.WriteLine($"{fault.Message}. {fault.Remedy}");
            return 2;
        }
        catch (NetlinkFault fault)
        {
            error.WriteLine(fault.Message);
            return 2;
        }
    }
}

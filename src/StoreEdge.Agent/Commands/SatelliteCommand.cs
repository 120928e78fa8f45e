using System.CommandLine;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Satellites;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge satellite</c>: a second device that listens for its store; and, on the store's machine, <c>pair</c>, <c>unpair</c> and <c>list</c>.</summary>
internal static class SatelliteCommand
{
    public static Command Create(TimeProvider time)
    {
        var file = new Option<string?>("--config") { Description = $"The satellite's configuration; *.json in satellite.d beside it follow in order. Default: {ConfigurationLayers.DefaultSatelliteFile}", HelpName = "FILE" };
        var settings = new Option<string[]>("--set") { Description = "One setting, stronger than files and environment. May be given again.", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var command = new Command("satellite", "Run as a satellite: send what this device's receivers hear of customers to the agent of the store. pair, unpair and list run on the store's machine.")
        {
            file, settings, Pair(time), Unpair(time), List(),
        };
        command.SetAction(async (parsed, stop) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                var layers = ConfigurationLayers.ReadForSatellite(parsed.GetValue(file), Environment.GetEnvironmentVariables(), parsed.GetValue(settings) ?? []);
                return await SatelliteHost.RunAsync(SatelliteOptionsReader.Read(layers), time, stop).ConfigureAwait(false);
            }
            catch (ConfigurationException fault)
            {
                foreach (var wrong in fault.Errors) await error.WriteLineAsync(wrong.ToString()).ConfigureAwait(false);
                return 2;
            }
            catch (CryptographicException fault)
            {
                await error.WriteLineAsync($"The pairing's certificate or key cannot be used: {fault.Message}. Pair this satellite again.").ConfigureAwait(false);
                return 2;
            }
        });
        return command;
    }

    private static Command Pair(TimeProvider time)
    {
        var (name, configuration) = (Name("What the satellite shall be called; as in receivers[].source, satellite:NAME/RECEIVER."), new ConfigurationArguments());
        var output = new Option<string>("--out") { Description = "The file to write, readable by you alone. A secret: take it to the satellite and delete it here.", HelpName = "FILE", Required = true };
        var store = new Option<string?>("--store") { Description = "Where the satellite finds this store. Default: this machine's first address, with the port of satellites.listen.", HelpName = "HOST:PORT" };
        store.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SatelliteOptionsReader.TrySplit(text, out _, out _)) result.AddError($"--store {text}: HOST:PORT is needed, such as 192.168.1.10:8483");
        });
        var command = new Command("pair", "Pair a satellite with this store, or pair it anew, which shuts its earlier pairing out. The running agent knows at once.") { name, output, store };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, () =>
        {
            var options = AgentOptionsReader.Read(configuration.Read(parsed));
            var called = parsed.GetValue(name)!;
            if (options.Satellites is not { } listen) return Fail(parsed, "This store lets no satellite connect yet: set satellites.listen, such as 0.0.0.0:8483, and restart the agent.");
            if ((parsed.GetValue(store) ?? AddressOf(listen)) is not { } address) return Fail(parsed, "This machine has no address in a network yet: say where the satellite finds it, with --store HOST:PORT.");
            using var own = SatelliteIdentity.OfStore(options.StateDirectory);
            var (certificate, key) = SatelliteIdentity.Create(called);
            using var theirs = X509Certificate2.CreateFromPem(certificate);
            // The file first: a pairing whose file could not be written would only have shut the earlier one out.
            var path = parsed.GetValue(output)!;
            if (Path.Exists(path)) return Fail(parsed, $"{path} exists already. Name another file, or remove it: an earlier pairing of {called} is shut out by a new one.");
            DurableFile.Replace(path, new PairingFile(called, address, SatelliteIdentity.FingerprintOf(own), certificate, key).Write());
            new Pairings(options.StateDirectory).Add(called, SatelliteIdentity.FingerprintOf(theirs), time.GetUtcNow());
            parsed.InvocationConfiguration.Output.WriteLine(
                $"Satellite {called} may connect to {address}. Take {path} to it (it is a secret), name it there as satellite.pairing, and start storeedge-satellite. Here, receivers[] takes satellite:{called}/RECEIVER.");
            return 0;
        }));
        return command;
    }

    private static Command Unpair(TimeProvider time)
    {
        var (name, configuration) = (Name("The satellite."), new ConfigurationArguments());
        var command = new Command("unpair", "Shut a satellite out. A running agent ends its connection within a second, and the satellite forgets what it was told.") { name };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, () =>
        {
            var pairings = new Pairings(AgentOptionsReader.Read(configuration.Read(parsed)).StateDirectory);
            if (!pairings.Remove(parsed.GetValue(name)!, time.GetUtcNow())) return Fail(parsed, $"No satellite {parsed.GetValue(name)} is paired; paired are: {Paired(pairings)}.");
            parsed.InvocationConfiguration.Output.WriteLine($"Satellite {parsed.GetValue(name)} is shut out.");
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var configuration = new ConfigurationArguments();
        var command = new Command("list", "The satellites that are paired with this store. Whether they are connected: storeedge doctor.");
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, () =>
        {
            foreach (var pairing in new Pairings(AgentOptionsReader.Read(configuration.Read(parsed)).StateDirectory).Read().Where(p => p.Ended is null))
                parsed.InvocationConfiguration.Output.WriteLine($"{pairing.Name}\tpaired {pairing.Since:u}\tcertificate {pairing.Fingerprint[..16]}…");
            return 0;
        }));
        return command;
    }

    private static string Paired(Pairings pairings) => string.Join(", ", pairings.Read().Where(p => p.Ended is null).Select(p => p.Name).DefaultIfEmpty("none"));

    private static Argument<string> Name(string description)
    {
        var name = new Argument<string>("NAME") { Description = description };
        name.Validators.Add(result =>
        {
            if (!NameRule.Holds(result.Tokens.Count > 0 ? result.Tokens[0].Value : "")) result.AddError($"a satellite's name is {NameRule.Allowed}");
        });
        return name;
    }

    private static string? AddressOf(IPEndPoint listen)
    {
        if (!IPAddress.Any.Equals(listen.Address) && !IPAddress.IPv6Any.Equals(listen.Address)) return listen.ToString();
        // One with a gateway leads to where the others of the store are.
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .OrderByDescending(i => i.GetIPProperties().GatewayAddresses.Count > 0)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses).FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address;
        return address is null ? null : new IPEndPoint(address, listen.Port).ToString();
    }

    private static int Fail(ParseResult parsed, string why)
    {
        parsed.InvocationConfiguration.Error.WriteLine(why);
        return 1;
    }

    private static int Guard(ParseResult parsed, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (ConfigurationException fault)
        {
            foreach (var wrong in fault.Errors) parsed.InvocationConfiguration.Error.WriteLine(wrong);
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            return Fail(parsed, fault is UnauthorizedAccessException ? $"{fault.Message} Run it with sudo." : fault.Message);
        }
    }
}

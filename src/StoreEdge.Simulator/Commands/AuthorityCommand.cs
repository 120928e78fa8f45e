using System.CommandLine;
using System.Security.Cryptography;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Authority;

namespace StoreEdge.Simulator.Commands;

/// <summary>The authority of a tenant, for trying: makes itself, issues one-time claims, answers devices' requests for certificates.</summary>
internal static class AuthorityCommand
{
    public static Command Make(TimeProvider time) =>
        new("authority", "A certificate authority for trying devices: made in a directory, issues one-time claims, answers requests for certificates over MQTT.") { New(time), Claim(time), Serve(time) };

    private static Command New(TimeProvider time)
    {
        var directory = In();
        var hosts = new Option<string[]>("--host") { Description = "Names and addresses of the broker, for its certificate; as often as needed.", DefaultValueFactory = _ => ["localhost", "127.0.0.1"] };
        var days = Days("How long the certificates of the broker and of central are good, in days.", 365);
        var command = new Command("make", "Make an authority: ca.pem, ca.key, and a pair each for the broker (broker.pem) and for whoever answers (central.pem, CN=central).") { directory, hosts, days };
        command.SetAction(parsed => Guarded(() =>
        {
            CertificateAuthority.Make(parsed.GetRequiredValue(directory), parsed.GetRequiredValue(hosts), Life(parsed.GetValue(days)), time);
            Console.WriteLine($"Made in {parsed.GetRequiredValue(directory)}: ca.pem for everybody, broker.pem and broker.key for the broker, central.pem and central.key for `authority serve`.");
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Claim(TimeProvider time)
    {
        var directory = In();
        var store = new Option<string>("--store") { Description = "The store's id.", Required = true, HelpName = "ID" };
        var valid = new Option<string>("--valid") { Description = "How long the claim is good, with its unit.", DefaultValueFactory = _ => "24h" };
        var command = new Command("claim", "Issue a one-time claim for a device of a store and print its code, once. It may be issued while `authority serve` runs.") { directory, store, valid };
        command.SetAction(parsed => Guarded(() =>
        {
            var id = parsed.GetRequiredValue(store);
            if (!NameRule.Holds(id)) throw new UsageException($"--store: {id} is not allowed; allowed: {NameRule.Allowed}");
            // Brokers take the CN for the login: that of whoever answers is nobody else's.
            if (id is CertificateAuthority.CentralName or CertificateAuthority.BrokerName) throw new UsageException($"--store: {id} is the name of a part of the authority itself");
            using (CertificateAuthority.Open(parsed.GetRequiredValue(directory), time)) Console.WriteLine(new ClaimBook(parsed.GetRequiredValue(directory), time).Issue(id, RunOptions.Span("--valid", parsed.GetRequiredValue(valid))).Text);
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Serve(TimeProvider time)
    {
        var directory = In();
        var mqtt = RunOptions.Mqtt();
        var tls = new Option<bool>("--tls") { Description = "Connect with TLS, as CN=central with central.pem of the directory." };
        var days = Days("How long a device's certificate is good, in days.", 90);
        var command = new Command("serve", "Answer requests for certificates at a broker: by claim, and for successors. Ctrl-C ends.") { directory, mqtt, tls, days };
        command.SetAction((parsed, stop) => Guarded(async () =>
        {
            var place = parsed.GetRequiredValue(directory);
            var (host, port) = RunOptions.HostAndPort(parsed.GetValue(mqtt)!);
            using var authority = CertificateAuthority.Open(place, time);
            var options = new MosquittoOptions("authority", host, port)
            {
                Tls = parsed.GetValue(tls) ? new(Path.Combine(place, CertificateAuthority.CertificateName), Path.Combine(place, "central.pem"), Path.Combine(place, "central.key")) : null,
            };
            await new RegistrarLoop(options, new(authority, new(place, time), Life(parsed.GetValue(days)), time), time, Console.WriteLine).RunAsync(stop).ConfigureAwait(false);
        }));
        return command;
    }

    private static Option<string> In() => new("--directory") { Description = "Where the authority lies.", Required = true, HelpName = "DIR" };

    private static Option<double> Days(string description, double fallback) => new("--days") { Description = description, DefaultValueFactory = _ => fallback };

    /// <summary>From some seconds, to see a renewal, to ten years.</summary>
    private static TimeSpan Life(double days) => TimeSpan.FromDays(RunOptions.Within("--days", days, 0.0001, 3650));

    private static async Task<int> Guarded(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return 0;
        }
        catch (UsageException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or CryptographicException or NotSupportedException or MqttFailureException)
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 1;
        }
    }
}

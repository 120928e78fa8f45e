using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge enroll</c>: the device's key is made and stays; a request goes out, a certificate comes in.</summary>
internal static class EnrollCommand
{
    public static Command Create(TimeProvider time)
    {
        var certificate = new Option<FileInfo?>("--certificate") { Description = "What the authority gave for the request: PEM, this device's certificate first, intermediate ones after it. It is tried at the broker, and in force within seconds; what was in force stays where the broker does not take it.", HelpName = "FILE" };
        var device = new Option<string>("--device") { Description = "What this machine is called in the request (OU).", DefaultValueFactory = _ => Environment.MachineName, HelpName = "NAME" };
        var configuration = new ConfigurationArguments();
        var command = new Command("enroll", "Make this device's key, which never leaves it, and print the request for its certificate (PKCS#10); with --certificate, take what came back. Exit code 0: done, 1: not taken, 2: the configuration is wrong.") { certificate, device };
        configuration.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var options = AgentOptionsReader.Read(configuration.Read(parsed));
                var identity = new DeviceIdentity(options.StateDirectory);
                if (parsed.GetValue(certificate) is not { } file)
                {
                    output.Write(identity.Request(options.Store.Id, parsed.GetRequiredValue(device)));
                    error.WriteLine($"Have this signed, then: storeedge enroll --certificate FILE. The key stays in {identity.RequestKeyFile}.");
                    return 0;
                }

                // A machine that does not know the time cannot say that a certificate is over.
                DateTimeOffset? now = KernelClock.IsSynchronized() ? time.GetUtcNow() : null;
                var isRenewal = File.Exists(identity.File);
                var until = await identity.TakeAsync(await File.ReadAllTextAsync(file.FullName, stop), options.Store.Id, now, async pair =>
                {
                    if (options.Broker is not { } broker) return true;
                    if (await RefusalAsync(options.Store.Id.Value, broker, pair, time, stop) is not { } refusal) return true;
                    error.WriteLine($"The broker was tried with it: {refusal}");
                    return !isRenewal;
                });
                if (until is null)
                {
                    error.WriteLine("What is in force stays in force. Once the broker can be reached and takes it, run this again.");
                    return 1;
                }

                output.WriteLine($"The certificate is in force until {until:u}.");
                if (options.Broker?.Tls is not { } tls || tls.CertificateFile != identity.File || tls.KeyFile != identity.File)
                    output.WriteLine($"The configuration does not name it yet: \"mqtt\": {{ \"certificateFile\": \"{identity.File}\", \"keyFile\": \"{identity.File}\" }}");
                return 0;
            }
            catch (ConfigurationException fault)
            {
                foreach (var wrong in fault.Errors) error.WriteLine(wrong);
                return 2;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                error.WriteLine(fault is UnauthorizedAccessException ? $"{fault.Message} Run it with sudo." : fault.Message);
                return 1;
            }
        });
        return command;
    }

    /// <summary>Why the broker does not let a certificate in; null where it does. As a client of its own, so that the agent's connection stays.</summary>
    private static async Task<string?> RefusalAsync(string store, BrokerOptions broker, string pair, TimeProvider time, CancellationToken stop)
    {
        var password = broker.PasswordFile is { } secret ? (await File.ReadAllTextAsync(secret, stop)).Split('\n')[0].TrimEnd('\r') : null;
        await using var client = new MosquittoClient(
            new($"{store}-enroll", broker.Host, broker.Port)
            {
                Protocol = broker.Protocol, CleanStart = true, SessionExpiry = TimeSpan.Zero, ConnectTimeout = broker.ConnectTimeout, Username = broker.Username, Password = password,
                Tls = new(broker.Tls?.AuthorityFile, pair, pair),
            },
            _ => { }, time);
        try
        {
            await client.ConnectAsync(stop);
            return null;
        }
        catch (MqttFailureException refused)
        {
            return refused.Failure.Detail;
        }
    }
}

using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Core.Claims;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge enroll</c>: the device's key is made and stays; a request goes out, a certificate comes in, by hand or by a one-time claim.</summary>
internal static class EnrollCommand
{
    /// <summary>Longer nobody stands before a terminal that says nothing new.</summary>
    private const int LongestWait = 3600;

    public static Command Create(TimeProvider time)
    {
        var certificate = new Option<FileInfo?>("--certificate") { Description = "What the authority gave for the request: PEM, this device's certificate first, intermediate ones after it. It is tried at the broker, and in force within seconds; what was in force stays where the broker does not take it.", HelpName = "FILE" };
        var code = new Option<string?>("--claim") { Description = "A one-time claim from whoever runs central: the request goes over MQTT (mqtt.claimPort), and the certificate comes back. Everybody on this machine sees the code in the list of processes while it runs, and it stays in the shell's history: see --claim-file.", HelpName = "CODE" };
        var codeFile = new Option<string?>("--claim-file") { Description = "The same from the first line of a file, or with - from the standard input.", HelpName = "FILE" };
        var wait = new Option<int>("--wait") { Description = "How many seconds a claim's answer is waited for, 1–3600.", DefaultValueFactory = _ => 120, HelpName = "SECONDS" };
        var device = new Option<string>("--device") { Description = "What this machine is called in the request (OU).", DefaultValueFactory = _ => Environment.MachineName, HelpName = "NAME" };
        var configuration = new ConfigurationArguments();
        var command = new Command("enroll", "Make this device's key, which never leaves it, and print the request for its certificate (PKCS#10); with --certificate, take what came back; with --claim, ask over MQTT and take it. Exit code 0: done, 1: not taken, 2: the configuration or the claim is wrong.") { certificate, code, codeFile, wait, device };
        configuration.AddTo(command);
        wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > LongestWait) result.AddError("--wait: allowed: 1–3600");
        });
        command.Validators.Add(result =>
        {
            if (new Option[] { certificate, code, codeFile }.Count(o => result.GetResult(o) is not null) > 1) result.AddError("--certificate, --claim and --claim-file exclude each other.");
        });
        command.SetAction(async (parsed, stop) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var options = AgentOptionsReader.Read(configuration.Read(parsed));
                var identity = new DeviceIdentity(options.StateDirectory);
                var clock = new TrustedClock(time, KernelClock.IsSynchronized, BuildTime.Value, options.StateDirectory, KernelClock.ReadBootId());
                var trial = new CertificateTrial(options.Store.Id.Value, options.Broker, new(() => clock.ForVerification, () => clock.IsSynchronized), time);
                string pem;
                if ((parsed.GetValue(code) ?? (parsed.GetValue(codeFile) is { } name ? await FirstLineAsync(name, stop) : null)) is { } typed)
                {
                    if (!ClaimCode.TryParse(typed, out var claim, out var why))
                    {
                        error.WriteLine($"This is no claim: {why}.");
                        return 2;
                    }

                    if (options.Broker is not { } broker)
                    {
                        error.WriteLine("The configuration has no section 'mqtt': there is no broker to ask at.");
                        return 2;
                    }

                    var outcome = await new CertificateDialogue(trial.Claiming, options.Store.Id.Value, claim, time, error.WriteLine)
                        .AskAsync(identity.Request(options.Store.Id, parsed.GetRequiredValue(device)), TimeSpan.FromSeconds(parsed.GetValue(wait)), stop);
                    if (outcome.Certificate is not { } answer)
                    {
                        if (outcome.Why is { } reason) error.WriteLine(reason);
                        if (outcome.Failure is { } failure) error.WriteLine(LinkAdvice.NextAction(failure.Kind, broker with { Port = broker.ClaimPort ?? broker.Port }));
                        error.WriteLine("No certificate was taken. The device's key stays, so the same claim may be tried again as long as it has not expired.");
                        return 1;
                    }

                    pem = answer;
                }
                else if (parsed.GetValue(certificate) is { } file)
                {
                    pem = await File.ReadAllTextAsync(file.FullName, stop);
                }
                else
                {
                    output.Write(identity.Request(options.Store.Id, parsed.GetRequiredValue(device)));
                    error.WriteLine($"Have this signed, then: storeedge enroll --certificate FILE. The key stays in {identity.RequestKeyFile}.");
                    return 0;
                }

                return await TakeAsync(pem, options, identity, trial, time, output, error, stop);
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

    private static async Task<int> TakeAsync(string pem, AgentOptions options, DeviceIdentity identity, CertificateTrial trial, TimeProvider time, TextWriter output, TextWriter error, CancellationToken stop)
    {
        // A machine that does not know the time cannot say that a certificate is over.
        DateTimeOffset? now = KernelClock.IsSynchronized() ? time.GetUtcNow() : null;
        var isRenewal = File.Exists(identity.File);
        var until = await identity.TakeAsync(pem, options.Store.Id, now, async pair =>
        {
            if (await trial.RefusalAsync(pair, "enroll", stop) is not { } refusal) return true;
            error.WriteLine($"The broker was tried with it: {refusal.Detail}");
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

    private static async Task<string> FirstLineAsync(string name, CancellationToken stop)
    {
        using var reader = name == "-" ? new StreamReader(Console.OpenStandardInput()) : new StreamReader(name);
        return await reader.ReadLineAsync(stop) ?? "";
    }
}

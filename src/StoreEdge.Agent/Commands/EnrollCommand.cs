using System.CommandLine;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge enroll</c>: the device's key is made and stays; a request goes out, a certificate comes in.</summary>
internal static class EnrollCommand
{
    public static Command Create(TimeProvider time)
    {
        var certificate = new Option<FileInfo?>("--certificate") { Description = "What the authority gave for the request: PEM, this device's certificate first, intermediate ones after it. It is in force within seconds.", HelpName = "FILE" };
        var device = new Option<string>("--device") { Description = "What this machine is called in the request (OU).", DefaultValueFactory = _ => Environment.MachineName, HelpName = "NAME" };
        var configuration = new ConfigurationArguments();
        var command = new Command("enroll", "Make this device's key, which never leaves it, and print the request for its certificate (PKCS#10); with --certificate, take what came back. Exit code 0: done, 1: not taken, 2: the configuration is wrong.") { certificate, device };
        configuration.AddTo(command);
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var options = AgentOptionsReader.Read(configuration.Read(parsed));
                var identity = new DeviceIdentity(options.StateDirectory);
                if (parsed.GetValue(certificate) is not { } file)
                {
                    output.Write(identity.Request(options.Store.Id, parsed.GetRequiredValue(device)));
                    error.WriteLine($"Have this signed, then: storeedge enroll --certificate FILE. The key stays in {identity.KeyFile}.");
                    return 0;
                }

                // A machine that does not know the time cannot say that a certificate is over.
                var until = identity.Take(File.ReadAllText(file.FullName), options.Store.Id, KernelClock.IsSynchronized() ? time.GetUtcNow() : null);
                output.WriteLine($"The certificate is in force until {until:u}.");
                if (options.Broker?.Tls is not { } tls || tls.CertificateFile != identity.CertificateFile || tls.KeyFile != identity.KeyFile)
                    output.WriteLine($"The configuration does not name it yet: \"mqtt\": {{ \"certificateFile\": \"{identity.CertificateFile}\", \"keyFile\": \"{identity.KeyFile}\" }}");
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
}

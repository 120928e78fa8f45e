using System.CommandLine;
using System.Globalization;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge technician</c>: who may act on the technician's page. <c>pin</c> chooses the PIN, <c>code</c> prints a code that is good once.</summary>
internal static class TechnicianCommand
{
    public static Command Create(TimeProvider time) => new("technician", "Who may act on the technician's page.") { Pin(), Code(time) };

    private static Command Pin()
    {
        var configuration = new ConfigurationArguments();
        var file = new Option<string?>("--file") { Description = "Where to keep it, readable by you alone. Default: technician.pinFile of the configuration.", HelpName = "FILE" };
        var command = new Command("pin", "Choose the technician's PIN or password: asked for twice, or one line of standard input. Only a salted, stretched hash is kept. Restart the service afterwards.") { file };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, () =>
        {
            var path = parsed.GetValue(file) ?? AgentOptionsReader.Read(configuration.Read(parsed)).Technician.PinFile;
            if (path is null) return Fail(parsed, "Say where to keep it: --file FILE, or technician.pinFile in the configuration.");
            if (Ask() is not { } pin) return Fail(parsed, "The two are not the same. Nothing was kept.");
            if (PinHash.FaultOf(pin) is { } fault) return Fail(parsed, $"Not this one: {fault}. Nothing was kept.");
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            DurableFile.Replace(path, System.Text.Encoding.ASCII.GetBytes(PinHash.Of(pin) + "\n"));
            parsed.InvocationConfiguration.Output.WriteLine($"Kept in {path}. Restart the service: systemctl restart storeedge");
            return 0;
        }));
        return command;
    }

    private static Command Code(TimeProvider time)
    {
        var configuration = new ConfigurationArguments();
        var minutes = new Option<int>("--minutes") { Description = "How long it is good, 1 to 60.", DefaultValueFactory = _ => 10 };
        minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 60) result.AddError("--minutes: 1 to 60");
        });
        var command = new Command("code", "Print a code that opens the technician's page once, from any device in its networks, whoever guesses meanwhile. The running agent knows at once; an earlier code is none any more.") { minutes };
        configuration.AddTo(command);
        command.SetAction(parsed => Guard(parsed, () =>
        {
            var options = AgentOptionsReader.Read(configuration.Read(parsed));
            if (options.Technician.PinFile is null) return Fail(parsed, "The technician's page changes nothing yet: storeedge technician pin --file FILE, name the file in technician.pinFile, restart.");
            var lasts = parsed.GetValue(minutes);
            var code = new OneTimeCode(options.StateDirectory, KernelClock.ReadBootId(), time).Draw(TimeSpan.FromMinutes(lasts));
            FileOwner.SameAs(options.StateDirectory, Path.Combine(options.StateDirectory, OneTimeCode.FileName));
            parsed.InvocationConfiguration.Output.WriteLine(code);
            parsed.InvocationConfiguration.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Good once, for {lasts} min, at http://{options.Http}/technician"));
            return 0;
        }));
        return command;
    }

    /// <summary>The new PIN; null where somebody mistyped it.</summary>
    private static string? Ask()
    {
        if (Console.IsInputRedirected) return Console.In.ReadLine() ?? "";
        var first = Unseen("New PIN or password: ");
        return first == Unseen("Once more: ") ? first : null;
    }

    /// <summary>What is typed does not stand on the screen.</summary>
    private static string Unseen(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        Console.Error.WriteLine();
        return typed.ToString();
    }

    private static int Guard(ParseResult parsed, Func<int> act)
    {
        try
        {
            return act();
        }
        catch (ConfigurationException fault)
        {
            foreach (var wrong in fault.Errors) parsed.InvocationConfiguration.Error.WriteLine(wrong.ToString());
            return 2;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Fail(parsed, fault.Message);
        }
    }

    private static int Fail(ParseResult parsed, string why)
    {
        parsed.InvocationConfiguration.Error.WriteLine(why);
        return 1;
    }
}

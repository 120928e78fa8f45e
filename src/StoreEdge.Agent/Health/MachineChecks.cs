using System.Globalization;
using System.Runtime.InteropServices;

namespace StoreEdge.Agent.Health;

/// <summary>What can be told about the machine itself, from the files the kernel shows. Usable while no other part of the agent runs.</summary>
/// <param name="stateDirectory">Where the journal lies.</param>
/// <param name="root">The root of the file tree; another one in tests.</param>
/// <param name="clockSynchronised">What the kernel's clock discipline says; null where it cannot be told.</param>
/// <param name="space">Free and total bytes of the disk that holds a directory; another one in tests.</param>
/// <param name="clockAtLeast">What time it is at least (UTC), whatever the clock shows; null where nobody has counted.</param>
/// <param name="latch">Remembers a weak supply; null where nobody does.</param>
/// <param name="clockError">By how much the kernel says that its clock may be wrong; null where it does not.</param>
internal sealed class MachineChecks(
    string stateDirectory, string root = "/", Func<bool?>? clockSynchronised = null, Func<string, (long Free, long Size)>? space = null,
    Func<DateTimeOffset>? clockAtLeast = null, VoltageLatch? latch = null, Func<TimeSpan?>? clockError = null)
{
    /// <summary>Below this the journal's retention sweep can no longer make room for a day of a busy store.</summary>
    private const long FullBytes = 100_000_000;

    /// <summary>Below this somebody should look within days.</summary>
    private const long LowBytes = 1_000_000_000;

    /// <summary>The Raspberry Pi slows its processor from 80 °C (and stops at 85 °C).</summary>
    private const double HotCelsius = 80;

    /// <summary>All of them.</summary>
    public IReadOnlyList<HealthCheck> Look() => [Disk(), .. new DiskChecks(stateDirectory, root).Look(), Clock(), ClockSource(), Library(), Temperature(), Voltage()];

    /// <summary>Notices what passes between two looks; to be called every second or so. Costs nothing where there is no sensor.</summary>
    public void Sample()
    {
        if (latch is not null && Alarms().Any(v => v != 0)) latch.Close();
    }

    /// <summary>Free space where the journal lies.</summary>
    public HealthCheck Disk()
    {
        var title = new Phrase("Disk space", "Espaço em disco");
        var action = new Phrase("Remove files that do not belong here, or lower journal.keepFor and journal.keepAtMost.", "Remova arquivos alheios ou reduza journal.keepFor e journal.keepAtMost.");
        if (!Directory.Exists(stateDirectory))
        {
            return new("disk", title, CheckVerdict.Fail,
                new($"{stateDirectory} does not exist.", $"{stateDirectory} não existe."),
                new("Start the service once (systemd makes the directory), or create it for the service's user.",
                    "Inicie o serviço uma vez (o systemd cria o diretório) ou crie-o para o usuário do serviço."));
        }

        var (free, size) = (space ?? SpaceOf)(stateDirectory);
        var evidence = new Phrase(
            $"{Spans.OfBytes(free)} free of {Spans.OfBytes(size)} at {stateDirectory}.", $"{Spans.OfBytes(free)} livres de {Spans.OfBytes(size)} em {stateDirectory}.");
        var verdict = free < FullBytes ? CheckVerdict.Fail : free < LowBytes ? CheckVerdict.Warn : CheckVerdict.Pass;
        return new("disk", title, verdict, evidence, verdict == CheckVerdict.Pass ? Phrase.None : action);
    }

    /// <summary>Whether the wall clock can be trusted. Presence does not need it; event times, certificates and opening hours do.</summary>
    public HealthCheck Clock()
    {
        var title = new Phrase("Clock", "Relógio");
        // systemd-timesyncd touches this file after its first successful exchange with a time server in this boot.
        if (File.Exists(Path.Combine(root, "run/systemd/timesync/synchronized")))
            return HealthCheck.Pass("clock", title, new("Synchronised by systemd-timesyncd.", "Sincronizado pelo systemd-timesyncd."));
        return clockSynchronised?.Invoke() switch
        {
            true => HealthCheck.Pass("clock", title, new($"The kernel reports a synchronised clock{Error("wrong by at most")}.", $"O kernel informa relógio sincronizado{Error("com erro de no máximo")}.")),
            false => new("clock", title, CheckVerdict.Warn,
                new("The kernel reports that no time server disciplines the clock." + AtLeast("It is {0} UTC or later."),
                    "O kernel informa que nenhum servidor de hora ajusta o relógio." + AtLeast("São {0} UTC ou mais.")),
                new("Check the network and `timedatectl status`; open UDP 123 to a time server.", "Verifique a rede e `timedatectl status`; libere UDP 123 até um servidor de hora.")),
            null => new("clock", title, CheckVerdict.Unknown,
                new("This system does not say whether its clock is synchronised.", "Este sistema não informa se o relógio está sincronizado."),
                new("Compare with a phone; install systemd-timesyncd or chrony.", "Compare com um celular; instale systemd-timesyncd ou chrony.")),
        };
    }

    private string Error(string words) => clockError?.Invoke() is { } most ? string.Create(CultureInfo.InvariantCulture, $", {words} {Math.Ceiling(most.TotalMilliseconds):0} ms") : "";

    /// <summary>What the time comes from while the machine runs, and whether it goes on while the machine is off.</summary>
    public HealthCheck ClockSource()
    {
        var title = new Phrase("Clock source", "Fonte do relógio");
        var counter = ReadText("sys/devices/system/clocksource/clocksource0/current_clocksource") ?? "?";
        var battery = ReadText("sys/class/rtc/rtc0/name");
        return HealthCheck.Pass("clock-source", title, battery is null
            ? new($"{counter}; no battery-backed clock: after a power cut the time is unknown until a time server answers.", $"{counter}; sem relógio com bateria: após uma queda de energia a hora é desconhecida até um servidor de hora responder.")
            : new($"{counter}; battery-backed clock {battery}.", $"{counter}; relógio com bateria {battery}."));
    }

    private string? ReadText(string path)
    {
        var file = Path.Combine(root, path);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    private string AtLeast(string words) => clockAtLeast is null ? "" : " " + words.Replace("{0}", clockAtLeast().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Whether the MQTT library is installed.</summary>
    public static HealthCheck Library()
    {
        var title = new Phrase("MQTT library", "Biblioteca MQTT");
        if (NativeLibrary.TryLoad("libmosquitto.so.1", out _)) return HealthCheck.Pass("libmosquitto", title, Phrase.Same("libmosquitto.so.1"));
        return new("libmosquitto", title, CheckVerdict.Fail,
            new("libmosquitto.so.1 cannot be loaded.", "libmosquitto.so.1 não pôde ser carregada."),
            new("sudo apt-get install libmosquitto1, then restart the service.", "sudo apt-get install libmosquitto1 e reinicie o serviço."));
    }

    /// <summary>The hottest thermal zone.</summary>
    public HealthCheck Temperature()
    {
        var title = new Phrase("Temperature", "Temperatura");
        var hottest = Files("sys/class/thermal", "thermal_zone*", "temp").Select(ReadNumber).Where(v => v is not null).DefaultIfEmpty(null).Max();
        if (hottest is not { } milli) return HealthCheck.NotApplicable("temperature", title, new("No sensor here.", "Sem sensor aqui."));
        var celsius = milli / 1000.0;
        var evidence = Phrase.Same(string.Create(CultureInfo.InvariantCulture, $"{celsius:0} °C"));
        return celsius < HotCelsius
            ? HealthCheck.Pass("temperature", title, evidence)
            : new("temperature", title, CheckVerdict.Warn, evidence,
                new("Give it air or a heat sink; it slows down from 80 °C.", "Ventile ou instale dissipador; o processador reduz a velocidade a partir de 80 °C."));
    }

    /// <summary>The Raspberry Pi's under-voltage alarm.</summary>
    public HealthCheck Voltage()
    {
        var title = new Phrase("Supply voltage", "Tensão de alimentação");
        var alarms = Alarms();
        if (alarms.Count == 0) return HealthCheck.NotApplicable("under-voltage", title, new("No sensor here.", "Sem sensor aqui."));
        var action = new Phrase("Use the board's own power supply and a short, thick cable.", "Use a fonte original da placa e um cabo curto e grosso.");
        if (alarms.Any(v => v != 0)) return new("under-voltage", title, CheckVerdict.Warn, new("The board reports under-voltage.", "A placa informa subtensão."), action);
        if (latch?.Seen is not { } at) return HealthCheck.Pass("under-voltage", title, new("No under-voltage in this boot.", "Sem subtensão desde o boot."));
        var when = at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new("under-voltage", title, CheckVerdict.Warn, new($"The board has reported under-voltage in this boot, first at {when} UTC.", $"A placa informou subtensão desde o boot, a primeira vez às {when} UTC."), action);
    }

    private List<long> Alarms() => [.. Files("sys/class/hwmon", "hwmon*", "in0_lcrit_alarm").Select(ReadNumber).OfType<long>()];

    private static (long Free, long Size) SpaceOf(string directory)
    {
        var drive = new DriveInfo(directory);
        return (drive.AvailableFreeSpace, drive.TotalSize);
    }

    private IEnumerable<string> Files(string directory, string pattern, string file)
    {
        var full = Path.Combine(root, directory);
        return Directory.Exists(full) ? Directory.GetDirectories(full, pattern).Select(d => Path.Combine(d, file)).Where(File.Exists) : [];
    }

    private static long? ReadNumber(string path)
    {
        try
        {
            return long.TryParse(File.ReadAllText(path).AsSpan().Trim(), CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        catch (IOException)
        {
            return null; // A sensor that is switched off answers a read with EIO or ENODATA.
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}

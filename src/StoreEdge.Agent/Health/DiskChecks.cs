using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>Whether the disk of the state directory takes writes, and for how long it still will.</summary>
/// <param name="stateDirectory">Where the journal lies.</param>
/// <param name="root">The root of the file tree; another one in tests.</param>
internal sealed class DiskChecks(string stateDirectory, string root)
{
    /// <summary>What the kernel counts a block device's traffic in, whatever its own sectors are.</summary>
    private const long SectorBytes = 512;

    /// <summary>How often all of a cheap card can be written before it fails; makers of consumer cards promise no more than this, and mostly nothing.</summary>
    private const double WritesOfACard = 500;

    /// <summary>Below this somebody should look at what writes so much.</summary>
    private const double FewYears = 2;

    /// <summary>JEDEC 84-B50: the life that is used, in steps of 10 %; 9 is 80–90 %, 11 beyond the estimate.</summary>
    private const int LifeLow = 9, LifeOver = 11;

    /// <summary>JEDEC 84-B50, <c>pre_eol_info</c>: 2 is 80 % of the reserved blocks used, 3 is 90 %.</summary>
    private const int ReserveLow = 2, ReserveOver = 3;

    /// <summary>A day is not told from less than an hour.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromHours(1);

    /// <summary>Both.</summary>
    public IReadOnlyList<HealthCheck> Look()
    {
        var mount = Mount.Of(Path.GetFullPath(stateDirectory), root);
        return [Writable(mount), Wear(mount)];
    }

    private static HealthCheck Writable(Mount? mount)
    {
        var title = new Phrase("File system", "Sistema de arquivos");
        if (mount is null) return new("disk-writable", title, CheckVerdict.Unknown, new("The kernel does not list what is mounted.", "O kernel não lista o que está montado."), Phrase.None);
        return mount.IsReadOnly
            ? new("disk-writable", title, CheckVerdict.Fail,
                new($"{mount.Point} ({mount.Kind} on {mount.Source}) is mounted read-only.", $"{mount.Point} ({mount.Kind} em {mount.Source}) está montado somente para leitura."),
                new($"See why (dmesg): after errors the kernel stops writing. If the card is sound, sudo mount -o remount,rw {mount.Point}; else replace it. Do not switch the machine off before.",
                    $"Veja o motivo (dmesg): após erros o kernel para de gravar. Se o cartão estiver bom, sudo mount -o remount,rw {mount.Point}; senão, troque-o. Não desligue a máquina antes."))
            : HealthCheck.Pass("disk-writable", title, new($"{mount.Point} ({mount.Kind} on {mount.Source}) takes writes.", $"{mount.Point} ({mount.Kind} em {mount.Source}) aceita gravação."));
    }

    private HealthCheck Wear(Mount? mount)
    {
        var title = new Phrase("Wear of the disk", "Desgaste do disco");
        if (mount is null || DeviceOf(mount.Device) is not { } device) return HealthCheck.NotApplicable("disk-wear", title, new("No block device of this machine.", "Nenhum dispositivo de bloco desta máquina."));
        var (written, perDay) = Written(device);
        var (en, pt) = (
            perDay is { } day ? $" {Spans.OfBytes(written)} written since the boot, {Spans.OfBytes(day)} a day." : $" {Spans.OfBytes(written)} written since the boot.",
            perDay is { } dia ? $" {Spans.OfBytes(written)} gravados desde o boot, {Spans.OfBytes(dia)} por dia." : $" {Spans.OfBytes(written)} gravados desde o boot.");
        var replace = new Phrase("Plan to replace the card or the module, and copy /var/lib/storeedge while it can still be read.", "Planeje trocar o cartão ou o módulo e copie /var/lib/storeedge enquanto ainda pode ser lido.");
        if (Life(device) is { } life)
        {
            var evidence = new Phrase($"eMMC: {Used(life.Used, "used")}.{en}", $"eMMC: {Used(life.Used, "usado")}.{pt}");
            var verdict = life.Used >= LifeOver || life.Reserve >= ReserveOver ? CheckVerdict.Fail : life.Used >= LifeLow || life.Reserve >= ReserveLow ? CheckVerdict.Warn : CheckVerdict.Pass;
            return new("disk-wear", title, verdict, evidence, verdict == CheckVerdict.Pass ? Phrase.None : replace);
        }

        var name = Path.GetFileName(device);
        var isCard = name.StartsWith("mmcblk", StringComparison.Ordinal);
        if (!isCard || perDay is not { } each || each == 0 || ReadLong(Path.Combine(device, "size")) is not { } sectors)
            return HealthCheck.Pass("disk-wear", title, new($"{name} tells nothing of its life.{en}", $"{name} não informa sua vida útil.{pt}"));
        var years = sectors * SectorBytes * WritesOfACard / each / 365;
        var estimate = new Phrase(
            string.Create(CultureInfo.InvariantCulture, $"{name} tells nothing of its life; at this pace a cheap card of its size lasts {Math.Min(years, 99):0} years.{en}"),
            string.Create(CultureInfo.InvariantCulture, $"{name} não informa sua vida útil; neste ritmo um cartão barato desse tamanho dura {Math.Min(years, 99):0} anos.{pt}"));
        return years >= FewYears ? HealthCheck.Pass("disk-wear", title, estimate)
            : new("disk-wear", title, CheckVerdict.Warn, estimate,
                new("Find what writes so much (iotop, journalctl --disk-usage), raise journal.linger, or use an industrial card.", "Descubra o que grava tanto (iotop, journalctl --disk-usage), aumente journal.linger ou use um cartão industrial."));
    }

    private static string Used(int step, string word) => step switch
    {
        <= 0 => $"? {word}",
        >= LifeOver => $"> 100 % {word}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(step - 1) * 10}–{step * 10} % {word}"),
    };

    /// <summary>The whole disk's folder in sysfs, where the number is a partition's or its own; null where the kernel shows none (tmpfs, overlay, network).</summary>
    private string? DeviceOf(string number)
    {
        var link = new DirectoryInfo(Path.Combine(root, "sys/dev/block", number));
        if (!link.Exists) return null;
        var folder = (link.ResolveLinkTarget(returnFinalTarget: true) as DirectoryInfo ?? link).FullName;
        // A partition lies in its disk's folder and has this file; the disk has none.
        return File.Exists(Path.Combine(folder, "partition")) ? Path.GetDirectoryName(folder) : folder;
    }

    /// <summary>Bytes written since the boot; and a day, once there is enough to tell it from.</summary>
    private (long Written, long? PerDay) Written(string device)
    {
        // Documentation/block/stat.rst: the seventh number is the sectors written.
        var numbers = Text(Path.Combine(device, "stat"))?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var written = numbers.Length > 6 && long.TryParse(numbers[6], NumberStyles.None, CultureInfo.InvariantCulture, out var sectors) ? sectors * SectorBytes : 0;
        var up = Text(Path.Combine(root, "proc/uptime"))?.Split(' ')[0];
        if (!double.TryParse(up, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || TimeSpan.FromSeconds(seconds) < Least) return (written, null);
        return (written, (long)(written / (seconds / 86_400)));
    }

    private static (int Used, int Reserve)? Life(string device)
    {
        // Two estimates, "0x01 0x02": of the cells with one bit and of those with several; the worse one counts.
        if (Text(Path.Combine(device, "device/life_time")) is not { } text) return null;
        var used = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Hexadecimal).DefaultIfEmpty(0).Max();
        return (used, Hexadecimal(Text(Path.Combine(device, "device/pre_eol_info")) ?? ""));
    }

    private static int Hexadecimal(string text) =>
        int.TryParse(text.AsSpan().Trim() is ['0', 'x', .. var digits] ? digits : text.AsSpan().Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static long? ReadLong(string path) => long.TryParse(Text(path)?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

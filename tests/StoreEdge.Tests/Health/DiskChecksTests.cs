using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

/// <summary>A file tree as the kernel shows it, of a card, an eMMC and a tmpfs.</summary>
public sealed class DiskChecksTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("storeedge-disk-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("rw,noatime", "rw", "Pass")]
    [InlineData("ro,noatime", "rw", "Fail")]
    [InlineData("rw,noatime", "ro,errors=remount-ro", "Fail")]
    public void A_file_system_that_takes_no_writes_has_failed_whoever_decided_so(string mount, string super, string verdict)
    {
        Write("proc/self/mountinfo", $"21 1 179:2 / / {mount} shared:1 - ext4 /dev/mmcblk0p2 {super}\n22 21 0:5 / /run rw - tmpfs tmpfs rw\n");
        var check = Look("disk-writable");
        Assert.Equal(verdict, check.Verdict.ToString());
        Assert.Contains("ext4 on /dev/mmcblk0p2", check.Evidence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mount_that_holds_the_directory_is_the_deepest_and_the_last_one_there()
    {
        Write("proc/self/mountinfo", "21 1 179:2 / / rw - ext4 /dev/root rw\n30 21 8:1 / /var/lib ro - ext4 /dev/sda1 ro\n31 21 8:2 / /var/lib rw - xfs /dev/sd\\040b rw\n32 21 8:3 / /var/libre ro - xfs /dev/sdc rw\n");
        Assert.Equal(new Mount("/var/lib", "xfs", "/dev/sd b", "8:2", false), Mount.Of("/var/lib/storeedge", root));
    }

    [Theory]
    [InlineData("0x01 0x03", "0x01", "Pass", "20–30 % used")]
    [InlineData("0x01 0x09", "0x01", "Warn", "80–90 % used")]
    [InlineData("0x02 0x02", "0x02", "Warn", "10–20 % used")]
    [InlineData("0x0b 0x0a", "0x01", "Fail", "> 100 % used")]
    [InlineData("0x01 0x01", "0x03", "Fail", "0–10 % used")]
    public void An_eMMC_tells_how_much_of_its_life_is_used(string life, string reserve, string verdict, string evidence)
    {
        Card("10000000", seconds: 864_000);
        Write("sys/devices/mmc/block/mmcblk0/device/life_time", life + "\n");
        Write("sys/devices/mmc/block/mmcblk0/device/pre_eol_info", reserve + "\n");
        var check = Look("disk-wear");
        Assert.Equal(verdict, check.Verdict.ToString());
        Assert.Contains(evidence, check.Evidence.English, StringComparison.Ordinal);
        Assert.Equal(verdict == "Pass", check.NextAction == Phrase.None);
    }

    [Theory]
    [InlineData(20_001_000, 864_000, "Pass", "1024 MB a day")]
    [InlineData(2_000_000_000, 864_000, "Warn", "102 GB a day")]
    [InlineData(2_000_000_000, 1_800, "Pass", "1024 GB written since the boot")]
    public void A_card_tells_nothing_so_what_is_written_each_day_says_how_long_it_lasts(long sectors, int seconds, string verdict, string evidence)
    {
        Card(sectors.ToString(System.Globalization.CultureInfo.InvariantCulture), seconds);
        var check = Look("disk-wear");
        Assert.Equal(verdict, check.Verdict.ToString());
        Assert.Contains(evidence, check.Evidence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_system_in_memory_does_not_wear()
    {
        Write("proc/self/mountinfo", "21 1 0:30 / / rw - tmpfs tmpfs rw\n");
        Assert.Equal(CheckVerdict.NotApplicable, Look("disk-wear").Verdict);
    }

    /// <summary>A card of 32 GB with the state directory on its second partition.</summary>
    private void Card(string sectorsWritten, int seconds)
    {
        Write("proc/self/mountinfo", "21 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw\n");
        Write("proc/uptime", $"{seconds}.11 900.00\n");
        Write("sys/devices/mmc/block/mmcblk0/size", "62500000\n");
        Write("sys/devices/mmc/block/mmcblk0/stat", $"  100 0 800 10 200 0 {sectorsWritten} 90 0 5 100\n");
        Write("sys/devices/mmc/block/mmcblk0/mmcblk0p2/partition", "2\n");
        Directory.CreateDirectory(Path.Combine(root, "sys/dev/block"));
        Directory.CreateSymbolicLink(Path.Combine(root, "sys/dev/block/179:2"), "../../devices/mmc/block/mmcblk0/mmcblk0p2");
    }

    private HealthCheck Look(string code) => new DiskChecks("/var/lib/storeedge", root).Look().Single(c => c.Code == code);

    private void Write(string path, string text)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}

using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class MachineChecksTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("storeedge-machine-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_machine_without_sensors_has_nothing_to_judge()
    {
        Assert.Equal(CheckVerdict.NotApplicable, Machine().Temperature().Verdict);
        Assert.Equal(CheckVerdict.NotApplicable, Machine().Voltage().Verdict);
    }

    [Theory]
    [InlineData("51540", "Pass", "52 °C")]
    [InlineData("82300", "Warn", "82 °C")]
    public void The_hottest_zone_counts(string milliCelsius, string verdict, string evidence)
    {
        Write("sys/class/thermal/thermal_zone0/temp", "40000\n");
        Write("sys/class/thermal/thermal_zone1/temp", milliCelsius + "\n");
        Write("sys/class/thermal/cooling_device0/type", "fan\n");
        var check = Machine().Temperature();
        Assert.Equal((verdict, evidence), (check.Verdict.ToString(), check.Evidence.English));
    }

    [Theory]
    [InlineData("0", "Pass")]
    [InlineData("1", "Warn")]
    public void The_alarm_of_the_supply_is_read(string alarm, string verdict)
    {
        Write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
        Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm + "\n");
        Assert.Equal(verdict, Machine().Voltage().Verdict.ToString());
    }

    [Theory]
    [InlineData(true, "Pass")]
    [InlineData(false, "Warn")]
    [InlineData(null, "Unknown")]
    public void The_clock_is_judged_by_what_the_kernel_knows(bool? synchronised, string verdict) =>
        Assert.Equal(verdict, new MachineChecks(root, root, () => synchronised).Clock().Verdict.ToString());

    [Fact]
    public void A_clock_that_nobody_keeps_right_comes_with_what_time_it_is_at_least()
    {
        var check = new MachineChecks(root, root, () => false, clockAtLeast: () => new(2026, 11, 21, 9, 30, 0, TimeSpan.Zero)).Clock();
        Assert.EndsWith("It is 2026-11-21 09:30 UTC or later.", check.Evidence.English, StringComparison.Ordinal);
        Assert.EndsWith("São 2026-11-21 09:30 UTC ou mais.", check.Evidence.Portuguese, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_of_systemd_timesyncd_is_enough()
    {
        Write("run/systemd/timesync/synchronized", "");
        Assert.Equal(CheckVerdict.Pass, new MachineChecks(root, root, () => false).Clock().Verdict);
    }

    [Theory]
    [InlineData(1_000_000_000, "Pass")]
    [InlineData(999_999_999, "Warn")]
    [InlineData(100_000_000, "Warn")]
    [InlineData(99_999_999, "Fail")]
    public void The_disk_is_judged_by_what_is_free(long free, string verdict) =>
        Assert.Equal(verdict, new MachineChecks(root, root, space: _ => (free, 32_000_000_000)).Disk().Verdict.ToString());

    [Fact]
    public void A_state_directory_that_is_not_there_has_failed()
    {
        var check = new MachineChecks(Path.Combine(root, "none"), root).Disk();
        Assert.Equal(CheckVerdict.Fail, check.Verdict);
        Assert.NotEqual("", check.NextAction.English);
    }

    private MachineChecks Machine() => new(root, root);

    private void Write(string path, string text)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}

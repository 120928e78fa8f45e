using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class VoltageLatchTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("storeedge-voltage-").FullName;
    private readonly string run = Directory.CreateTempSubdirectory("storeedge-run-").FullName;
    private readonly ManualClock clock = new();

    public void Dispose()
    {
        Directory.Delete(root, recursive: true);
        Directory.Delete(run, recursive: true);
    }

    [Fact]
    public void A_moment_of_weak_supply_is_told_until_the_next_boot_and_over_a_restart_of_the_service()
    {
        Alarm("1");
        Machine().Sample();
        Alarm("0");
        var first = Machine().Voltage();
        Assert.Equal(CheckVerdict.Warn, first.Verdict);
        Assert.Contains("in this boot", first.Evidence.English, StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromHours(1));
        Alarm("1");
        Machine().Sample();
        Alarm("0");
        Assert.Equal(first, Machine().Voltage());

        // A boot empties /run.
        File.Delete(Path.Combine(run, VoltageLatch.Name));
        Assert.Equal(CheckVerdict.Pass, Machine().Voltage().Verdict);
    }

    [Fact]
    public void Without_a_place_for_the_file_it_is_remembered_until_the_service_ends()
    {
        var machine = new MachineChecks(root, root, latch: new(Path.Combine(root, "none"), clock));
        Alarm("1");
        machine.Sample();
        Alarm("0");
        Assert.Equal(CheckVerdict.Warn, machine.Voltage().Verdict);
    }

    private MachineChecks Machine() => new(root, root, latch: new(run, clock));

    private void Alarm(string value)
    {
        var sensor = Directory.CreateDirectory(Path.Combine(root, "sys/class/hwmon/hwmon1"));
        File.WriteAllText(Path.Combine(sensor.FullName, "in0_lcrit_alarm"), value + "\n");
    }
}

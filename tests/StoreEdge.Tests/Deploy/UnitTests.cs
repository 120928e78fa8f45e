using System.Globalization;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Commands;
using StoreEdge.Tests.Architecture;

namespace StoreEdge.Tests.Deploy;

public sealed partial class UnitTests
{
    private static readonly string Unit = Path.Combine(SourceTree.Root, "deploy/storeedge.service"), SatelliteUnit = Path.Combine(SourceTree.Root, "deploy/storeedge-satellite.service");

    [Theory]
    [InlineData("Type", "notify")]
    [InlineData("Restart", "always")]
    [InlineData("RestartPreventExitStatus", "2")]
    [InlineData("DynamicUser", "yes")]
    [InlineData("StateDirectory", "storeedge")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("CapabilityBoundingSet", "CAP_NET_ADMIN")]
    [InlineData("AmbientCapabilities", "CAP_NET_ADMIN")]
    [InlineData("LimitNOFILE", "1024")]
    public void The_unit_says_what_the_agent_relies_on(string key, string value) =>
        Assert.Equal(value, Assert.Single(File.ReadAllLines(Unit), l => l.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..]);

    [Theory]
    [InlineData("ExecStart", "/usr/bin/storeedge satellite")]
    [InlineData("RuntimeDirectory", "storeedge-satellite")]
    [InlineData("RestartPreventExitStatus", "2")]
    [InlineData("DynamicUser", "yes")]
    [InlineData("LimitCORE", "0")]
    public void The_satellites_unit_says_what_it_relies_on(string key, string value) =>
        Assert.Equal(value, Assert.Single(File.ReadAllLines(SatelliteUnit), l => l.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..]);

    /// <summary>Not the program's own patience ends its end, but systemd's: what it cuts off it calls a failure.</summary>
    [Theory]
    [InlineData("storeedge.service", "run")]
    [InlineData("storeedge-satellite.service", "satellite")]
    public void A_service_has_as_long_to_close_as_its_unit_allows(string unit, string command)
    {
        var allowed = Assert.Single(File.ReadAllLines(Path.Combine(SourceTree.Root, "deploy", unit)), l => l.StartsWith("TimeoutStopSec=", StringComparison.Ordinal))["TimeoutStopSec=".Length..];
        Assert.True(Patience.Of(command) > TimeSpan.FromSeconds(int.Parse(allowed, CultureInfo.InvariantCulture)));
        Assert.InRange(Patience.Of("doctor"), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_satellite_has_nowhere_to_keep_anything() =>
        Assert.DoesNotContain(File.ReadAllLines(SatelliteUnit), l => l.StartsWith("StateDirectory", StringComparison.Ordinal) || l.StartsWith("CacheDirectory", StringComparison.Ordinal));

    [Fact]
    public void The_kernels_Bluetooth_is_within_reach()
    {
        var lines = File.ReadAllLines(Unit);
        Assert.Contains("AF_BLUETOOTH", Assert.Single(lines, l => l.StartsWith("RestrictAddressFamilies=", StringComparison.Ordinal)), StringComparison.Ordinal);
        // In a namespace of its own the control socket opens and then refuses, or stays silent.
        Assert.DoesNotContain(lines, l => l is "PrivateUsers=yes" or "PrivateNetwork=yes" || l.StartsWith("NetworkNamespacePath=", StringComparison.Ordinal));
    }

    [Fact]
    public void The_kernel_may_still_be_asked_whether_its_clock_is_right()
    {
        var filters = File.ReadAllLines(Unit).Where(l => l.StartsWith("SystemCallFilter=", StringComparison.Ordinal)).ToList();
        Assert.Contains(filters, f => f.Contains("adjtimex", StringComparison.Ordinal) && !f.Contains('~', StringComparison.Ordinal));
        Assert.DoesNotContain(File.ReadAllLines(Unit), l => l is "ProtectClock=yes" or "ProcSubset=pid" or "MemoryDenyWriteExecute=yes");
    }

    /// <summary>Found in the lab, under a running systemd: without it the runtime does not start.</summary>
    [Theory]
    [InlineData("storeedge.service")]
    [InlineData("storeedge-satellite.service")]
    [InlineData("storeedge-selftest.service")]
    public void The_runtime_believes_that_it_may_give_its_threads_all_processors(string name)
    {
        var filters = File.ReadAllLines(Path.Combine(SourceTree.Root, "deploy", name)).Where(l => l.StartsWith("SystemCallFilter=", StringComparison.Ordinal)).ToList();
        // What comes later in the unit wins.
        Assert.True(filters.IndexOf("SystemCallFilter=~sched_setaffinity:0") > filters.IndexOf("SystemCallFilter=~@privileged @resources"));
    }

    /// <summary>Found in the lab: it called a sound disk read-only, and missed a Bluetooth that was there.</summary>
    [Fact]
    public void The_self_test_sees_the_disk_and_the_radios_as_the_agent_does()
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "deploy/storeedge-selftest.service"));
        Assert.Contains("ReadWritePaths=-/var/lib", lines);
        Assert.Contains("AF_BLUETOOTH", Assert.Single(lines, l => l.StartsWith("RestrictAddressFamilies=", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_self_test_keeps_its_report_for_programs_and_tells_people_in_the_journal()
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "deploy/storeedge-selftest.service"));
        Assert.Contains("ExecStart=/usr/bin/storeedge doctor --json ${STATE_DIRECTORY}/report.json", lines);
        Assert.Contains("StateDirectory=storeedge-selftest", lines);
    }

    [Theory]
    // deploy/README.md, "What the unit still allows", says what each tenth is for.
    [InlineData("storeedge.service", "run", 2.1)]
    [InlineData("storeedge.service", "run", 1.6, "no-radios.conf")]
    [InlineData("storeedge-satellite.service", "satellite", 1.9)]
    [InlineData("storeedge-selftest.service", "doctor --json ${STATE_DIRECTORY}/report.json", 1.6)]
    public void Systemd_accepts_the_unit_and_finds_little_exposed(string name, string command, double most, string? dropIn = null)
    {
        var unit = Path.Combine(SourceTree.Root, "deploy", name);
        if (!Shell.Has("systemd-analyze")) return; // Not on every machine that builds; the values above are checked anywhere.
        var directory = Directory.CreateTempSubdirectory("storeedge-unit-");
        try
        {
            var copy = Path.Combine(directory.FullName, name);
            File.WriteAllText(copy, File.ReadAllText(unit).Replace($"/usr/bin/storeedge {command}", "/bin/true", StringComparison.Ordinal));
            // The self-test wants the agent's unit beside it.
            if (name != "storeedge.service") File.WriteAllText(Path.Combine(directory.FullName, "storeedge.service"), "[Service]\nExecStart=/bin/true\n");
            if (dropIn is not null) File.AppendAllText(copy, "\n" + File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", dropIn)));
            var (code, output) = Shell.Run("systemd-analyze", "verify", copy);
            Assert.True(code == 0 && !output.Contains(name, StringComparison.Ordinal), output);
            var exposure = double.Parse(Exposure().Match(Shell.Run("systemd-analyze", "security", "--offline=true", "--no-pager", copy).Output).Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.InRange(exposure, 0, most);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("storeedge.service")]
    [InlineData("storeedge-satellite.service")]
    [InlineData("storeedge-selftest.service")]
    [InlineData("storeedge-kiosk@.service")]
    public void No_unit_can_take_the_machine_with_it(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "deploy", name));
        foreach (var bound in (string[])["MemoryMax=", "TasksMax=", "LogRateLimitBurst=", "LogRateLimitIntervalSec="]) Assert.Single(lines, l => l.StartsWith(bound, StringComparison.Ordinal));
    }

    [Fact]
    public void The_self_test_runs_at_night_and_after_a_night_that_was_missed()
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "deploy/storeedge-selftest.timer"));
        Assert.Contains("Persistent=yes", lines);
        Assert.Contains("FixedRandomDelay=yes", lines);
        var calendar = Assert.Single(lines, l => l.StartsWith("OnCalendar=", StringComparison.Ordinal))["OnCalendar=".Length..];
        if (Shell.Has("systemd-analyze")) Assert.Equal(0, Shell.Run("systemd-analyze", "calendar", calendar).Code);
    }

    [Theory]
    [InlineData("install.sh")]
    [InlineData("remove.sh")]
    [InlineData("machine.sh")]
    [InlineData("debian/postinst")]
    [InlineData("debian/prerm")]
    [InlineData("debian/postrm")]
    public void The_scripts_are_sound_shell(string script)
    {
        var path = Path.Combine(SourceTree.Root, "deploy", script);
        Assert.Equal(0, Shell.Run("/bin/sh", "-n", path).Code);
        if (!Shell.Has("shellcheck")) return;
        var (code, output) = Shell.Run("shellcheck", "-x", "-P", "SCRIPTDIR", path);
        Assert.True(code == 0, output);
    }

    [GeneratedRegex(@"exposure level for storeedge(?:-[a-z]+)?\.service: ([0-9.]+)")]
    private static partial Regex Exposure();
}

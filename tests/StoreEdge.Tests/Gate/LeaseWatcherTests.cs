using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Gate;

public sealed class LeaseWatcherTests : IDisposable
{
    private const string Ana = "1795350000 02:00:00:aa:00:01 192.168.50.10 anas-phone 01:02:00:00:aa:00:01", Bea = "1795350000 02:00:00:AA:00:02 192.168.50.11 * *";

    private readonly string directory = Directory.CreateTempSubdirectory("leases-").FullName;
    private readonly HealthBoard health = new(TimeProvider.System, NullLogger<HealthBoard>.Instance);
    private readonly List<(DeviceKey, StationEnd)> left = [];
    private readonly List<DeviceKey> came = [];
    private readonly LeaseWatcher watcher;

    public LeaseWatcherTests() => watcher = new(File, came.Add, (device, end) => left.Add((device, end)), health, TimeProvider.System);

    private string File => Path.Combine(directory, "leases");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Whose_lease_is_in_the_file_no_more_has_gone_once()
    {
        watcher.Look();
        Says(Ana, Bea);
        Assert.Empty(left);
        Assert.Equal(2, came.Count);
        Says(Bea);
        Says(Bea, "duid 00:01:00:01:2f", "1795350000 7 2001:db8:50::7 * 00:01");
        Assert.Equal([(new DeviceKey("02:00:00:aa:00:01"), StationEnd.LeaseEnded)], left);
        System.IO.File.Delete(File);
        watcher.Look();
        Assert.Equal(new DeviceKey("02:00:00:aa:00:02"), left[^1].Item1);
        Assert.Empty(health.Warnings);
    }

    [Fact]
    public void A_file_that_cannot_be_a_lease_file_warns_and_nobody_is_said_to_have_gone()
    {
        Says(Ana);
        System.IO.File.WriteAllBytes(File, new byte[5 << 20]);
        watcher.Look();
        Assert.Equal("leases-unreadable", Assert.Single(health.Warnings).Code);
        Assert.Empty(left);
        Says(Ana, Bea);
        Assert.Empty(health.Warnings);
        Assert.Empty(left);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1795350000 02:00:00:aa:00:01")]
    [InlineData("1795350000 02:00:00:aa:00:zz 192.168.50.10 * *")]
    [InlineData("\0\0\0\0")]
    public void A_line_that_is_none_is_passed_over(string line) => Assert.Empty(LeaseWatcher.Read([line]));

    private void Says(params string[] lines)
    {
        System.IO.File.WriteAllLines(File, lines);
        watcher.Look();
    }
}

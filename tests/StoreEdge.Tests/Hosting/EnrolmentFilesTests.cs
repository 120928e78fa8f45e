using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Hosting;

public sealed class EnrolmentFilesTests
{
    [Fact]
    public void Only_a_newer_list_replaces_the_one_in_force_and_it_outlives_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("enrolment-").FullName;
        try
        {
            var (files, registry) = Open(directory);
            files.Take(List(5, 2));
            files.Take(List(5, 3));
            files.Take(List(4, 1));
            Assert.Equal((5L, 2), (registry.Version, registry.Beacons));

            (files, registry) = Open(directory);
            files.Load();
            Assert.Equal((5L, 2), (registry.Version, registry.Beacons));
            var kept = Path.Combine(directory, "enrolment.last-good.json");
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_refused_list_is_told_by_its_place_and_names_nobody()
    {
        var (files, _) = Open(Path.GetTempPath());
        var fault = Assert.Throws<FormatException>(() => files.Take(Encoding.UTF8.GetBytes("""{"version":1,"entries":[{"customer":"C-77","beacons":["ibeacon:tag-of-ana"]}]}""")));
        Assert.StartsWith("entries[0].beacons[0]: ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ana", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("C-77", fault.Message, StringComparison.Ordinal);
    }

    private static (EnrolmentFiles Files, EnrolmentRegistry Registry) Open(string directory)
    {
        var registry = new EnrolmentRegistry(new PseudonymKey(1, new byte[32]), TimeProvider.System);
        return (new(new(null, ""), directory, registry, new(new ManualClock(), NullLogger<HealthBoard>.Instance)), registry);
    }

    private static byte[] List(int version, int beacons)
    {
        var entries = Enumerable.Range(1, beacons).Select(i => $$"""{"customer":"C-{{i}}","beacons":["eddystone-eid:000000000000000{{i}}"]}""");
        return Encoding.UTF8.GetBytes($$"""{"version":{{version}},"entries":[{{string.Join(',', entries)}}]}""");
    }
}

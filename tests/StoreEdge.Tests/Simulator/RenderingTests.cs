using System.Security.Cryptography;
using System.Text.Json;
using StoreEdge.Core.Sightings;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Tests.Simulator;

public sealed class RenderingTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("storeedge-render-");

    [Fact]
    public void The_same_seed_renders_the_same_bytes_and_another_seed_others()
    {
        var first = Render(7);
        Assert.Equal(first, Render(7));
        Assert.NotEqual(first, Render(8));
        Assert.Equal(["door-in.btsnoop", "door-out.btsnoop", "enrolment.json", "truth.jsonl"], first.Select(f => f.Name));
    }

    [Fact]
    public void More_strangers_on_the_street_do_not_change_what_happens_to_the_customers()
    {
        var scenario = SmallScenario.Read();
        var fewer = scenario with { Population = [.. scenario.Population.Where(g => g.Name != "passing")] };
        var people = CrowdPlan.Draw(scenario, 3, 60).Where(p => p.Group == "tagged").Select(p => (p.Key, p.Enter, p.Leave)).ToArray();
        Assert.NotEmpty(people);
        Assert.Equal(people, CrowdPlan.Draw(fewer, 3, 60).Where(p => p.Group == "tagged").Select(p => (p.Key, p.Enter, p.Leave)));
    }

    [Fact]
    public void The_files_are_read_by_the_agents_own_reader_in_the_order_of_time()
    {
        Rendering.Write(SmallScenario.Read(), 1, 30, directory.FullName);
        using var file = File.OpenRead(Path.Combine(directory.FullName, "door-in.btsnoop"));
        var reader = new BtsnoopReader(file);
        var (records, last) = (0, 0L);
        while (true)
        {
            var read = reader.TryRead(out var record);
            Assert.NotEqual(BtsnoopRead.Malformed, read);
            if (read == BtsnoopRead.NeedMore)
            {
                if (!reader.Fill()) break;
                continue;
            }

            Assert.True(record.Microseconds >= last);
            last = record.Microseconds;
            Assert.Equal(0x04, record.Event[0]);
            records++;
        }

        Assert.False(reader.IsMidway);
        Assert.True(records > 100);
    }

    [Fact]
    public void Only_customers_cross_the_door_and_stay_between_the_crossings_inside()
    {
        var scenario = SmallScenario.Read();
        var people = CrowdPlan.Draw(scenario, 2, 300);
        Assert.All(people.Where(p => p.Kind != GroupKind.Customer), p => Assert.Null(p.Enter));
        Assert.All(people.Where(p => p.Kind == GroupKind.PasserBy), p => Assert.False(scenario.Layout.Inside.Contains(p.Track.At((p.Track.Start + p.Track.End) / 2))));
        foreach (var person in people.Where(p => p.Kind == GroupKind.Customer))
        {
            Assert.True(person.Leave > person.Enter);
            for (var t = person.Enter!.Value + 0.01; t < person.Leave; t += 0.5) Assert.True(scenario.Layout.Inside.Contains(person.Track.At(t)));
            Assert.False(scenario.Layout.Inside.Contains(person.Track.At(person.Enter.Value - 0.5)));
            Assert.False(scenario.Layout.Inside.Contains(person.Track.At(person.Leave!.Value + 0.5)));
        }
    }

    [Fact]
    public void The_registry_names_each_enrolled_beacon_once_and_no_stranger()
    {
        var scenario = SmallScenario.Read() with { AbsentCustomers = 5 };
        var people = CrowdPlan.Draw(scenario, 2, 300);
        using var registry = JsonDocument.Parse(Enrolment.Write(scenario, people, 2, 41));
        Assert.Equal(41, registry.RootElement.GetProperty("version").GetInt64());
        var entries = registry.RootElement.GetProperty("entries").EnumerateArray().ToArray();
        var beacons = entries.SelectMany(e => e.GetProperty("beacons").EnumerateArray()).Select(b => b.GetString()!).ToArray();
        Assert.All(beacons, b => Assert.True(BeaconId.TryParse(b, out _)));
        Assert.Equal(beacons.Length, beacons.Distinct().Count());
        Assert.Equal(people.Count(p => p.IsEnrolled) + 5, beacons.Length);
        Assert.Equal(entries.Length, entries.Select(e => e.GetProperty("customer").GetString()).Distinct().Count());
        Assert.Equal(people.Count(p => p.Phone is { GivesLoyalty: true }), entries.Count(e => e.TryGetProperty("loyaltyNumber", out _) && e.GetProperty("beacons").GetArrayLength() == 0));
    }

    [Fact]
    public void Every_scenario_that_comes_with_the_program_is_sound_and_the_default_brings_25_to_40_arrivals_a_minute()
    {
        Assert.Equal(["default", "kill-test", "quiet-night"], ScenarioFiles.Names);
        foreach (var name in ScenarioFiles.Names) Assert.Equal(name, ScenarioFiles.Read(name).Name);
        for (var seed = 1UL; seed <= 5; seed++)
            Assert.InRange(CrowdPlan.Draw(ScenarioFiles.Read("default"), seed, 60).Count(p => p.Kind == GroupKind.Customer), 25, 45);
    }

    public void Dispose() => directory.Delete(recursive: true);

    private (string Name, string Sha)[] Render(ulong seed)
    {
        var target = directory.CreateSubdirectory(Guid.NewGuid().ToString());
        Rendering.Write(SmallScenario.Read(), seed, 60, target.FullName);
        return [.. target.GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => (f.Name, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f.FullName)))))];
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.SystemTests.Store;

/// <summary>The real agent on a wall clock that libfaketime bends; the monotonic clock stays true, as on a machine without a battery.</summary>
public sealed class WhenTheClockIsWrong
{
    private static string Library => $"/usr/lib/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64")}-linux-gnu/faketime/libfaketimeMT.so.1";

    [Fact]
    public async Task Restarts_in_1970_a_year_ahead_and_a_day_behind_neither_lose_nor_reorder_nor_forget_who_is_here()
    {
        Assert.True(File.Exists(Library), $"{Library} is missing: apt-get install faketime");
        await using var agent = new AgentProcess(null, AgentProcess.EnrolFromFile);
        await agent.StartAsync(Wall("@1970-01-02 00:00:00"));
        await using (await Visitor.ComesInAsync(agent)) await agent.KeptAsync("arrival");
        // Not always in time for an orderly end: every question for the time takes a detour here.
        await agent.StopAsync();

        foreach (var wall in new[] { "+365d", "-1d", "@1970-01-02 00:00:00" })
        {
            await agent.StartAsync(Wall(wall));
            // Who was here still is: the visitor is known to be inside, and is not greeted a second time.
            Assert.Equal(1, (await agent.StatusAsync())["presentNow"]!.GetValue<int>());
            await using (await Visitor.ComesInAsync(agent)) await Eventually.True(() => agent.Log.Length > 0, "a log");
            Assert.Single(agent.Kept("arrival"));
            await agent.StopAsync();
        }

        var (code, exported, error) = await AgentProcess.CommandAsync(null, "journal", "export", "--directory", agent.State, "--store", "demo-store");
        Assert.True(code == 0, error);
        var events = exported.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => n.ToString(CultureInfo.InvariantCulture)), events.Select(e => (string)e["sequence"]!));
        // Nobody vouches for this clock, and yet no event says 1970: the program itself is younger.
        Assert.All(events, e => Assert.Equal("unsynchronized", (string)e["timequality"]!));
        Assert.All(events, e => Assert.True((DateTimeOffset)e["time"]! >= BuildTime.Value.AddMinutes(-5), (string)e["time"]!));
        Assert.True(events.Zip(events.Skip(1)).All(p => long.Parse((string)p.First["monoms"]!, CultureInfo.InvariantCulture) <= long.Parse((string)p.Second["monoms"]!, CultureInfo.InvariantCulture)), exported);
    }

    private static (string, string)[] Wall(string time) => [("LD_PRELOAD", Library), ("FAKETIME", time), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
}

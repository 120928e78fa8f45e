using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.Contracts;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>What a technician comes to a store for, from the first touch to the last: thresholds of a door, and events that a broker would not take.</summary>
[Collection(BrowserTests.Name)]
public sealed class TechnicianErrands(Browser browser) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-errands-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_walk_through_the_door_becomes_thresholds_that_are_in_force()
    {
        await using var store = await TechnicianWalk.OpenAsync(configuration =>
        {
            configuration["receivers"] = new JsonArray([.. configuration["receivers"]!.AsArray().Where(r => ((string)r!["id"]!).StartsWith("door-", StringComparison.Ordinal)).Select(r => r!.DeepClone())]);
            configuration["displays"] = new JsonArray(configuration["displays"]![0]!.DeepClone());
        });
        var page = await TechnicianWalk.EnterAsync(browser, store.Agent, 360, 740);
        await page.GetByRole(AriaRole.Link, new() { Name = "Radio" }).ClickAsync();
        await using var atInside = await Visitor.ComesInAsync(store.Agent, "door-in", -84);
        await using var atOutside = await Visitor.ComesInAsync(store.Agent, "door-out", -52);
        await page.GetByRole(AriaRole.Button, new() { Name = "1. Before the door (20 s)" }).ClickAsync();
        var second = page.GetByRole(AriaRole.Button, new() { Name = "2. In the shop (40 s)" });
        await second.WaitForAsync(new() { Timeout = 60_000 });
        atInside.Move(-55);
        atOutside.Move(-82);
        await second.ClickAsync();
        await page.Locator(".state.good", new() { HasText = "These thresholds tell inside from outside here." }).WaitForAsync(new() { Timeout = 90_000 });
        await Browser.PictureAsync(page, "technician-walk");
        await page.GetByRole(AriaRole.Button, new() { Name = "Put into the configuration…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync(new() { Timeout = 60_000 });
        await page.GetByText("It is kept.").WaitForAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        Assert.Contains("+ receivers: ", await page.Locator(".change").First.InnerTextAsync(), StringComparison.Ordinal);
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(store.Agent.State, "desired", "technician.json")))!;
        var receivers = JsonNode.Parse((string)kept["good"]!["document"]!)!["receivers"]!.AsArray();
        // Between what was heard on either side.
        foreach (var receiver in receivers) Assert.InRange((int)receiver!["enterDbm"]!, -83, -53);
        Assert.Equal(2, receivers.Count);
    }

    [Fact]
    public async Task What_an_access_list_refuses_is_seen_and_sent_again_from_the_page_once_it_is_mended_and_reaches_central()
    {
        var list = Path.Combine(directory, "acl");
        await File.WriteAllTextAsync(list, "topic readwrite #\ntopic deny stores/v1/demo/evt/arrival\n");
        await using var store = await TechnicianWalk.OpenAsync(broker: $"acl_file {list}");
        await using var visitor = await Visitor.ComesInAsync(store.Agent);
        var page = await TechnicianWalk.EnterAsync(browser, store.Agent, 360, 740);
        await page.GetByRole(AriaRole.Link, new() { Name = "Refused events" }).ClickAsync();
        var refused = page.Locator(".deeds li", new() { HasText = EventTypes.Arrival });
        await Eventually.Get(
            async () =>
            {
                await page.ReloadAsync();
                return await refused.CountAsync();
            },
            count => count > 0, "the arrival among what was refused");
        Assert.Contains("not-authorised", await refused.First.InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        if (File.Exists(Axe.Script)) await Axe.FindsNothingAsync(page, "refused events");
        await Browser.PictureAsync(page, "technician-refused");
        Assert.DoesNotContain(store.Heard, h => h.Topic.EndsWith("/evt/arrival", StringComparison.Ordinal));

        await File.WriteAllTextAsync(list, "topic readwrite #\n");
        store.Broker.Reload();
        await Eventually.True(() => File.ReadAllText(store.Broker.Log).Contains("Reloading config", StringComparison.Ordinal), "a broker with the new list");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send all again" }).ClickAsync();
        await page.GetByText("Nothing was refused").WaitForAsync(new() { Timeout = 60_000 });
        Assert.True((bool?)(await store.HeardAsync(EventTypes.Arrival))["data"]!["test"] is null or false);
    }
}

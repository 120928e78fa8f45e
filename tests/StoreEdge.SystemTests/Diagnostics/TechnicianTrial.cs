using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.SystemTests.Portal;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>A technician's change of the configuration on trial: in a browser, on a real agent that is stopped, killed, or left alone with it.</summary>
[Collection(BrowserTests.Name)]
public sealed class TechnicianTrial(Browser browser)
{
    private const string Before = "Loja antes", Wrong = "Loja errada";

    [Theory]
    [InlineData("told to stop", "the service was stopped before anybody kept it")]
    [InlineData("killed", "the process ended while it was on trial")]
    public async Task A_process_that_ends_in_the_trial_comes_back_with_what_was_kept_before(string how, string why)
    {
        await using var store = await TechnicianWalk.OpenAsync();
        var page = await TechnicianWalk.EnterAsync(browser, store.Agent, 360, 740);
        await TryAsync(page, Before);
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await page.GetByText("It is kept.").WaitForAsync();
        await TryAsync(page, Wrong);
        Assert.Equal(Wrong, await NameAsync(store));
        if (how == "killed") await store.Agent.KillAsync();
        else Assert.Equal(0, await store.Agent.StopAsync());
        await store.Agent.StartAsync();
        Assert.Equal(Before, await NameAsync(store));
        page = await TechnicianWalk.EnterAsync(browser, store.Agent, 360, 740);
        await page.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
        Assert.Contains(why, await page.Locator(".said.fail").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_technician_is_told_whose_trial_it_is_and_does_not_keep_it_by_mistake()
    {
        await using var store = await TechnicianWalk.OpenAsync();
        var (first, second) = (await TechnicianWalk.EnterAsync(browser, store.Agent, 1280, 900), await TechnicianWalk.EnterAsync(browser, store.Agent, 360, 740));
        await TryAsync(first, Wrong);
        await second.GotoAsync(new Uri(store.Agent.Url, "/technician/configuration").ToString());
        var box = second.Locator("input[name=anothers]");
        await box.WaitForAsync();
        if (File.Exists(Axe.Script)) await Axe.FindsNothingAsync(second, "somebody else's trial");
        await Browser.PictureAsync(second, "technician-anothers-trial");
        // The browser does not even send it.
        await second.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        Assert.True(await box.EvaluateAsync<bool>("box => box.matches(':invalid')"));
        Assert.Equal(360, await second.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
        await second.GetByRole(AriaRole.Button, new() { Name = "Take it back" }).ClickAsync();
        await second.Locator("#restarting").WaitForAsync();
        await Eventually.Get(() => NameAsync(store), name => name != Wrong, "the configuration as it was");
    }

    [SlowFact]
    public async Task What_nobody_keeps_is_taken_back_after_ninety_seconds_and_the_audit_says_what_was_tried()
    {
        await using var store = await TechnicianWalk.OpenAsync();
        var before = await NameAsync(store);
        var page = await TechnicianWalk.EnterAsync(browser, store.Agent, 1280, 900);
        await TryAsync(page, Wrong);
        Assert.Equal(Wrong, await NameAsync(store));
        await Eventually.Get(() => NameAsync(store), name => name == before, "the configuration as it was", TimeSpan.FromMinutes(3));
        await page.GotoAsync(new Uri(store.Agent.Url, "/technician/configuration").ToString());
        Assert.Contains("did not confirm it within 90 s", await page.Locator(".said.fail").InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "Audit" }).ClickAsync();
        Assert.Contains($"+ store.name: \"{Wrong}\"", await page.Locator(".change").First.InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_technician_set_is_part_of_what_check_config_and_doctor_read_without_the_agent()
    {
        await using var store = await TechnicianWalk.OpenAsync();
        var page = await TechnicianWalk.EnterAsync(browser, store.Agent, 1280, 900);
        await TryAsync(page, Before);
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await page.GetByText("It is kept.").WaitForAsync();
        Assert.Equal(0, await store.Agent.StopAsync());
        string[] configured = ["--config", store.Agent.ConfigurationFile];
        var (code, said, _) = await store.Agent.RunAsync(null, ["check-config", .. configured]);
        Assert.Equal(0, code);
        Assert.Contains("technician's layer 1", said, StringComparison.Ordinal);
        var (_, report, _) = await store.Agent.RunAsync(null, ["doctor", "--json", .. configured]);
        Assert.Contains("technician's layer 1", (string)Check(report)["evidence"]!, StringComparison.Ordinal);

        // Somebody changes the layer by hand to what is no configuration; the store leaves it out, and both say so.
        var file = Path.Combine(store.Agent.State, "desired", "technician.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("\\u0022name\\u0022", "\\u0022nome\\u0022", StringComparison.Ordinal));
        (code, _, said) = await store.Agent.RunAsync(null, ["check-config", .. configured]);
        Assert.Equal(2, code);
        Assert.Contains("store.nome", said, StringComparison.Ordinal);
        (_, report, _) = await store.Agent.RunAsync(null, ["doctor", "--json", .. configured]);
        Assert.Contains("store.nome", (string)Check(report)["evidence"]!, StringComparison.Ordinal);

        static JsonNode Check(string report) => JsonNode.Parse(report)!["checks"]!.AsArray().Single(c => (string)c!["code"]! == "configuration")!;
    }

    private static async Task TryAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
        await page.FillAsync("#document", $$"""{ "store": { "name": "{{name}}" } }""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and show what changes" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).WaitForAsync();
    }

    private static async Task<string?> NameAsync(ToldStore store)
    {
        try
        {
            return (string?)(await store.Agent.StatusAsync())["store"]!["name"];
        }
        catch (HttpRequestException)
        {
            // Its parts are starting anew.
            return null;
        }
    }
}

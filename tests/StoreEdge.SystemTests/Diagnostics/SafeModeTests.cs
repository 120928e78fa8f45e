using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>A store that cannot run says why in a browser, and begins by itself once it can.</summary>
[Collection(BrowserTests.Name)]
public sealed class SafeModeTests(Browser browser)
{
    [AxeTheory]
    [InlineData("pt-BR", "Modo seguro")]
    [InlineData("en", "Safe mode")]
    public async Task A_technician_with_a_phone_reads_which_line_is_broken_and_what_to_do_and_sees_the_store_begin_once_it_is_mended(string language, string title)
    {
        await using var agent = new AgentProcess(null);
        await agent.StartAsync();
        Assert.Equal(0, await agent.StopAsync());
        var good = JsonNode.Parse(await File.ReadAllTextAsync(agent.ConfigurationFile))!.ToJsonString(new() { WriteIndented = true });
        // A quotation mark that somebody forgot.
        var broken = good.Replace("\"demo-store\"", "demo-store", StringComparison.Ordinal);
        var line = broken[..broken.IndexOf(": demo-store", StringComparison.Ordinal)].Count(c => c == '\n') + 1;
        await File.WriteAllTextAsync(agent.ConfigurationFile, broken);
        await agent.StartAsync(until: "503 ", "--safe-mode", "on", "--set", $"state.directory={agent.State}");

        var page = await browser.OpenAsync(360, 740, language);
        // Where the technician's bookmark leads.
        await page.GotoAsync(new Uri(agent.Url, "/technician").ToString());
        Assert.Contains(title, await page.TitleAsync(), StringComparison.Ordinal);
        await Axe.FindsNothingAsync(page, $"safe mode {language}");
        Assert.Equal(360, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
        var text = await page.InnerTextAsync("body");
        Assert.Contains($"{agent.ConfigurationFile}:{line}:", text, StringComparison.Ordinal);
        Assert.Contains("storeedge check-config", text, StringComparison.Ordinal);
        // What seems to be missing stands in the file that cannot be read.
        Assert.Equal(1, await page.Locator("h2").CountAsync());
        await Browser.PictureAsync(page, $"safe-mode-line-{language}");

        // A value that is not allowed, in a file that can be read: by key, with what is.
        await File.WriteAllTextAsync(agent.ConfigurationFile, good.Replace("\"200ms\"", "\"soon\"", StringComparison.Ordinal).TrimEnd()[..^1] + ", \"presence\": { \"zoneMargin\": -4, \"partyWindow\": \"soon\" } }");
        await page.Locator("h2", new() { HasText = "presence.zoneMargin" }).WaitForAsync(new() { Timeout = 60_000 });
        Assert.Contains("presence.partyWindow", await page.InnerTextAsync("body"), StringComparison.Ordinal);
        await Axe.FindsNothingAsync(page, $"safe mode, values, {language}");
        await Browser.PictureAsync(page, $"safe-mode-values-{language}");

        await File.WriteAllTextAsync(agent.ConfigurationFile, good);
        await agent.ReadyAsync();
        await page.Locator("body.technician").WaitForAsync(new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task A_broken_configuration_is_shown_with_key_value_and_remedy_and_the_store_begins_when_it_is_mended()
    {
        await using var agent = new AgentProcess(null);
        var good = await File.ReadAllTextAsync(agent.ConfigurationFile);
        await File.WriteAllTextAsync(agent.ConfigurationFile, good.TrimEnd()[..^1] + ", \"jurnal\": { \"linger\": \"2s\" } }");
        await agent.StartAsync(until: "503 ", "--safe-mode", "on");

        using var asked = new HttpRequestMessage(HttpMethod.Get, "/diagnostics") { Headers = { { "Accept-Language", "pt-BR" } } };
        using var answer = await agent.Http.SendAsync(asked);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        foreach (var word in new[] { "<html lang=\"pt-BR\">", "Modo seguro", agent.ConfigurationFile, "jurnal", "did you mean 'journal'", "storeedge check-config" }) Assert.Contains(word, page, StringComparison.Ordinal);
        Assert.Contains("script-src 'nonce-", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("alive\n", await agent.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.Equal("failed", (string)(await agent.StatusAsync())["verdict"]!);

        await File.WriteAllTextAsync(agent.ConfigurationFile, good);
        await agent.ReadyAsync();
        Assert.Equal("demo-store", (string)(await agent.StatusAsync())["store"]!["id"]!);
        Assert.Equal(0, await agent.StopAsync());

        // A file that cannot even be read says nothing of where to listen: the store remembers.
        await File.WriteAllTextAsync(agent.ConfigurationFile, "{ \"store\": ");
        await agent.StartAsync(until: "503 ", "--safe-mode", "on", "--set", $"state.directory={agent.State}");
        Assert.Contains(agent.ConfigurationFile, (await agent.StatusAsync()).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public async Task A_part_that_does_not_start_is_shown_systemd_is_told_why_and_told_to_stop_it_stops()
    {
        await using var agent = new AgentProcess(null, configuration => configuration["enrolment"]!["pseudonymKeyFile"] = "/nowhere/pseudonym.key");
        var socket = Path.Combine(agent.Directory, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(socket));
        // Nobody has to ask for safe mode where there is a service manager.
        await agent.StartAsync(until: "503 ", [], [("NOTIFY_SOCKET", socket)]);
        Assert.Contains("/nowhere/pseudonym.key", (await agent.StatusAsync()).ToJsonString(), StringComparison.Ordinal);
        var told = new byte[4096];
        var text = Encoding.UTF8.GetString(told, 0, await systemd.ReceiveAsync(told));
        Assert.StartsWith("READY=1\nSTATUS=safe mode, 1 to correct, see http://", text, StringComparison.Ordinal);
        Assert.Equal(0, await agent.StopAsync());
    }
}

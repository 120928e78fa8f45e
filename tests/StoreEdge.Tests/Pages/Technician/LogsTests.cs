using Microsoft.Extensions.Logging;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Tests.Pages.Technician;

/// <summary>The last log lines, for who has no terminal.</summary>
public sealed class LogsTests : IAsyncDisposable
{
    private readonly Workshop workshop = new();

    [Fact]
    public void The_ring_keeps_the_newest_and_finds_by_level_and_text()
    {
        var ring = new LogRing(workshop.Clock);
        var log = ring.CreateLogger("StoreEdge.Agent.Mqtt.BrokerLink");
        for (var i = 0; i < LogRing.Most + 500; i++) log.LogInformation("line {Number}", i);
        log.LogError(new IOException("no route"), "the link {State}", "broke");
        Assert.Equal(LogRing.Most, ring.Newest(LogLevel.Debug, "", int.MaxValue).Count);
        var last = ring.Newest(LogLevel.Warning, "BROKE", 10);
        Assert.Equal(("BrokerLink", "the link broke (IOException: no route)", workshop.Clock.GetUtcNow()), Assert.Single(last) is var l ? (l.Category, l.Text, l.Time) : default);
        Assert.Equal("line 2499", ring.Newest(LogLevel.Information, "line", 1)[0].Text);
    }

    [Fact]
    public void More_is_written_for_a_while_only_and_never_more_of_the_web_server()
    {
        var ring = new LogRing(workshop.Clock);
        using var logs = LoggerFactory.Create(logging => LogLines.Configure(logging, ring));
        var (own, server) = (logs.CreateLogger("StoreEdge.Agent.Pages.Diagnostics.EventFeed"), logs.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics"));
        Log("usual");
        ring.Detail(true);
        Log("more");
        workshop.Clock.Advance(LogRing.DetailLasts);
        Log("later");
        Assert.Equal(["own debug more"], ring.Newest(LogLevel.Debug, "debug", 10).Select(l => l.Text));
        Assert.Equal(["own later", "own more", "own usual"], ring.Newest(LogLevel.Information, "", 10).Select(l => l.Text));

        void Log(string when)
        {
            own.LogDebug("own debug {When}", when);
            own.LogInformation("own {When}", when);
            server.LogInformation("GET /p/secret {When}", when);
            server.LogDebug("debug: GET /p/secret {When}", when);
        }
    }

    [Fact]
    public async Task The_page_filters_encodes_and_switches_and_the_text_is_for_who_is_in()
    {
        var ring = new LogRing(workshop.Clock);
        await workshop.OpenAsync(pages: (routes, desk) => new LogsPage(ring).Map(routes, desk), tabs: [LogsPage.Tab]);
        var log = ring.CreateLogger("Part");
        log.LogInformation("usual");
        log.LogWarning("display <script>alert(1)</script> is silent");
        var pass = await workshop.EnterAsync();
        var page = await workshop.GetAsync("/technician/logs?level=Warning&containing=silent", pass);
        Assert.Contains("display &lt;script&gt;", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("usual</span>", page.Html, StringComparison.Ordinal);
        Assert.Contains("No line fits", (await workshop.GetAsync("/technician/logs?containing=%22%3E%3Cscript%3E", pass)).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"><script>", (await workshop.GetAsync("/technician/logs?containing=%22%3E%3Cscript%3E", pass)).Html, StringComparison.Ordinal);

        await workshop.PostAsync("/technician/log-level", pass, ("proof", page.Field("proof", "/log-level")), ("detail", "on"));
        Assert.Equal(LogLevel.Debug, ring.Least);
        Assert.Equal(("log-level", "detail"), workshop.Audit.Newest(1)[0] is var entry ? (entry.Deed, entry.Target) : default);
        Assert.Contains("warning Part: display <script>", (await workshop.GetAsync("/technician/logs.txt", pass)).Html, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician/logs.txt")).Status);
    }

    public ValueTask DisposeAsync() => workshop.DisposeAsync();
}

using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Pages.Kiosk;
using StoreEdge.Contracts;
using StoreEdge.Core.Offers;
using StoreEdge.Tests.Deciding;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Pages;

public sealed partial class KioskTests : IAsyncLifetime, IDisposable
{
    private readonly DecidingBench bench = new(Document(Offer("g", "generic")).Bytes());
    private WebApplication app = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        app = builder.Build();
        app.MapKiosk(bench.Hub, bench.Clock, new((_, _, _, _) => Task.FromResult(true), _ => { }));
        await app.StartAsync();
        http = app.GetTestClient();
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        await bench.DisposeAsync();
    }

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_page_is_given_the_present_state_then_each_later_one_with_its_id()
    {
        using var stream = new StreamReader(await http.GetStreamAsync("/display/door/events"));
        Assert.Equal("retry: 1000", (await NextAsync(stream))[0]);
        var idle = await NextAsync(stream);
        Assert.Equal("event: idle", idle[1]);
        await bench.ArrivesAsync("v1");
        var show = await NextAsync(stream);
        Assert.Equal("event: show", show[1]);
        Assert.Contains("\"lifetimeMs\":30000", show[2], StringComparison.Ordinal);
        Assert.Contains(bench.Hub.Current(DecidingBench.Door)!.Id, show[2], StringComparison.Ordinal);
        Assert.NotEqual(idle[0], show[0]);

        using var again = new StreamReader(await http.GetStreamAsync("/display/door/events"));
        await NextAsync(again);
        Assert.Equal(show[0], (await NextAsync(again))[0]);

        await bench.DepartsAsync("v1");
        Assert.Equal("event: idle", (await NextAsync(stream))[1]);
    }

    [Fact]
    public async Task A_silent_line_gives_a_sign_of_life_every_fifteen_seconds()
    {
        using var stream = new StreamReader(await http.GetStreamAsync("/display/door/events"));
        await NextAsync(stream);
        await NextAsync(stream);
        // The server's timer is armed some moment after the event was read; the clock is pushed until it has been.
        var beat = NextAsync(stream);
        while (!beat.IsCompleted)
        {
            bench.Clock.Advance(KioskEndpoints.Heartbeat);
            await Task.Yield();
        }

        Assert.Equal("event: beat", (await beat)[0]);
    }

    [Fact]
    public async Task An_acknowledgement_counts_only_for_what_is_shown_and_only_if_it_was_drawn()
    {
        await bench.ArrivesAsync("v1");
        var showing = bench.Hub.Current(DecidingBench.Door)!;
        Assert.Equal(HttpStatusCode.NoContent, await AckAsync(showing.Id, new string('0', 64)));
        Assert.Empty(bench.Events.OfType<RenderedData>());
        Assert.Contains(bench.Health.Warnings, w => w.Code == "display-content:door");
        Assert.Equal(HttpStatusCode.NoContent, await AckAsync(showing.Id, showing.Poster.ContentHash()));
        Assert.Equal(showing.Id, Assert.Single(bench.Events.OfType<RenderedData>()).ShowingId);
        Assert.Empty(bench.Health.Warnings);
        await bench.DepartsAsync("v1");
        Assert.Equal(HttpStatusCode.Conflict, await AckAsync(showing.Id, showing.Poster.ContentHash()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"showing\":null,\"contentHash\":\"<script>\",\"frame\":1}")]
    [InlineData("{\"showing\":null,\"contentHash\":null,\"frame\":1}")]
    [InlineData("{\"showing\":7,\"contentHash\":\"\",\"frame\":\"x\"}")]
    public async Task What_is_no_acknowledgement_is_refused(string body)
    {
        var answer = await http.PostAsync("/display/door/ack", new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotEmpty(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_oversized_acknowledgement_is_refused_unread() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await http.PostAsync("/display/door/ack", new StringContent(new string(' ', 5000)))).StatusCode);

    [Theory]
    [InlineData("/display/roof")]
    [InlineData("/display/roof/events")]
    [InlineData("/display/%3Cscript%3E")]
    public async Task An_unknown_display_is_told_which_there_are(string path)
    {
        var answer = await http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("known: door, aisle", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_display_takes_four_pages_and_no_more_and_forgets_those_that_left()
    {
        var pages = new List<Stream>();
        for (var i = 0; i < DisplayHub.MostClients; i++) pages.Add(await http.GetStreamAsync("/display/door/events"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/display/door/events")).StatusCode);
        foreach (var page in pages) await page.DisposeAsync();
        // The server learns of a closed page on its own threads; a loaded machine takes its time.
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(() => bench.Hub.Status()[0].Clients == 0, TimeSpan.FromSeconds(30))), "pages that left are still counted");
    }

    [Fact]
    public void Nobody_keeps_the_screen_itself_out_however_many_pages_they_open()
    {
        for (var i = 0; i < DisplayHub.MostClients; i++) Assert.NotNull(bench.Hub.Connect(DecidingBench.Door));
        var own = Enumerable.Range(0, DisplayHub.MostOwn + 1).Select(_ => bench.Hub.Connect(DecidingBench.Door, isOwn: true)).ToList();
        Assert.All(own, Assert.NotNull);
        // The oldest of its own gives way: it is the one of a browser that has died.
        Assert.Equal(DisplayHub.MostOwn, own.Count(page => page!.TryRead(out _) && !page.Completion.IsCompleted));
        Assert.Equal(DisplayHub.MostClients + DisplayHub.MostOwn, bench.Hub.Status()[0].Clients);
    }

    [Fact]
    public async Task A_page_elsewhere_can_neither_vote_nor_give_back_a_screen()
    {
        await bench.ArrivesAsync("v1");
        var vote = new StringContent($$"""{"showing":"{{bench.Hub.Current(DecidingBench.Door)!.Id}}","choice":"never"}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/display/door/vote", vote)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/display/door/release", null)).StatusCode);
    }

    [Fact]
    public async Task A_page_that_asks_for_an_older_event_is_given_the_present_one()
    {
        await bench.ArrivesAsync("v1");
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/display/door/events");
        asked.Headers.Add("Last-Event-ID", "0000-1");
        using var answer = await http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await NextAsync(stream);
        Assert.Contains(bench.Hub.Current(DecidingBench.Door)!.Id, (await NextAsync(stream))[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_pages_own_script_runs_and_no_text_becomes_markup()
    {
        bench.Hub.Idle = bench.Hub.Idle with { Theme = bench.Hub.Idle.Theme with { Name = "</script><img src=x onerror=alert(1)>{{nonce}}" } };
        var answer = await http.GetAsync("/display/door?theme=dark");
        var page = await answer.Content.ReadAsStringAsync();
        var nonce = NonceInPolicy().Match(answer.Headers.GetValues("Content-Security-Policy").Single()).Groups[1].Value;
        Assert.Equal(3, Regex.Count(page, $"<(script|style)[^>]* nonce=\"{nonce}\""));
        Assert.Equal(3, Regex.Count(page, "<(script|style)\\b"));
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains("data-theme=\"dark\"", page, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_display_that_falls_silent_or_freezes_is_named_with_what_to_do()
    {
        await bench.Hub.AcknowledgeAsync(DecidingBench.Door, new(null, new string('0', 64), 2), default);
        await bench.PassAsync(TimeSpan.FromSeconds(24));
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code.Contains("door", StringComparison.Ordinal));
        await bench.Hub.AcknowledgeAsync(DecidingBench.Door, new(null, new string('0', 64), 2), default);
        await bench.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Contains(bench.Health.Warnings, w => w.Code == "display-frozen:door");
        await bench.PassAsync(TimeSpan.FromSeconds(24));
        var silent = Assert.Single(bench.Health.Warnings, w => w.Code.Contains("door", StringComparison.Ordinal));
        Assert.Equal("display-silent:door", silent.Code);
        Assert.Contains("/display/door", silent.NextAction, StringComparison.Ordinal);
        await bench.Hub.AcknowledgeAsync(DecidingBench.Door, new(null, new string('0', 64), 4), default);
        await bench.PassAsync(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code.Contains("door", StringComparison.Ordinal));
    }

    private async Task<HttpStatusCode> AckAsync(string showing, string hash) =>
        (await http.PostAsync("/display/door/ack", new StringContent($$"""{"showing":"{{showing}}","contentHash":"{{hash}}","frame":2}""", Encoding.UTF8, "application/json"))).StatusCode;

    private static async Task<string[]> NextAsync(StreamReader stream)
    {
        var lines = new List<string>();
        while (await stream.ReadLineAsync() is { Length: > 0 } line) lines.Add(line);
        return [.. lines];
    }

    [GeneratedRegex("script-src 'nonce-([0-9a-f]+)'")]
    private static partial Regex NonceInPolicy();
}

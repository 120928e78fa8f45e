using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Diagnostics;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Tests.Health;

namespace StoreEdge.Tests.Pages.Diagnostics;

public sealed partial class DiagnosticsEndpointsTests : IAsyncLifetime, IDisposable
{
    private const string Subject = "k1-9f8e7d6c5b4a3f2e1d0c9b8a7f", Visit = "0193e4a0-aaaa-7bbb-8ccc-ddddeeeeffff";

    private readonly ManualClock clock = new();
    private readonly Channel<CommittedEvent> committed = Channel.CreateBounded<CommittedEvent>(64);
    private readonly CancellationTokenSource stop = new();
    private IReadOnlyList<string> missing = [];
    private WebApplication app = null!;
    private EventFeed feed = null!;
    private HttpClient client = null!;
    private Task feeding = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        var sources = CheckupTests.AllWell with { Store = new("store-0001", "Loja <b>&\"Centro\"") };
        var checkup = new Checkup(sources, CheckupTests.Machine(), new(clock, NullLogger<HealthBoard>.Instance), clock);
        feed = new EventFeed(committed.Reader, checkup.Sample, clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        app = builder.Build();
        new DiagnosticsEndpoints(new(checkup, feed, clock), feed, () => missing, clock, stop.Token).Map(app, TechnicianNetworks.Default);
        await app.StartAsync();
        client = app.GetTestClient();
        feeding = feed.RunAsync(stop.Token);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => feeding);
        client.Dispose();
        await app.DisposeAsync();
    }

    public void Dispose() => stop.Dispose();

    [Fact]
    public async Task The_page_is_one_small_document_that_loads_nothing_else()
    {
        var response = await client.GetAsync("/diagnostics");
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 1, 150_000);
        Assert.DoesNotMatch(@"(?:src|href)=""(?:https?:)?//", page);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&\"Centro", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_carries_the_nonce_of_this_answer_runs()
    {
        var first = await client.GetAsync("/diagnostics");
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = Nonce().Match(policy).Groups[1].Value;
        var page = await first.Content.ReadAsStringAsync();

        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.All(Inline().Matches(page), m => Assert.Contains($"nonce=\"{nonce}\"", m.Value, StringComparison.Ordinal));
        Assert.DoesNotMatch(@"<[^>]+\s(?:style|on\w+)=", page);
        var second = await client.GetAsync("/diagnostics");
        Assert.DoesNotContain(nonce, second.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/diagnostics", "pt-BR,pt;q=0.9,en;q=0.8", "pt-BR")]
    [InlineData("/diagnostics", "de,en;q=0.5,pt;q=0.2", "en")]
    [InlineData("/diagnostics", "pt;q=0,de", "en")]
    [InlineData("/diagnostics", "", "en")]
    [InlineData("/diagnostics?lang=pt-BR", "en", "pt-BR")]
    [InlineData("/diagnostics?lang=en", "pt-BR", "en")]
    [InlineData("/diagnostics?lang=%22%3E%3Cscript%3E", "pt-BR", "en")]
    public async Task The_address_or_else_the_browser_chooses_the_language(string address, string accepted, string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accepted.Length > 0) request.Headers.Add("Accept-Language", accepted);
        var page = await (await client.SendAsync(request)).Content.ReadAsStringAsync();
        Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_show_what_where_and_when_but_not_who()
    {
        await Commit(new ArrivalData(Visit, Subject, "entrance", "door", "low", "beacon", "involuntary"));
        await Commit(new ConsentData(Visit, Subject, "receipt-1", "v1", "pt-BR", true, true, false, "low"));
        await Commit(new DecisionData("decision-1", Visit, Subject, "display", "door-screen", "p", ["offer-1"], false, "because", "pt-BR", "1", "h", 1, []));
        await Until(() => feed.Newest.Count == 3);
        clock.Advance(TimeSpan.FromSeconds(1));

        var json = await client.GetStringAsync("/diagnostics/status.json");
        var events = JsonDocument.Parse(json).RootElement.GetProperty("events");

        Assert.Equal(["decision", "consent", "arrival"], events.EnumerateArray().Select(e => e.GetProperty("type").GetString()));
        Assert.Equal("entrance", events[2].GetProperty("place").GetString());
        foreach (var secret in new[] { Subject, Visit, "receipt-1", "decision-1", "because" })
        {
            Assert.DoesNotContain(secret, json, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, await client.GetStringAsync("/diagnostics"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_watcher_gets_a_snapshot_at_once_each_second_and_every_event()
    {
        using var response = await client.GetAsync("/diagnostics/live?lang=pt-BR", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        var (name, data) = await Next(reader);
        Assert.Equal("snapshot", name);
        Assert.Equal("pt-BR", data.GetProperty("language").GetString());

        await Commit(new ArrivalData(Visit, Subject, "entrance", "door", "low", "beacon", "involuntary", Test: true));
        (name, data) = await Next(reader);
        Assert.Equal("event", name);
        Assert.Equal(("arrival", "entrance", true), (data.GetProperty("type").GetString(), data.GetProperty("place").GetString(), data.GetProperty("test").GetBoolean()));

        clock.Advance(TimeSpan.FromSeconds(1));
        (name, data) = await Next(reader);
        Assert.Equal("snapshot", name);
        Assert.Equal(1, data.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task The_fifty_first_watcher_is_asked_to_come_back_later()
    {
        var watchers = Enumerable.Range(0, EventFeed.MostWatchers).Select(_ => feed.Watch()!).ToList();
        var response = await client.GetAsync("/diagnostics/live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);

        feed.Leave(watchers[0]);
        using var welcome = await client.GetAsync("/diagnostics/live", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, welcome.StatusCode);
    }

    [Fact]
    public async Task An_agent_that_stops_lets_its_watchers_go()
    {
        using var response = await client.GetAsync("/diagnostics/live", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await Next(reader);
        await stop.CancelAsync();
        Assert.Equal("", await reader.ReadToEndAsync());
        Assert.NotNull(feed.Watch());
    }

    [Fact]
    public async Task Alive_is_not_yet_ready()
    {
        missing = ["journal: no commit for 70 s"];
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        var ready = await client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("journal: no commit for 70 s\n", await ready.Content.ReadAsStringAsync());

        missing = [];
        Assert.Equal("ready\n", await client.GetStringAsync("/health/ready"));
    }

    private ValueTask Commit(IEventData data) => committed.Writer.WriteAsync(new(feed.Newest.Count + 1, data, Instant.Now(clock), clock.GetUtcNow()));

    private static async Task Until(Func<bool> holds)
    {
        while (!holds()) await Task.Yield();
    }

    private static async Task<(string Name, JsonElement Data)> Next(StreamReader reader)
    {
        var name = (await reader.ReadLineAsync())!["event: ".Length..];
        var data = JsonDocument.Parse((await reader.ReadLineAsync())!["data: ".Length..]).RootElement;
        await reader.ReadLineAsync();
        return (name, data);
    }

    [GeneratedRegex("script-src 'nonce-([0-9a-f]{32})'")]
    private static partial Regex Nonce();

    [GeneratedRegex("<(?:script|style)[^>]*>")]
    private static partial Regex Inline();
}

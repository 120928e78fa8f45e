using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Pages.Staff;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Tests.Journal;
using StoreEdge.Tests.Pages.Portal;

namespace StoreEdge.Tests.Pages;

/// <summary>The staff displays on an in-memory server with a real journal.</summary>
public sealed class StaffDisplayTests : IAsyncDisposable
{
    private const string Pin = "cafe-com-leite";
    private readonly Bench bench = new();
    private readonly List<StaffCue> cues = [];
    private JournalStore store = null!;
    private HelpDesk desk = null!;
    private StaffFeed feed = null!;
    private WebApplication app = null!;
    private string? name;
    private bool isFull;

    [Fact]
    public async Task Without_a_password_in_the_configuration_there_is_no_staff_display()
    {
        await OpenAsync(pin: null);
        foreach (var path in new[] { "", "/events" }) Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/staff/bakery" + path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("/staff/bakery/enter", null, ("pin", Pin))).Status);
    }

    [Fact]
    public async Task Nobody_sees_or_does_anything_without_the_password()
    {
        await OpenAsync();
        await AskAsync("v1", "advice");
        name = "Ana";
        var page = await GetAsync("/staff/bakery");
        Assert.Equal(HttpStatusCode.Unauthorized, page.Status);
        foreach (var secret in new[] { "Ana", "Advice", "I'm coming" }) Assert.DoesNotContain(secret, page.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/staff/bakery/events")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/staff/bakery?part=board")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("/staff/bakery/take", null, ("request", desk.Open()[0].Id), ("proof", ""))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/staff/bakery", "1.2.3")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/staff/moon", await EnterAsync())).Status);
        Assert.Equal(HelpDesk.Asked, desk.Open()[0].State);
    }

    [Fact]
    [Trait("Mission", "24")]
    public async Task Staff_see_who_waits_take_it_and_solve_it_and_the_journal_says_so()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        await AskAsync("v1", "advice");
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        var page = await GetAsync("/staff/bakery", pass);
        foreach (var said in new[] { "Advice", "bakery", "waiting for 2 min", "reads Português", "(1) Staff · bakery" }) Assert.Contains(said, page.Text, StringComparison.Ordinal);
        var taken = await PostAsync("/staff/bakery/take", pass, ("request", page.Field("request", "/take")), ("proof", page.Field("proof", "/take")));
        var mine = await GetAsync(taken.Location!, pass);
        Assert.Contains("the customer knows that you are coming", mine.Text, StringComparison.Ordinal);
        Assert.Contains("Somebody (bakery) is on the way.", (await GetAsync("/staff/entrance", pass)).Text, StringComparison.Ordinal);
        Assert.Equal(HelpDesk.OnTheWay, desk.Of(new("v1"))!.State);
        await PostAsync("/staff/bakery/solve", pass, ("request", mine.Field("request", "/solve")), ("proof", mine.Field("proof", "/solve")), ("demand", "rye"), ("missing", "on"));
        Assert.Contains("Nobody is waiting.", (await GetAsync("/staff/bakery", pass)).Text, StringComparison.Ordinal);
        Assert.Equal(HelpDesk.Solved, desk.Of(new("v1"))!.State);
    }

    [Fact]
    [Trait("Mission", "43")]
    public async Task A_question_on_the_shop_floor_becomes_a_demand_that_was_or_was_not_met_and_a_word_that_is_none_of_the_bundles_is_left_out()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        foreach (var (visit, demand) in new[] { ("v1", "rye"), ("v2", "what the customer said, word by word"), ("v3", "") })
        {
            await AskAsync(visit, "find");
            await desk.TakeAsync(desk.Of(new(visit))!.Id, new("bakery"));
            var page = await GetAsync("/staff/bakery", pass);
            await PostAsync("/staff/bakery/solve", pass, ("request", page.Field("request", "/solve")), ("proof", page.Field("proof", "/solve")), ("demand", demand), ("missing", "on"));
        }

        Assert.Equal(("rye", false, "find"), Assert.Single(Journaled<QuestionAskedData>()) is var asked ? (asked.Demand, asked.Answered, asked.Skill) : default);
    }

    [Fact]
    public async Task A_form_of_another_site_of_another_display_or_of_another_request_does_nothing()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        await AskAsync("v1", "find");
        await AskAsync("v2", "find");
        var page = await GetAsync("/staff/bakery", pass);
        var (request, proof) = (page.Field("request", "/take"), page.Field("proof", "/take"));
        var other = desk.Open().First(r => r.Id != request).Id;
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, "/staff/bakery/take", pass, Shop.Encode(("request", request), ("proof", proof)), "http://elsewhere.test")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("/staff/bakery/take", pass, ("request", other), ("proof", proof))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("/staff/bakery/take", await EnterAsync(), ("request", request), ("proof", proof))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("/staff/bakery/solve", pass, ("request", request), ("proof", proof))).Status);
        Assert.All(desk.Open(), r => Assert.Equal(HelpDesk.Asked, r.State));
    }

    [Fact]
    public async Task Who_comes_second_is_told_that_somebody_else_was_first()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        await AskAsync("v1", "find");
        var page = await GetAsync("/staff/bakery", pass);
        await desk.TakeAsync(desk.Open()[0].Id, new("entrance"));
        var late = await PostAsync("/staff/bakery/take", pass, ("request", page.Field("request", "/take")), ("proof", page.Field("proof", "/take")));
        Assert.Contains("Somebody else was first", (await GetAsync(late.Location!, pass)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_guesses_waits_longer_and_longer_and_the_right_password_does_not_help_meanwhile()
    {
        await OpenAsync();
        for (var i = 0; i < 4; i++) Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("/staff/bakery/enter", null, ("pin", $"wrong-{i}"))).Status);
        var locked = await PostAsync("/staff/bakery/enter", null, ("pin", "wrong-5"));
        Assert.Equal((HttpStatusCode.TooManyRequests, "15"), (locked.Status, locked.Headers["Retry-After"]));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync("/staff/bakery/enter", null, ("pin", Pin))).Status);
        Assert.Contains(bench.Health.Warnings, w => w.Code == "staff-password-guessed");
        bench.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("30", (await PostAsync("/staff/bakery/enter", null, ("pin", "wrong-6"))).Headers["Retry-After"]);
        Assert.Equal(HttpStatusCode.SeeOther, (await SendAsync(HttpMethod.Post, "/staff/bakery/enter", null, Shop.Encode(("pin", Pin)), address: "10.0.0.9")).Status);
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.SeeOther, (await PostAsync("/staff/bakery/enter", null, ("pin", Pin))).Status);
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code == "staff-password-guessed");
    }

    [Fact]
    public async Task Guessing_from_many_addresses_is_slowed_down_as_well_and_open_displays_stay_open()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        for (var i = 0; i < 50; i++) await SendAsync(HttpMethod.Post, "/staff/bakery/enter", null, Shop.Encode(("pin", $"wrong-{i}")), address: $"10.0.1.{i}");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SendAsync(HttpMethod.Post, "/staff/bakery/enter", null, Shop.Encode(("pin", Pin)), address: "10.0.2.1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/staff/bakery", pass)).Status);
    }

    [Fact]
    public async Task A_display_stays_open_over_a_restart_for_a_shift_and_no_longer_and_closes_with_another_password()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        await OpenAsync();
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/staff/bakery", pass)).Status);
        await OpenAsync("another-password");
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/staff/bakery", pass)).Status);
        await OpenAsync();
        bench.Clock.Advance(TimeSpan.FromHours(16));
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/staff/bakery", pass)).Status);
    }

    [Fact]
    [Trait("Mission", "22")]
    public async Task Staff_are_told_that_a_recognised_customer_is_here_by_the_name_they_want_and_nothing_becomes_markup()
    {
        await OpenAsync();
        cues.Add(new("<b>Ana</b>", Instant.Now(bench.Clock), WantsPerson: true));
        cues.Add(new(null, null, WantsPerson: false));
        var page = await GetAsync("/staff/bakery", await EnterAsync());
        foreach (var said in new[] { "<b>Ana</b>", "just came in", "Prefers to speak to somebody", "A customer of ours" }) Assert.Contains(said, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b><b>Ana", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_not_promised()
    {
        await OpenAsync();
        var pass = await EnterAsync();
        await AskAsync("v1", "find");
        var page = await GetAsync("/staff/bakery", pass);
        isFull = true;
        var refused = await PostAsync("/staff/bakery/take", pass, ("request", page.Field("request", "/take")), ("proof", page.Field("proof", "/take")));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (refused.Status, refused.Text.Contains("It could not be kept", StringComparison.Ordinal)));
        Assert.Equal(HelpDesk.Asked, desk.Open()[0].State);
    }

    [Fact]
    public async Task The_page_needs_no_script_keeps_no_copy_and_lets_nothing_in_from_elsewhere()
    {
        await OpenAsync();
        await AskAsync("v1", "find");
        foreach (var tag in PortalText.Tags)
        {
            var page = await GetAsync($"/staff/bakery?lang={tag}", await EnterAsync());
            Assert.Contains($"<html lang=\"{tag}\">", page.Html, StringComparison.Ordinal);
            Assert.Contains("<noscript><meta http-equiv=\"refresh\"", page.Html, StringComparison.Ordinal);
            Assert.Equal(("no-store", "DENY", "same-origin"), (page.Headers["Cache-Control"], page.Headers["X-Frame-Options"], page.Headers["Referrer-Policy"]));
            Assert.Matches("default-src 'none'; script-src 'nonce-[0-9a-f]{32}'.*form-action 'self'", page.Headers["Content-Security-Policy"]);
            Assert.DoesNotContain("on" + "click", page.Html, StringComparison.Ordinal);
        }

        var entered = await PostAsync("/staff/bakery/enter", null, ("pin", Pin));
        foreach (var word in new[] { "httponly", "samesite=strict", "path=/staff" }) Assert.Contains(word, entered.Headers["Set-Cookie"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_displays_are_told_that_there_is_news_but_not_what()
    {
        await OpenAsync();
        var watcher = feed.Watch()!;
        feed.Pass(new(7, new DwellData("v1", "k1-ana", "bakery", 60, "involuntary", "low"), default, default));
        Assert.False(watcher.Reader.TryRead(out _));
        feed.Pass(new(8, new HelpRequestedData("v1", "k1-ana", "r1", "bakery", "find", "en", "low"), default, default));
        Assert.True(watcher.Reader.TryRead(out var news));
        Assert.Equal(8, news);
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("111111")]
    [InlineData("121212")]
    [InlineData("")]
    public void A_password_that_is_soon_guessed_is_refused_at_start(string pin)
    {
        var file = Path.Combine(bench.Directory, "pin");
        File.WriteAllText(file, pin + "\n");
        var fault = Assert.Throws<ConfigurationException>(() => StaffDoor.ReadPin(file));
        Assert.Equal("staff.pinFile", Assert.Single(fault.Errors).Key);
        Assert.DoesNotContain(fault.Errors, e => pin.Length > 0 && e.ToString().Contains(pin, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_language_says_everything()
    {
        Assert.Equal(PortalText.Tags, StaffText.All.Select(t => t.Tag));
        foreach (var text in StaffText.All)
        {
            foreach (var property in typeof(StaffText).GetProperties().Where(p => p.PropertyType == typeof(string)))
            {
                var (word, first) = ((string)property.GetValue(text)!, (string)property.GetValue(StaffText.All[0])!);
                Assert.False(string.IsNullOrWhiteSpace(word), $"{text.Tag} has no {property.Name}");
                Assert.Equal(Regex.Matches(first, @"\{\d\}").Select(m => m.Value).Order(), Regex.Matches(word, @"\{\d\}").Select(m => m.Value).Order());
            }

            Assert.Equal(StaffText.All[0].Done.Keys.Order(), text.Done.Keys.Order());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        await bench.DisposeAsync();
    }

    private async Task OpenAsync(string? pin = Pin)
    {
        if (app is not null) await app.DisposeAsync();
        store = app is null ? bench.Open(null, new HelpProjection(), new Refusal(() => isFull)) : await bench.ReopenAsync(null, new HelpProjection(), new Refusal(() => isFull));
        desk = new(store, _ => "bakery");
        feed = new(store.Subscribe("staff", 16));
        var door = pin is null ? null : new StaffDoor(pin, new(new byte[32]), bench.Clock, bench.Clock.GetUtcNow, bench.Health);
        var doors = new StaffDoors([new("bakery"), new("entrance")], desk, new(new([new([], [], [[]], TimeSpan.FromMinutes(1))], TimeSpan.FromMinutes(1))), _ => cues, _ => name, _ => [("rye", "Rye bread")], () => false, store.BootId);
        app = PagesServer.Build();
        new StaffEndpoints(door, doors, new("Casa Aurora", new(new PortalOptions().BrandColour), bench.Clock), feed, "en", bench.Clock, CancellationToken.None).Map(app);
        await app.StartAsync();
    }

    private Task AskAsync(string visit, string skill) => desk.AskAsync(new(visit), new("visit-" + visit), skill, "pt-BR", "low");

    private IReadOnlyList<T> Journaled<T>()
        where T : IEventData => [.. store.ReadAfter(0, 1000).Select(e => ContractsJson.Read(e.Type, e.Data.Span)).OfType<T>()];

    private async Task<string> EnterAsync() =>
        Regex.Match((await PostAsync("/staff/bakery/enter", null, ("pin", Pin))).Headers["Set-Cookie"], "storeedge-staff=([^;]*)").Groups[1].Value;

    private Task<Answer> GetAsync(string path, string? pass = null) => SendAsync(HttpMethod.Get, path, pass, null);

    private Task<Answer> PostAsync(string path, string? pass, params (string, string)[] fields) => SendAsync(HttpMethod.Post, path, pass, Shop.Encode(fields));

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? pass, string? body, string origin = "http://store.test", string address = "10.0.0.7")
    {
        using var request = new HttpRequestMessage(method, "http://store.test" + path);
        request.Headers.Add("X-Test-Address", address);
        if (!path.Contains("lang=", StringComparison.Ordinal)) request.Headers.TryAddWithoutValidation("Accept-Language", "en");
        if (pass is not null) request.Headers.Add("Cookie", $"storeedge-staff={pass}");
        if (body is not null)
        {
            request.Headers.Add("Origin", origin);
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        using var client = new HttpClient(app.GetTestServer().CreateHandler());
        using var response = await client.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.ToString(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    private sealed class Refusal(Func<bool> refuses) : IProjection
    {
        public string Name => "refusal";

        public IReadOnlyList<string> Migrations => [];

        public void Apply(Microsoft.Data.Sqlite.SqliteConnection database, CommittedEvent committed)
        {
            if (refuses()) throw new IOException("no room is left");
        }
    }
}

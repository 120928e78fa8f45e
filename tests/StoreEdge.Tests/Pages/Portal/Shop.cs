using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Orders;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Pages.Portal;

/// <summary>The portal on an in-memory server with a real journal; phones differ by their source address.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Phone = "10.0.0.7", OtherPhone = "10.0.0.8", GoodLink = "1.good-link";
    public static readonly Pseudonym Maria = new("k1-mariamariamariamariamaria0");
    private readonly Bench bench = new();
    private WebApplication? app;
    private Reception? reception;
    private Doorkeeper? doorkeeper;

    public required PortalOptions Options { get; init; }

    /// <summary>Whose what they typed is.</summary>
    public required RecogniseLogin Recognise { get; init; }

    public IReadOnlyList<PhoneOfferCard> Offers { get; set; } = [Card("chair")];

    public ManualClock Clock => bench.Clock;

    public Bench Bench => bench;

    public Presence Presence { get; } = new();

    public PortalKey Key { get; } = new(new byte[32]);

    /// <summary>Whether and how phones pass; it outlives a restart of the portal, as the kernel's tables do.</summary>
    public IGuestDoor Door { get; init; } = new OpenDoor();

    /// <summary>Whether the server is the guests' own, which leads whoever asks for another host to the portal.</summary>
    public bool ServesGuestsOnly { get; init; }

    /// <summary>How the guests' HTTPS is reached.</summary>
    public string? Tls { get; set; }

    public bool JournalBroken { get; set; }

    public bool IsOffline { get; set; }

    /// <summary>What central has told.</summary>
    public IReadOnlyList<PhoneFactCard> Facts { get; set; } = [];

    /// <summary>Another name under which Maria is known; null for none.</summary>
    public Pseudonym? FormerName { get; set; }

    public Strangers Strangers { get; } = new(() => 1);

    public static PhoneOfferCard Card(string id) => new(id, $"decision-{id}", "en", $"Title {id}", $"Text {id}", "R$ 9,90", null, null, $"Because of {id}.", true);

    public static async Task<Shop> OpenAsync(PortalOptions? options = null, IGuestDoor? door = null, bool servesGuestsOnly = false, RecogniseLogin? recognise = null)
    {
        var shop = new Shop { Recognise = recognise ?? (typed => typed == "MARIA-1" ? Maria : null), Options = options ?? new() { Name = "Casa Aurora", PostsPerMinute = 1000 }, Door = door ?? new OpenDoor(), ServesGuestsOnly = servesGuestsOnly };
        await shop.StartAsync();
        return shop;
    }

    public async Task RestartAsync()
    {
        await app!.DisposeAsync();
        reception!.Dispose();
        doorkeeper!.Dispose();
        await StartAsync();
    }

    /// <summary>A request as a phone sends it.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? body = null, string phone = Phone, string? origin = "http://portal.test", string? language = "en",
        Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? "http://portal.test" + path : path);
        request.Headers.Add("X-Test-Phone", phone);
        if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
            if (origin is not null) request.Headers.Add("Origin", origin);
        }

        change?.Invoke(request);
        using var client = new HttpClient(app!.GetTestServer().CreateHandler()) { BaseAddress = new("http://portal.test") };
        using var response = await client.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.ToString(), response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> GetAsync(string path, string phone = Phone, string? language = "en") => SendAsync(HttpMethod.Get, path, phone: phone, language: language);

    public Task<Answer> PostAsync(string path, params (string Name, string Value)[] fields) => SendAsync(HttpMethod.Post, path, Encode(fields));

    /// <summary>Opens the portal and accepts it.</summary>
    public async Task<Answer> AcceptAsync(string phone = Phone, bool loyalty = false, bool marketing = false, string number = "", string language = "en", string link = "")
    {
        var page = await GetAsync(link.Length == 0 ? "/portal" : $"/portal?code={link}", phone, language);
        List<(string, string)> fields = [("token", page.Field("token")), ("lang", page.Field("lang")), ("number", number)];
        if (page.Field("code") is { Length: > 0 } code) fields.Add(("code", code));
        if (loyalty) fields.Add(("loyalty", "on"));
        if (marketing) fields.Add(("marketing", "on"));
        return await SendAsync(HttpMethod.Post, "/portal/accept", Encode([.. fields]), phone, language: language);
    }

    /// <summary>Accepts and opens the phone's page.</summary>
    public async Task<(Answer Page, string Path)> EnterAsync(bool loyalty = false, bool marketing = false, string number = "", string phone = Phone, string link = "")
    {
        var accepted = await AcceptAsync(phone, loyalty, marketing, number, link: link);
        Assert.Equal(HttpStatusCode.SeeOther, accepted.Status);
        return (await GetAsync(accepted.Location!, phone), accepted.Location!.Split('?')[0]);
    }

    /// <summary>What the portal's own loop does when somebody may have come back.</summary>
    public Task WelcomeBackAsync() => reception!.WelcomeBackAsync();

    /// <summary>Something that another room journals.</summary>
    public async Task HappensAsync(IEventData data) => await bench.Store.AppendAsync(data, Core.Instant.Now(Clock), CancellationToken.None);

    /// <summary>What the store holds of a customer's consent to <c>loyalty</c> or <c>marketing</c>.</summary>
    public bool Consents(Pseudonym subject, string purpose) => bench.Store.Query(database =>
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT value FROM preference WHERE subject = $subject AND kind = $kind";
        command.Parameters.AddWithValue("$subject", subject.Value);
        command.Parameters.AddWithValue("$kind", purpose);
        return command.ExecuteScalar() is 1L;
    });

    public IReadOnlyList<T> Journaled<T>()
        where T : IEventData => [.. bench.Store.ReadAfter(0, 1000).Select(e => ContractsJson.Read(e.Type, e.Data.Span)).OfType<T>()];

    public static string Encode(params (string Name, string Value)[] fields) =>
        string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}"));

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        reception?.Dispose();
        doorkeeper?.Dispose();
        await bench.DisposeAsync();
    }

    private async Task StartAsync()
    {
        var sessions = new PortalSessions(Key, Options.SessionLifetime);
        IProjection[] projections = [sessions, new PreferencesProjection(), new ShowingsProjection(), new TracesProjection(), new VotesProjection(TimeZoneInfo.Utc), new VisitsProjection(), new HelpProjection(), new StrangersTable()];
        var store = app is null ? bench.Open(null, projections) : await bench.ReopenAsync(null, projections);
        var inputs = new DecisionInputs(store, Clock, bench.Health, NamesOf);
        doorkeeper = new(Door, Options, Presence, Clock);
        await doorkeeper.BeginAsync(receipt => store.Query(database => sessions.ByReceipt(database, receipt, Clock.GetUtcNow())), CancellationToken.None);
        reception = new(Options, store, sessions, Presence, doorkeeper, Recognise, code => code == GoodLink ? Maria : null, inputs.HasStopped, inputs.MayStillGrant, Clock, Clock.GetUtcNow);
        var endpoints = new PortalEndpoints(
            Options, Key, reception, new(Door, doorkeeper, new("portal.test", () => Tls), new()), new(
                (_, _, _) => JournalBroken ? throw new IOException("disk") : ValueTask.FromResult(Offers), inputs.HasStopped, Know, () => IsOffline, new(store, _ => "entrance"),
                new(store, Strangers, new(OrderParts.Tables(), () => 1, Forget, bench.Directory)), subject => [subject.Value], (offer, _) => $"Title {offer}", TimeSpan.FromDays(30)),
            bench.Health, Clock, NullLogger<PortalEndpoints>.Instance);

        PhoneKnowledge Know(PortalSession session, string language)
        {
            var words = inputs.WordsOf(session.Subject, session.Visit);
            var gifts = words.Where(w => w.Kind == "gift").Select(w => w.Target).ToHashSet();
            return new("entrance", [.. words.Where(w => w.Kind != "gift").Select(w => new PhoneWordCard(w.Kind, w.Target, "en", $"Title {w.Target}", "seating", gifts.Contains("seating"), w.IsOfThisVisit)
            {
                Wider = w.Kind == "never" ? [("never-supplier", "oak", "Oak & Sons"), ("never-demand", "seating", "chairs")] : [],
            })], Facts) { Demands = [("running", "running shoes"), ("coffee", "coffee")] };
        }

        ReadOnlySpan<Pseudonym> NamesOf(Pseudonym subject) => FormerName is { } former && subject == Maria ? new[] { former, Maria } : new[] { subject };

        Task Forget(IReadOnlyList<Pseudonym> subjects)
        {
            foreach (var subject in subjects) Presence.Leave(subject);
            return Task.CompletedTask;
        }
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        app = builder.Build();
        app.Use((http, next) =>
        {
            http.Connection.RemoteIpAddress = IPAddress.Parse(http.Request.Headers["X-Test-Phone"].ToString());
            (http.Connection.LocalIpAddress, http.Connection.LocalPort) = (IPAddress.Parse("10.0.0.1"), 8481);
            return next(http);
        });
        if (ServesGuestsOnly)
        {
            app.Use((http, next) =>
            {
                http.Features.Set(new GuestConnection(http.Connection.RemoteIpAddress!, static () => { }));
                return next(http);
            });
            app.Use(next => http => endpoints.Signpost.LeadAsync(http, next));
        }

        app.UseRouting();
        app.MapPortal(endpoints);
        await app.StartAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string Html, string? Location, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The value of the first hidden field of a name, in the first form whose action ends so.</summary>
    public string Field(string name, string action = "") =>
        WebUtility.HtmlDecode(Regex.Match(Form(action), $"name=\"{name}\" value=\"([^\"]*)\"", RegexOptions.CultureInvariant).Groups[1].Value);

    public string Form(string action) =>
        Regex.Match(Html, $"<form method=\"post\" action=\"[^\"]*{Regex.Escape(action)}[^\"]*\".*?</form>", RegexOptions.Singleline).Value;

    public string Text => WebUtility.HtmlDecode(Html);
}

/// <summary>Presence as the contract of the seam says: one open visit per subject, told once.</summary>
internal sealed class Presence : IPortalArrivals
{
    private readonly Dictionary<Pseudonym, VisitId> open = [];
    private bool isHeld;

    public List<(Pseudonym Subject, Assurance Assurance, VisitId Visit)> Arrivals { get; } = [];

    public List<Pseudonym> Left { get; } = [];

    /// <summary>While set, arrivals wait for it, as they do for a disk that is full.</summary>
    public TaskCompletionSource? Held { get; set; }

    public bool IsHeld { get => Volatile.Read(ref isHeld); private set => Volatile.Write(ref isHeld, value); }

    public async Task<VisitId> ArriveAsync(Pseudonym subject, Assurance assurance, CancellationToken stop)
    {
        if (Held is { } held)
        {
            IsHeld = true;
            await held.Task;
        }

        if (!open.TryGetValue(subject, out var visit))
        {
            visit = open[subject] = IsWithinGrace && Arrivals.FindLast(a => a.Subject == subject) is { Visit.Value: not null } former
                ? former.Visit : new(string.Create(CultureInfo.InvariantCulture, $"visit-{open.Count + Left.Count + 1}"));
            Arrivals.Add((subject, assurance, visit));
        }

        return visit;
    }

    /// <summary>Whether whoever returns joins the visit that they left.</summary>
    public bool IsWithinGrace { get; set; }

    /// <summary>Who showed life, in the order in which they did.</summary>
    public List<Pseudonym> Renewed { get; } = [];

    /// <summary>Who fell silent, of those who left.</summary>
    public List<Pseudonym> Silent { get; } = [];

    public void StillHere(IReadOnlyList<Pseudonym> subjects) => Renewed.AddRange(subjects);

    public void Leave(Pseudonym subject, bool silently = false)
    {
        open.Remove(subject);
        Left.Add(subject);
        if (silently) Silent.Add(subject);
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Tests.Pages.Portal;

namespace StoreEdge.Tests.Pages.Technician;

/// <summary>The technician's pages on an in-memory server; technicians differ by their source address.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    public const string Pin = "chave-de-fenda-7", Boot = "11111111-2222-3333-4444-555555555555", Laptop = "10.0.0.7";

    private WebApplication? app;

    public ManualClock Clock { get; } = new();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("technician-").FullName;

    public HealthBoard Health { get; private set; } = null!;

    public TechnicianSessions Sessions { get; private set; } = null!;

    public TechnicianAudit Audit { get; private set; } = null!;

    public OneTimeCode Code => new(Directory, Boot, Clock);

    /// <summary>Opens the pages; the sessions last over it, as they do over a run of the rooms.</summary>
    /// <param name="pin">Null: none is configured.</param>
    /// <param name="networks">From where they answer.</param>
    /// <param name="pages">The pages, beside the way in and out.</param>
    /// <param name="tabs">Their names.</param>
    /// <param name="shop">What the store is called.</param>
    public async Task OpenAsync(
        string? pin = Pin, TechnicianNetworks? networks = null, Action<IEndpointRouteBuilder, TechnicianDesk>? pages = null, IReadOnlyList<TechnicianTab>? tabs = null, string shop = "Casa Aurora")
    {
        if (app is not null) await app.DisposeAsync();
        Health = new(Clock, NullLogger<HealthBoard>.Instance);
        Sessions ??= new(Clock);
        Audit = new(Directory, Boot, () => true, Clock, NullLogger<TechnicianAudit>.Instance);
        // A hundred iterations: what is tested here is who gets in, not how long a thief would take.
        var door = pin is null ? null : new TechnicianDoor(PinHash.Of(pin, 100), Code, Clock, Health);
        var desk = new TechnicianDesk(door, Sessions, networks ?? TechnicianNetworks.Default, Audit, new(shop, tabs ?? [AuditPage.Tab]));
        app = PagesServer.Build();
        desk.Map(app);
        if (pages is null) desk.MapPage(app, AuditPage.Tab with { Path = "" }, new AuditPage(Audit).Write);
        else pages(app, desk);
        await app.StartAsync();
    }

    public Task<Answer> GetAsync(string path, string? pass = null, string address = Laptop) => SendAsync(HttpMethod.Get, path, pass, null, address: address);

    public Task<Answer> PostAsync(string path, string? pass, params (string, string)[] fields) => SendAsync(HttpMethod.Post, path, pass, Shop.Encode(fields));

    public Task<Answer> TryAsync(string secret, string address = Laptop) => SendAsync(HttpMethod.Post, "/technician/enter", null, Shop.Encode(("secret", secret)), address: address);

    /// <summary>Comes in; what the browser shows from then on.</summary>
    public async Task<string> EnterAsync(string secret = Pin, string address = Laptop)
    {
        var answer = await TryAsync(secret, address);
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        return Regex.Match(answer.Headers["Set-Cookie"], "storeedge-technician=([^;]*)").Groups[1].Value;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? pass, string? body, string? origin = "http://store.test", string address = Laptop, CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(method, "http://store.test" + path);
        request.Headers.Add("X-Test-Address", address);
        if (!path.Contains("lang=", StringComparison.Ordinal)) request.Headers.TryAddWithoutValidation("Accept-Language", "en");
        if (pass is not null) request.Headers.Add("Cookie", $"storeedge-technician={pass}");
        if (body is not null)
        {
            if (origin is not null) request.Headers.Add("Origin", origin);
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        using var client = new HttpClient(app!.GetTestServer().CreateHandler());
        using var response = await client.SendAsync(request, stop);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(stop), response.Headers.Location?.ToString(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

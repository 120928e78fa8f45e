using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StoreEdge.SystemTests.Controllers;

/// <summary>A UniFi controller at the wire, by what is known of its API: TLS with a certificate of its own, a session in a cookie with a token beside it, or an API key.</summary>
internal sealed class PlayedUnifi : IAsyncDisposable
{
    public const string User = "storeedge", Password = "correct horse", ApiKey = "key-1";

    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly string prefix;
    private readonly Lock gate = new();
    private readonly List<JsonObject> stations = [];
    private string session = "none";

    private PlayedUnifi(WebApplication app, X509Certificate2 certificate, string prefix, int port) => (this.app, this.certificate, this.prefix, Url) = (app, certificate, prefix, new($"https://127.0.0.1:{port}"));

    public Uri Url { get; }

    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));

    public List<JsonObject> Commands { get; } = [];

    public int Logins { get; private set; }

    public int Lists { get; private set; }

    /// <summary>Answers in place of every call, where it is set.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <param name="withinUnifiOs">Or a controller on its own, with other paths.</param>
    public static async Task<PlayedUnifi> StartedAsync(bool withinUnifiOs = true, X509Certificate2? certificate = null)
    {
        var port = Checkout.FreePort();
        certificate ??= SelfMade();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port, l => l.UseHttps(certificate)));
        var app = builder.Build();
        var played = new PlayedUnifi(app, certificate, withinUnifiOs ? "/proxy/network" : "", port);
        app.Run(played.AnswerAsync);
        await app.StartAsync();
        return played;
    }

    public void Comes(string mac, string ip, string essid = "Guests", bool isGuest = true)
    {
        lock (gate) stations.Add(new() { ["mac"] = mac, ["ip"] = ip, ["is_guest"] = isGuest, ["authorized"] = false, ["essid"] = essid, ["hostname"] = "somebodys-phone", ["rssi"] = 40 });
    }

    public void Leaves(string mac)
    {
        lock (gate) stations.RemoveAll(s => (string)s["mac"]! == mac);
    }

    /// <summary>All sessions end, as after an update.</summary>
    public void ForgetSessions()
    {
        lock (gate) session = "none";
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }

    private static X509Certificate2 SelfMade()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=unifi.local", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(800));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static Task SayAsync(HttpContext http, int status, JsonNode body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body.ToJsonString());
    }

    private static JsonObject Wrapped(JsonNode data) => new() { ["meta"] = new JsonObject { ["rc"] = "ok" }, ["data"] = data };

    private async Task AnswerAsync(HttpContext http)
    {
        if (Instead is { } other)
        {
            await other(http);
            return;
        }

        var path = http.Request.Path.Value!;
        var body = http.Request.Method == "POST" ? (await JsonNode.ParseAsync(http.Request.Body))!.AsObject() : null;
        if (path == (prefix.Length > 0 ? "/api/auth/login" : "/api/login"))
        {
            if ((string)body!["username"]! != User || (string)body["password"]! != Password)
            {
                await SayAsync(http, prefix.Length > 0 ? 403 : 400, new JsonObject { ["meta"] = new JsonObject { ["rc"] = "error", ["msg"] = "api.err.Invalid" }, ["data"] = new JsonArray() });
                return;
            }

            lock (gate)
            {
                session = Guid.NewGuid().ToString("N");
                Logins++;
            }

            http.Response.Cookies.Append("TOKEN", session, new() { HttpOnly = true, Secure = true, Path = "/" });
            http.Response.Headers["X-CSRF-Token"] = "csrf-" + session;
            await SayAsync(http, 200, Wrapped(new JsonArray()));
            return;
        }

        if (!path.StartsWith(prefix + "/api/s/default/", StringComparison.Ordinal))
        {
            await SayAsync(http, 404, new JsonObject { ["meta"] = new JsonObject { ["rc"] = "error", ["msg"] = "api.err.NotFound" }, ["data"] = new JsonArray() });
            return;
        }

        var isKnown = http.Request.Headers["X-API-KEY"] == ApiKey || (http.Request.Cookies["TOKEN"] == session && (body is null || http.Request.Headers["X-CSRF-Token"] == "csrf-" + session));
        if (!isKnown)
        {
            await SayAsync(http, 401, new JsonObject { ["meta"] = new JsonObject { ["rc"] = "error", ["msg"] = "api.err.LoginRequired" }, ["data"] = new JsonArray() });
            return;
        }

        JsonObject answer;
        lock (gate)
        {
            if (body is null)
            {
                Lists++;
                answer = Wrapped(new JsonArray([.. stations.Select(s => s.DeepClone())]));
            }
            else
            {
                Commands.Add((JsonObject)body.DeepClone());
                var station = stations.Find(s => (string)s["mac"]! == (string)body["mac"]!);
                if (station is not null) station["authorized"] = (string)body["cmd"]! == "authorize-guest";
                answer = station is null
                    ? new() { ["meta"] = new JsonObject { ["rc"] = "error", ["msg"] = "api.err.UnknownStation" }, ["data"] = new JsonArray() }
                    : Wrapped(new JsonArray(new JsonObject { ["authorized_by"] = "api" }));
            }
        }

        await SayAsync(http, 200, answer);
    }
}

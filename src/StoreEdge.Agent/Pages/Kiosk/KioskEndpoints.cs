using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Kiosk;

/// <summary>What a touch does elsewhere.</summary>
/// <param name="Vote">Display, showing, choice; whether it counted.</param>
/// <param name="Release">Gives a claimed screen back.</param>
internal sealed record KioskTouch(Func<DisplayPlace, string, string, CancellationToken, Task<bool>> Vote, Action<DisplayPlace> Release);

/// <summary>
/// The doors of a display: its page, its stream of what to show, its acknowledgements and touches. A page is the screen itself if it proves so with the display's key, or, on a display
/// without one, if it runs on this machine; others may look at what everybody may see.
/// </summary>
internal static class KioskEndpoints
{
    /// <summary>Between two signs of life; proxies and phones' radios cut lines that are silent for about half a minute.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int LongestAcknowledgement = 1024;

    /// <summary>Maps <c>/display/{id}</c> and what is below it.</summary>
    public static void MapKiosk(this IEndpointRouteBuilder endpoints, DisplayHub hub, TimeProvider time, KioskTouch? touch = null)
    {
        endpoints.MapGet("/display/{id}", http => PageAsync(http, hub));
        endpoints.MapGet("/display/{id}/worker.js", http => WorkerAsync(http, hub));
        endpoints.MapGet("/display/{id}/events", http => StreamAsync(http, hub, time));
        endpoints.MapGet("/display/{id}/state", http => StateAsync(http, hub));
        endpoints.MapPost("/display/{id}/ack", http => AcknowledgeAsync(http, hub));
        if (touch is null) return;
        endpoints.MapPost("/display/{id}/vote", http => VoteAsync(http, hub, touch));
        endpoints.MapPost("/display/{id}/release", http => ReleaseAsync(http, hub, touch));
    }

    private static async Task PageAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        var nonce = SelfContained.Nonce();
        var query = http.Request.Query;
        var theme = query["theme"].ToString() is "light" or "dark" ? query["theme"].ToString() : "auto";
        SelfContained.WriteHeaders(http.Response, "text/html; charset=utf-8");
        http.Response.Headers.ContentSecurityPolicy = SelfContained.Policy(nonce, "'self'") + "; worker-src 'self'";
        await http.Response.WriteAsync(KioskPage.Write(display, hub.Idle, theme, query.ContainsKey("preview"), nonce), http.RequestAborted);
    }

    private static async Task WorkerAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        SelfContained.WriteHeaders(http.Response, "text/javascript; charset=utf-8");
        // The worker lies below the page that it keeps.
        http.Response.Headers["Service-Worker-Allowed"] = $"/display/{display.Id}";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; connect-src 'self'";
        await http.Response.WriteAsync(KioskPage.Worker, http.RequestAborted);
    }

    private static async Task StreamAsync(HttpContext http, DisplayHub hub, TimeProvider time)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        if (hub.Connect(display.Id, IsOwn(http, display)) is not { } frames)
        {
            http.Response.Headers.RetryAfter = "5";
            await SelfContained.WritePlainAsync(http, StatusCodes.Status503ServiceUnavailable, $"display {display.Id} has {DisplayHub.MostClients} pages open already; close one");
            return;
        }

        var stopping = http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            SelfContained.WriteHeaders(http.Response, "text/event-stream");
            // Tells a proxy in between not to hold events back.
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await http.Response.WriteAsync("retry: 1000\n\n", ended.Token);
            var waiting = frames.WaitToReadAsync(ended.Token).AsTask();
            while (true)
            {
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
                if (await Task.WhenAny(waiting, Task.Delay(Heartbeat, time, beat.Token)) != waiting)
                {
                    ended.Token.ThrowIfCancellationRequested();
                    await WriteAsync(http, "event: beat\ndata:\n\n", ended.Token);
                    continue;
                }

                await beat.CancelAsync();
                if (!await waiting) return;
                while (frames.TryRead(out var frame)) await WriteAsync(http, Event(frame, display, time), ended.Token);
                waiting = frames.WaitToReadAsync(ended.Token).AsTask();
            }
        }
        catch (OperationCanceledException)
        {
            // The page has gone, or the agent is going: either way the stream is over.
        }
        finally
        {
            hub.Disconnect(display.Id, frames);
        }
    }

    /// <summary>For whoever watches over the browser: how long ago it drew and said so.</summary>
    private static async Task StateAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        var status = hub.Status().First(s => s.Id == display.Id);
        SelfContained.WriteHeaders(http.Response, "application/json");
        var state = new KioskState((long?)status.SinceAcknowledged?.TotalMilliseconds, (long)status.SinceFrameMoved.TotalMilliseconds);
        await http.Response.WriteAsync(JsonSerializer.Serialize(state, KioskJson.Default.KioskState), http.RequestAborted);
    }

    private static async Task AcknowledgeAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        if (display.Key is not null && !IsOwn(http, display))
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status403Forbidden, $"only the screen {display.Id} itself says what it drew: open its page with ?key=");
            return;
        }

        if (await ReadAsync(http, DisplayJson.Default.Acknowledgement, "an acknowledgement {showing, contentHash, frame}") is not { } ack) return;
        if (ack.Frame < 0 || ack.ContentHash.Length != 64 || !ack.ContentHash.All(char.IsAsciiHexDigitLower))
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status400BadRequest, "contentHash must be 64 lower-case hexadecimal digits and frame must not be negative");
            return;
        }

        http.Response.StatusCode = await hub.AcknowledgeAsync(display.Id, ack, http.RequestAborted) ? StatusCodes.Status204NoContent : StatusCodes.Status409Conflict;
    }

    private static async Task VoteAsync(HttpContext http, DisplayHub hub, KioskTouch touch)
    {
        if (await TouchedAsync(http, hub) is not { } display) return;
        if (await ReadAsync(http, DisplayJson.Default.Touched, "a touch {showing, choice}") is not { } said) return;
        try
        {
            http.Response.StatusCode = await touch.Vote(display, said.Showing, said.Choice, http.RequestAborted) ? StatusCodes.Status204NoContent : StatusCodes.Status409Conflict;
        }
        catch (JournalFault)
        {
            // What could not be kept is not thanked for; the journal says itself what is wrong with it.
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private static async Task ReleaseAsync(HttpContext http, DisplayHub hub, KioskTouch touch)
    {
        if (await TouchedAsync(http, hub) is not { } display) return;
        touch.Release(display);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The display whose own page was touched; null where a refusal has been written.</summary>
    private static async ValueTask<DisplayPlace?> TouchedAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return null;
        if (IsOwn(http, display) && SameOrigin.Holds(http.Request)) return display;
        await SelfContained.WritePlainAsync(http, StatusCodes.Status403Forbidden, $"only who stands before {display.Id} can touch it");
        return null;
    }

    private static async ValueTask<T?> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type, string what)
        where T : class
    {
        if (http.Request.ContentLength is null or > LongestAcknowledgement)
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status413PayloadTooLarge, $"{what} has its length and at most {LongestAcknowledgement} bytes");
            return null;
        }

        try
        {
            if (await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted) is { } read) return read;
            await SelfContained.WritePlainAsync(http, StatusCodes.Status400BadRequest, $"not {what}");
        }
        catch (JsonException fault)
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status400BadRequest, $"not {what}: {fault.Message}");
        }

        return null;
    }

    private static bool IsOwn(HttpContext http, DisplayPlace display)
    {
        if (display.Key is not { } key) return http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(http.Request.Query["key"].ToString()), Encoding.UTF8.GetBytes(key));
    }

    private static string Event(ScreenFrame frame, DisplayPlace display, TimeProvider time)
    {
        var now = Instant.Now(time);
        var votes = display.Touch && frame.IsOwn ? ScreenGuests.VotesOn(frame.Showing, frame.ClaimedUntil is not null) : [];
        var screen = new ScreenMessage(frame.Look.Lit, frame.Look.Brightness, frame.Code, frame.ClaimedUntil is { } until ? Left(until) : null, votes, KioskPage.Edition);
        var (name, data) = frame.Showing is { } showing
            ? ("show", JsonSerializer.Serialize(new ShowMessage(showing.Id, Left(showing.Until), showing.Poster, screen), DisplayJson.Default.ShowMessage))
            : ("idle", JsonSerializer.Serialize(new IdleMessage(frame.Idle, screen), DisplayJson.Default.IdleMessage));
        return $"id: {frame.EventId}\nevent: {name}\ndata: {data}\n\n";

        long Left(Instant end) => Math.Max(0, (long)(end - now).TotalMilliseconds);
    }

    private static async Task WriteAsync(HttpContext http, string text, CancellationToken stop)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
        await http.Response.Body.FlushAsync(stop);
    }

    private static async ValueTask<DisplayPlace?> FindAsync(HttpContext http, DisplayHub hub)
    {
        var id = http.Request.RouteValues["id"] as string ?? "";
        if (hub.Find(id) is { HasPage: true } display) return display;
        await SelfContained.WritePlainAsync(http, StatusCodes.Status404NotFound, $"there is no such display in this store's configuration; known: {hub.Names}");
        return null;
    }
}

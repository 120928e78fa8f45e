using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Displays;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Kiosk;

/// <summary>The doors of a display: its page, its stream of what to show, and its acknowledgements.</summary>
internal static class KioskEndpoints
{
    /// <summary>Between two signs of life; proxies and phones' radios cut lines that are silent for about half a minute.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int LongestAcknowledgement = 1024;

    /// <summary>Maps <c>/display/{id}</c>, <c>/display/{id}/events</c> and <c>/display/{id}/ack</c>.</summary>
    public static void MapKiosk(this IEndpointRouteBuilder endpoints, DisplayHub hub, TimeProvider time)
    {
        endpoints.MapGet("/display/{id}", http => PageAsync(http, hub));
        endpoints.MapGet("/display/{id}/events", http => StreamAsync(http, hub, time));
        endpoints.MapPost("/display/{id}/ack", http => AcknowledgeAsync(http, hub));
    }

    private static async Task PageAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        var nonce = SelfContained.Nonce();
        var query = http.Request.Query;
        var theme = query["theme"].ToString() is "light" or "dark" ? query["theme"].ToString() : "auto";
        SelfContained.WriteHeaders(http.Response, "text/html; charset=utf-8");
        http.Response.Headers.ContentSecurityPolicy = SelfContained.Policy(nonce, "'self'");
        await http.Response.WriteAsync(KioskPage.Write(display, hub.Idle, theme, query.ContainsKey("preview"), nonce), http.RequestAborted);
    }

    private static async Task StreamAsync(HttpContext http, DisplayHub hub, TimeProvider time)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        if (hub.Connect(display.Id) is not { } frames)
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
                while (frames.TryRead(out var frame)) await WriteAsync(http, Event(frame, time), ended.Token);
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

    private static async Task AcknowledgeAsync(HttpContext http, DisplayHub hub)
    {
        if (await FindAsync(http, hub) is not { } display) return;
        if (http.Request.ContentLength is null or > LongestAcknowledgement)
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status413PayloadTooLarge, $"an acknowledgement has its length and at most {LongestAcknowledgement} bytes");
            return;
        }

        Acknowledgement? ack;
        try
        {
            ack = await JsonSerializer.DeserializeAsync(http.Request.Body, DisplayJson.Default.Acknowledgement, http.RequestAborted);
        }
        catch (JsonException fault)
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status400BadRequest, $"not an acknowledgement {{showing, contentHash, frame}}: {fault.Message}");
            return;
        }

        if (ack is null || ack.Frame < 0 || ack.ContentHash.Length != 64 || !ack.ContentHash.All(char.IsAsciiHexDigitLower))
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status400BadRequest, "contentHash must be 64 lower-case hexadecimal digits and frame must not be negative");
            return;
        }

        http.Response.StatusCode = await hub.AcknowledgeAsync(display.Id, ack, http.RequestAborted) ? StatusCodes.Status204NoContent : StatusCodes.Status409Conflict;
    }

    private static string Event(ScreenFrame frame, TimeProvider time)
    {
        var (name, data) = frame.Showing is { } showing
            ? ("show", JsonSerializer.Serialize(new ShowMessage(showing.Id, Math.Max(0, (long)(showing.Until - Instant.Now(time)).TotalMilliseconds), showing.Poster), DisplayJson.Default.ShowMessage))
            : ("idle", JsonSerializer.Serialize(frame.Idle, DisplayJson.Default.IdleContent));
        return $"id: {frame.EventId}\nevent: {name}\ndata: {data}\n\n";
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

using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Agent.Pages.Diagnostics;

/// <summary>
/// The technician's page and its machine-readable siblings. Read-only and without personal data, so it needs no login.
/// </summary>
/// <param name="bulletin">The report.</param>
/// <param name="feed">The live events.</param>
/// <param name="missing">Which vital signs are missing; empty when the agent is ready.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">When the agent stops, open pages are let go at once instead of holding it up.</param>
internal sealed class DiagnosticsEndpoints(Bulletin bulletin, EventFeed feed, Func<IReadOnlyList<string>> missing, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Adds <c>/diagnostics</c>, <c>/diagnostics/status.json</c>, <c>/diagnostics/live</c>, <c>/health/live</c> and <c>/health/ready</c>.</summary>
    /// <param name="routes">Of the store's own server.</param>
    /// <param name="networks">From where the page may be looked at; whether the agent lives may be asked from anywhere.</param>
    public void Map(IEndpointRouteBuilder routes, TechnicianNetworks networks)
    {
        routes.MapGet("/diagnostics", networks.Guard(PageAsync));
        routes.MapGet("/diagnostics/status.json", networks.Guard(StatusAsync));
        routes.MapGet("/diagnostics/live", networks.Guard(LiveAsync));
        routes.MapGet("/health/live", (RequestDelegate)(static context => SelfContained.WritePlainAsync(context, StatusCodes.Status200OK, "alive")));
        routes.MapGet("/health/ready", (RequestDelegate)(context => missing() is { Count: > 0 } names
            ? SelfContained.WritePlainAsync(context, StatusCodes.Status503ServiceUnavailable, string.Join('\n', names))
            : SelfContained.WritePlainAsync(context, StatusCodes.Status200OK, "ready")));
    }

    private Task PageAsync(HttpContext context)
    {
        var (report, json) = bulletin.Latest(TonguePreference.Of(context.Request));
        var nonce = SelfContained.Nonce();
        SelfContained.WriteHeaders(context.Response, "text/html; charset=utf-8");
        context.Response.Headers.ContentSecurityPolicy = SelfContained.Policy(nonce, "'none'");
        context.Response.Headers.ContentLanguage = report.Language;
        context.Response.Headers.Vary = "Accept-Language";
        return context.Response.WriteAsync(DiagnosticsPage.Write(report, json, nonce), context.RequestAborted);
    }

    private Task StatusAsync(HttpContext context)
    {
        var (_, json) = bulletin.Latest(TonguePreference.Of(context.Request));
        SelfContained.WriteHeaders(context.Response, "application/json; charset=utf-8");
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>Server-sent events: <c>snapshot</c> with the report each second, <c>event</c> with each event as it is committed.</summary>
    private async Task LiveAsync(HttpContext context)
    {
        if (feed.Watch() is not { } watcher)
        {
            context.Response.Headers.RetryAfter = "10";
            await SelfContained.WritePlainAsync(context, StatusCodes.Status503ServiceUnavailable, $"{EventFeed.MostWatchers} pages are open already").ConfigureAwait(false);
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            var tongue = TonguePreference.Of(context.Request);
            SelfContained.WriteHeaders(context.Response, "text/event-stream");
            await StreamAsync(context.Response, watcher.Reader, tongue, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The technician has closed the page, or the agent stops.
        }
        finally
        {
            feed.Leave(watcher);
        }
    }

    private async Task StreamAsync(HttpResponse response, ChannelReader<EventView> events, Tongue tongue, CancellationToken gone)
    {
        using var beat = new PeriodicTimer(Beat, time);
        var next = beat.WaitForNextTickAsync(gone).AsTask();
        var arrived = events.WaitToReadAsync(gone).AsTask();
        await SendAsync(response, "snapshot", bulletin.Latest(tongue).Json, gone).ConfigureAwait(false);
        while (true)
        {
            var first = await Task.WhenAny(next, arrived).ConfigureAwait(false);
            if (first == arrived)
            {
                if (!await arrived.ConfigureAwait(false)) return;
                while (events.TryRead(out var one))
                    await SendAsync(response, "event", JsonSerializer.SerializeToUtf8Bytes(one, ReportJson.Default.EventView), gone).ConfigureAwait(false);
                arrived = events.WaitToReadAsync(gone).AsTask();
            }
            else
            {
                if (!await next.ConfigureAwait(false)) return;
                await SendAsync(response, "snapshot", bulletin.Latest(tongue).Json, gone).ConfigureAwait(false);
                next = beat.WaitForNextTickAsync(gone).AsTask();
            }
        }
    }

    private static async Task SendAsync(HttpResponse response, string name, ReadOnlyMemory<byte> json, CancellationToken gone)
    {
        await response.Body.WriteAsync(Encoding.ASCII.GetBytes($"event: {name}\ndata: "), gone).ConfigureAwait(false);
        await response.Body.WriteAsync(json, gone).ConfigureAwait(false);
        await response.Body.WriteAsync("\n\n"u8.ToArray(), gone).ConfigureAwait(false);
        await response.Body.FlushAsync(gone).ConfigureAwait(false);
    }
}

using Microsoft.Extensions.Primitives;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// Leads to the portal whoever asks here for another host: the gate redirects to us what phones that may not pass send to port 80, and that is how they find out. Stands before routing,
/// answers from what is prepared, and allocates next to nothing: a full shop's phones probe all the time.
/// </summary>
/// <remarks>
/// Nobody is ever told here that they have the Internet: once a phone passes, the real servers answer it. One that passes and is led here all the same hears that what it asked for does not answer.
/// </remarks>
internal sealed class Signpost(FrontDoor front, PortalRequests requests)
{
    private static readonly StringValues NoStore = "no-store", Html = "text/html; charset=utf-8";

    /// <summary>The middleware.</summary>
    public Task LeadAsync(HttpContext http, RequestDelegate next)
    {
        // Nothing is redirected to the guests' HTTPS: whoever asks for another host there has the wrong certificate before them.
        if (http.Request.IsHttps) return front.Origins.IsName(http.Request.Host.Host) ? next(http) : MisdirectAsync(http);
        var here = front.Origins.Of(http.Connection);
        if (here.IsCalled(http.Request.Host.Value)) return next(http);
        if (http.Features.Get<GuestConnection>() is not { } connection) return PointAsync(http, here);
        connection.IsRedirected = true;
        if (connection.Device is { } device) return front.Passes(device) ? TellAsync(http, here) : PointAsync(http, here);
        return FindAsync(http, here, connection);
    }

    private async Task FindAsync(HttpContext http, Here here, GuestConnection connection)
    {
        connection.Device = await front.Door.FindAsync(Caller.AddressOf(http.Connection), http.RequestAborted);
        await (connection.Device is { } device && front.Passes(device) ? TellAsync(http, here) : PointAsync(http, here));
    }

    /// <summary>What a phone that passes asked for is not to be had; its connection ends, so that the next one goes the right way.</summary>
    private Task TellAsync(HttpContext http, Here here)
    {
        http.Response.Headers.Connection = "close";
        http.Response.Headers.RetryAfter = "10";
        return requests.RefuseAsync(http, Refusal.NoInternet, origin: here.Origin);
    }

    private static Task MisdirectAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }

    private static Task PointAsync(HttpContext http, Here here)
    {
        var response = http.Response;
        response.StatusCode = StatusCodes.Status302Found;
        response.Headers.Location = here.Portal;
        response.Headers.CacheControl = NoStore;
        response.Headers.ContentType = Html;
        response.ContentLength = here.Pointer.Length;
        if (!PortalRequests.WantsBody(http)) return Task.CompletedTask;
        var written = response.BodyWriter.WriteAsync(here.Pointer, http.RequestAborted);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}

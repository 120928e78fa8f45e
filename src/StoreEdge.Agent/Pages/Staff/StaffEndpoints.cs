using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Staff;

/// <summary>What a staff display asks of other rooms.</summary>
/// <param name="Zones">The zones that have one.</param>
/// <param name="Help">Requests for help.</param>
/// <param name="Routes">Which of them a display is asked for.</param>
/// <param name="Cues">Recognised customers in a zone.</param>
/// <param name="NameOf">How the customer of a visit wants to be called; null where that may not be said.</param>
/// <param name="Demands">What a question can have been about, with its name in a language.</param>
/// <param name="IsOffline">Whether central cannot be reached.</param>
/// <param name="BootId">The present boot.</param>
internal sealed record StaffDoors(
    IReadOnlyList<ZoneId> Zones, HelpDesk Help, HelpRoutes Routes, Func<ZoneId, IReadOnlyList<StaffCue>> Cues, Func<VisitId, string?> NameOf,
    Func<string, IReadOnlyList<(string Demand, string Name)>> Demands, Func<bool> IsOffline, string BootId);

/// <summary>
/// The staff displays over HTTP: <c>/staff/{zone}</c>. They are among the store's own pages and never on the guests' server; without a password in the configuration there are none.
/// </summary>
internal sealed class StaffEndpoints(
    StaffDoor? door, StaffDoors doors, StaffPage page, StaffFeed feed, string defaultLanguage, TimeProvider time, CancellationToken stopping)
{
    private const string Cookie = "storeedge-staff", Path = "/staff/{zone}";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (RequestDelegate)ShowAsync);
        routes.MapGet(Path + "/events", (RequestDelegate)StreamAsync);
        routes.MapPost(Path + "/enter", (RequestDelegate)EnterAsync);
        routes.MapPost(Path + "/take", Deed("take", async (zone, form) => await doors.Help.TakeAsync(form["request"], zone) ? "taken" : "too-late"));
        routes.MapPost(Path + "/solve", Deed("solve", async (zone, form) =>
        {
            var demand = form["demand"] is { Length: > 0 } chosen && doors.Demands(defaultLanguage).Any(d => d.Demand == chosen) ? chosen : null;
            return await doors.Help.SolveAsync(form["request"], zone, demand, answered: !form.Ticked("missing")) ? "solved" : "too-late";
        }));
        routes.MapPost(Path + "/leave", (RequestDelegate)LeaveAsync);
    }

    private async Task ShowAsync(HttpContext http)
    {
        if (await ZoneOfAsync(http) is not { } zone) return;
        var text = TextOf(http);
        if (PassOf(http) is not { } pass)
        {
            await AskForPinAsync(http, zone, text, isWrong: false, StatusCodes.Status401Unauthorized);
            return;
        }

        var view = ViewOf(zone, text, http.Request.Query["done"]);
        string Proof(string[] deed) => door!.Proof(pass, deed);
        var nonce = SelfContained.Nonce();
        await WriteAsync(http, StatusCodes.Status200OK, http.Request.Query["part"] == "board" ? page.Board(text, view with { Done = null }, Proof) : page.Of(text, view, nonce, Proof), nonce);
    }

    private StaffView ViewOf(ZoneId zone, PortalText text, string? done) => new(
        zone, [.. doors.Help.Open().Where(r => doors.Routes.IsFor(r, zone)).Select(r => (r, doors.NameOf(r.Visit)))], doors.Cues(zone), doors.Demands(text.Tag), doors.BootId, doors.IsOffline(), done);

    private async Task EnterAsync(HttpContext http)
    {
        if (await ZoneOfAsync(http) is not { } zone || await FormOfAsync(http) is not { } form) return;
        var (text, address) = (TextOf(http), Caller.AddressOf(http.Connection));
        if (door!.Enter(form["pin"], address) is not { } pass)
        {
            await AskForPinAsync(http, zone, text, isWrong: true, door.MustWait(address) is null ? StatusCodes.Status403Forbidden : StatusCodes.Status429TooManyRequests);
            return;
        }

        // Without an age it ends with the browser; with one it outlives a tablet that restarts over noon. How long it is good for the door says itself.
        http.Response.Cookies.Append(Cookie, pass, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/staff", MaxAge = TimeSpan.FromHours(16), Secure = http.Request.IsHttps });
        Go(http, zone, text, null);
    }

    private async Task LeaveAsync(HttpContext http)
    {
        if (await ZoneOfAsync(http) is not { } zone || await FormOfAsync(http) is null) return;
        http.Response.Cookies.Delete(Cookie, new() { Path = "/staff" });
        Go(http, zone, TextOf(http), null);
    }

    /// <summary>One of the display's buttons.</summary>
    private RequestDelegate Deed(string name, Func<ZoneId, PortalForm, Task<string>> act) => async http =>
    {
        if (await ZoneOfAsync(http) is not { } zone || await FormOfAsync(http) is not { } form) return;
        var text = TextOf(http);
        if (PassOf(http) is not { } pass)
        {
            await AskForPinAsync(http, zone, text, isWrong: false, StatusCodes.Status401Unauthorized);
            return;
        }

        if (!door!.Proves(form["proof"], pass, name, form["request"]))
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status409Conflict, StaffText.Of(text).Stale);
            return;
        }

        try
        {
            Go(http, zone, text, await act(zone, form));
        }
        catch (JournalFault)
        {
            // The journal says itself what is wrong with it; here it matters that nothing was promised.
            await SelfContained.WritePlainAsync(http, StatusCodes.Status503ServiceUnavailable, StaffText.Of(text).NotKept);
        }
    };

    /// <summary>Server-sent events: <c>changed</c> whenever there may be something new to see.</summary>
    private async Task StreamAsync(HttpContext http)
    {
        if (await ZoneOfAsync(http) is null) return;
        if (PassOf(http) is null)
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status401Unauthorized, "open the staff display with its password first");
            return;
        }

        if (feed.Watch() is not { } watcher)
        {
            http.Response.Headers.RetryAfter = "10";
            await SelfContained.WritePlainAsync(http, StatusCodes.Status503ServiceUnavailable, $"{StaffFeed.MostWatchers} staff displays are open already");
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            SelfContained.WriteHeaders(http.Response, "text/event-stream");
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await WriteAsync(http, "retry: 2000\n\n", over.Token);
            var waiting = watcher.Reader.WaitToReadAsync(over.Token).AsTask();
            while (true)
            {
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
                if (await Task.WhenAny(waiting, Task.Delay(Heartbeat, time, beat.Token)) != waiting)
                {
                    over.Token.ThrowIfCancellationRequested();
                    await WriteAsync(http, ": still here\n\n", over.Token);
                    continue;
                }

                await beat.CancelAsync();
                if (!await waiting) return;
                while (watcher.Reader.TryRead(out _)) await WriteAsync(http, "event: changed\ndata:\n\n", over.Token);
                waiting = watcher.Reader.WaitToReadAsync(over.Token).AsTask();
            }
        }
        catch (OperationCanceledException)
        {
            // The tablet has gone, or the agent is going.
        }
        finally
        {
            feed.Leave(watcher);
        }
    }

    /// <summary>The zone of the display that is asked for; null where a refusal has been written instead.</summary>
    private async ValueTask<ZoneId?> ZoneOfAsync(HttpContext http)
    {
        if (door is null)
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status404NotFound, "there are no staff displays: staff.pinFile names no password");
            return null;
        }

        var asked = http.Request.RouteValues["zone"] as string ?? "";
        foreach (var zone in doors.Zones)
            if (zone.Value == asked) return zone;
        await SelfContained.WritePlainAsync(http, StatusCodes.Status404NotFound, $"there is no such zone in this store's configuration; known: {string.Join(", ", doors.Zones)}");
        return null;
    }

    /// <summary>The form of a POST that came from our own page; null where a refusal has been written instead.</summary>
    private static async Task<PortalForm?> FormOfAsync(HttpContext http)
    {
        if (!SameOrigin.Holds(http.Request))
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status403Forbidden, "only our own pages may send this form");
            return null;
        }

        var (form, refusal) = await PortalForm.ReadAsync(http.Request, http.RequestAborted);
        if (form is null) await SelfContained.WritePlainAsync(http, RefusalPage.StatusOf(refusal), "this is not a form of ours");
        return form;
    }

    private Task AskForPinAsync(HttpContext http, ZoneId zone, PortalText text, bool isWrong, int status)
    {
        var (nonce, wait) = (SelfContained.Nonce(), door!.MustWait(Caller.AddressOf(http.Connection)));
        if (wait is { } rest) http.Response.Headers.RetryAfter = Math.Ceiling(rest.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return WriteAsync(http, status, page.Pin(text, zone, nonce, isWrong, wait), nonce);
    }

    private PortalText TextOf(HttpContext http) => AskedLanguage.Of(http.Request, defaultLanguage);

    private string? PassOf(HttpContext http) => http.Request.Cookies[Cookie] is { } pass && door!.Knows(pass) ? pass : null;

    private static void Go(HttpContext http, ZoneId zone, PortalText text, string? done)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = $"/staff/{zone}?lang={text.Tag}{(done is null ? "" : $"&done={done}")}";
    }

    private static Task WriteAsync(HttpContext http, int status, Markup content, string nonce) => SelfContained.WriteFormsAsync(http, status, content.ToString(), nonce);

    private static async Task WriteAsync(HttpContext http, string text, CancellationToken stop)
    {
        await http.Response.WriteAsync(text, stop);
        await http.Response.Body.FlushAsync(stop);
    }
}

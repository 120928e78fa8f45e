using System.Globalization;
using System.Text;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The portal over HTTP: checks that come before any deed, the deeds, and the pages. Kept free of network access of its own: it works with the WAN down.</summary>
internal sealed class PortalEndpoints(
    PortalOptions options, PortalKey key, Reception reception, IDeviceLocator locator, FillPhone fill, HasStopped hasStopped, HealthBoard health, TimeProvider time, ILogger<PortalEndpoints> log)
{
    private const string FaultCode = "portal-failed";

    /// <summary>An acceptance takes milliseconds; one that waits for a full disk must not keep the customer before a blank page. It counts all the same once it is kept.</summary>
    private static readonly TimeSpan LongestAcceptance = TimeSpan.FromSeconds(8);

    private static readonly string[] Votes = ["want", "not-now", "never"];
    private readonly PageFrame frame = new(options, new(options.BrandColour));
    private readonly AcceptTokens tokens = new(options.TokenLifetime, time);
    private readonly RateCap posts = new(options.PostsPerMinute, TimeSpan.FromMinutes(1), options.MaxDevices, time);

    private AcceptPage AcceptPage => new(options, frame);

    private PhonePage PhonePage => new(options, key, frame, time);

    private RefusalPage RefusalPage => new(frame);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods(PortalPaths.Portal, read, Guarded(ShowPortalAsync));
        routes.MapMethods(PortalPaths.Accept, read, Guarded(BackToPortalAsync));
        routes.MapPost(PortalPaths.Accept, Guarded(AcceptAsync));
        routes.MapMethods(PortalPaths.Phone, read, Guarded(ShowPhoneAsync));
        routes.MapPost(PortalPaths.Phone + "/choice", Guarded(ChooseAsync));
        routes.MapPost(PortalPaths.Phone + "/stop", Guarded(StopAsync));
        routes.MapPost(PortalPaths.Phone + "/revoke", Guarded(RevokeAsync));
        routes.MapPost(PortalPaths.Phone + "/not-me", Guarded(NotMeAsync));
        routes.MapMethods(PortalPaths.Phone + "/{deed}", read, Guarded(BackToPhoneAsync));
    }

    private static string Wording(PortalText text, PortalOptions options) => $"{text.Tag} {text.VersionFor(options)}";

    private Task ShowPortalAsync(HttpContext http)
    {
        var text = AskedLanguage.Of(http.Request, options.DefaultLanguage);
        return WriteAsync(http, StatusCodes.Status200OK, AcceptPage.Of(text, tokens.Issue(locator.Locate(http), Wording(text, options))));
    }

    private Task BackToPortalAsync(HttpContext http) => GoAsync(http, PortalPaths.Portal);

    private Task BackToPhoneAsync(HttpContext http) => GoAsync(http, SessionOf(http) is { } session ? PhoneOf(session) : PortalPaths.Portal);

    private async Task AcceptAsync(HttpContext http)
    {
        if (await FormOfAsync(http) is not { } form) return;
        var device = locator.Locate(http);
        var text = PortalText.ByTag(form["lang"]) ?? AskedLanguage.Of(http.Request, options.DefaultLanguage);
        if (!tokens.TryUse(form["token"], device, Wording(text, options)))
        {
            var page = AcceptPage.Of(text, tokens.Issue(device, Wording(text, options)), Refusal.StaleForm);
            await WriteAsync(http, RefusalPage.StatusOf(Refusal.StaleForm), page);
            return;
        }

        var wish = new Wish(text, form.Ticked("loyalty"), form.Ticked("marketing"), form["number"]);
        var (session, note) = await reception.AcceptAsync(device, wish).WaitAsync(LongestAcceptance, time);
        await GoAsync(http, PhoneOf(session, text, note));
    }

    private async Task ShowPhoneAsync(HttpContext http)
    {
        if (SessionOf(http) is not { } session)
        {
            await RefuseAsync(http, Refusal.UnknownSession);
            return;
        }

        reception.StillHere(locator.Locate(http), session);
        var text = AskedLanguage.Of(http.Request, options.DefaultLanguage, session);
        var stopped = hasStopped(session.Subject);
        var offers = session.Over || stopped ? [] : await fill(session, text.Tag, http.RequestAborted);
        await WriteAsync(http, StatusCodes.Status200OK, PhonePage.Of(text, session, offers, stopped, http.Request.Query["done"]));
    }

    private async Task ChooseAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["choice", form["offer"], form["decision"]]) is not var (session, form)) return;
        if (!Votes.Contains(form["choice"]))
        {
            await RefuseAsync(http, Refusal.Malformed);
            return;
        }

        await AnswerAsync(http, await reception.ChooseAsync(session, form["choice"], form["offer"], form["decision"]), form["choice"]);
    }

    private async Task StopAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["stop"]) is var (session, _)) await AnswerAsync(http, await reception.ChooseAsync(session, "stop", null, null), "stop");
    }

    private async Task RevokeAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["revoke", form["purpose"]]) is not var (session, form)) return;
        var after = form["purpose"] == "loyalty" ? await reception.RevokeLoyaltyAsync(locator.Locate(http), session) : await reception.RevokeMarketingAsync(session);
        await AnswerAsync(http, after, "revoked");
    }

    private async Task NotMeAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["not-me"]) is var (session, _)) await AnswerAsync(http, await reception.ContinueAsGuestAsync(locator.Locate(http), session), "guest");
    }

    /// <summary>After a deed: on to the page of the session as it is now, saying so; null where another request has voided the session meanwhile.</summary>
    private Task AnswerAsync(HttpContext http, PortalSession? session, string done) =>
        session is null ? RefuseAsync(http, Refusal.UnknownSession) : GoAsync(http, PhoneOf(session, AskedLanguage.Of(http.Request, options.DefaultLanguage, session), done));

    /// <summary>The session and the form of a deed that we offered to it; null where a refusal has been written instead.</summary>
    private async Task<(PortalSession Session, PortalForm Form)?> DeedAsync(HttpContext http, Func<PortalForm, string[]> deed)
    {
        if (await FormOfAsync(http) is not { } form) return null;
        if (SessionOf(http) is not { } session)
        {
            await RefuseAsync(http, Refusal.UnknownSession);
            return null;
        }

        if (key.Proves(form["proof"], session.Receipt, deed(form))) return (session, form);
        await RefuseAsync(http, Refusal.StaleForm);
        return null;
    }

    /// <summary>The form of a POST that may be looked at; null where a refusal has been written instead.</summary>
    private async Task<PortalForm?> FormOfAsync(HttpContext http)
    {
        if (!SameOrigin.Holds(http.Request))
        {
            await RefuseAsync(http, Refusal.ForeignOrigin);
            return null;
        }

        if (locator.Locate(http) is { } device && !posts.TryTake(device))
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(posts.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(http, Refusal.TooOften);
            return null;
        }

        var (form, refusal) = await PortalForm.ReadAsync(http.Request, http.RequestAborted);
        if (form is null) await RefuseAsync(http, refusal);
        return form;
    }

    private PortalSession? SessionOf(HttpContext http) => http.GetRouteValue("token") is string { Length: 22 } token ? reception.Find(token) : null;

    private string PhoneOf(PortalSession session, PortalText? text = null, string? done = null)
    {
        var path = PortalPaths.PhoneOf(key.SessionToken(session.Receipt));
        return (text, done) switch
        {
            (null, _) => path,
            (_, null) => $"{path}?lang={text.Tag}",
            _ => $"{path}?lang={text.Tag}&done={done}",
        };
    }

    private Task RefuseAsync(HttpContext http, Refusal refusal) =>
        WriteAsync(http, RefusalPage.StatusOf(refusal), RefusalPage.Of(AskedLanguage.Of(http.Request, options.DefaultLanguage), refusal));

    // 303: the browser goes on with GET, so that a reload repeats nothing and the phone's network assistant sees one navigation.
    private Task GoAsync(HttpContext http, string path)
    {
        frame.WriteHeaders(http.Response.Headers);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = path;
        return Task.CompletedTask;
    }

    private async Task WriteAsync(HttpContext http, int status, Markup page)
    {
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        frame.WriteHeaders(http.Response.Headers);
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    /// <summary>The boundary of one request: a fault shows the customer a kind page and the technician a warning; the next request that goes well clears it.</summary>
    private RequestDelegate Guarded(RequestDelegate inner) => async http =>
    {
        try
        {
            await inner(http);
            if (HttpMethods.IsPost(http.Request.Method) && http.Response.StatusCode < 400) health.Clear(FaultCode);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The phone hung up; there is nobody to tell.
        }
        catch (Exception fault)
        {
            log.LogError(fault, "A portal request failed");
            health.Raise(FaultCode, Severity.Fault, $"The portal could not serve a customer: {fault.GetType().Name}.", "Look at the journal's warnings and at the log; customers see an apology meanwhile.");
            if (http.Response.HasStarted) throw;
            http.Response.Clear();
            // Where the journal refused, nothing was promised: the page says so, and that it is as before.
            await RefuseAsync(http, fault is JournalFault && HttpMethods.IsPost(http.Request.Method) ? Refusal.NotKept : Refusal.Fault);
        }
    };
}

/// <summary>How the host adds the portal.</summary>
internal static class PortalRoutes
{
    /// <summary>Maps <c>/portal</c> and what is below it.</summary>
    public static IEndpointRouteBuilder MapPortal(this IEndpointRouteBuilder routes, PortalEndpoints portal)
    {
        portal.Map(routes);
        return routes;
    }
}

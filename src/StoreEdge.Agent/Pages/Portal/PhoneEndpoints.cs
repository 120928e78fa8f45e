namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The phone's page over HTTP: each deed is checked to be one that we offered to this session, done by the reception, and acknowledged on the page.</summary>
internal sealed class PhoneEndpoints(
    PortalOptions options, PortalKey key, PageFrame frame, PortalRequests requests, Reception reception, FillPhone fill, HasStopped hasStopped, TimeProvider time)
{
    private static readonly string[] Votes = ["want", "not-now", "never"];

    private PhonePage PhonePage => new(options, key, frame, time);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods(PortalPaths.Phone, read, requests.Guarded(ShowPhoneAsync));
        routes.MapPost(PortalPaths.Phone + "/choice", requests.Guarded(ChooseAsync));
        routes.MapPost(PortalPaths.Phone + "/stop", requests.Guarded(StopAsync));
        routes.MapPost(PortalPaths.Phone + "/revoke", requests.Guarded(RevokeAsync));
        routes.MapPost(PortalPaths.Phone + "/not-me", requests.Guarded(NotMeAsync));
        routes.MapMethods(PortalPaths.Phone + "/{deed}", read, requests.Guarded(BackToPhoneAsync));
    }

    /// <summary>Where the session's page is, in a language and after a deed.</summary>
    public string PhoneOf(PortalSession session, PortalText? text = null, string? done = null)
    {
        var path = PortalPaths.PhoneOf(key.SessionToken(session.Receipt));
        return (text, done) switch
        {
            (null, _) => path,
            (_, null) => $"{path}?lang={text.Tag}",
            _ => $"{path}?lang={text.Tag}&done={done}",
        };
    }

    private PortalSession? SessionOf(HttpContext http) => http.GetRouteValue("token") is string { Length: 22 } token ? reception.Find(token) : null;

    private Task BackToPhoneAsync(HttpContext http) => requests.GoAsync(http, SessionOf(http) is { } session ? PhoneOf(session) : PortalPaths.Portal);

    private async Task ShowPhoneAsync(HttpContext http)
    {
        if (SessionOf(http) is not { } session)
        {
            await requests.RefuseAsync(http, Refusal.UnknownSession);
            return;
        }

        reception.StillHere((await requests.CallerAsync(http)).Device, session);
        var text = AskedLanguage.Of(http.Request, options.DefaultLanguage, session);
        var stopped = hasStopped(session.Subject);
        var offers = session.Over || stopped ? [] : await fill(session, text.Tag, http.RequestAborted);
        await requests.WriteAsync(http, StatusCodes.Status200OK, PhonePage.Of(text, session, offers, stopped, http.Request.Query["done"]));
    }

    private async Task ChooseAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["choice", form["offer"], form["decision"]]) is not var (session, form)) return;
        if (!Votes.Contains(form["choice"]))
        {
            await requests.RefuseAsync(http, Refusal.Malformed);
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
        if (form["purpose"] == "terms")
        {
            await reception.RevokeTermsAsync(session);
            await requests.GoAsync(http, $"{PortalPaths.Portal}?lang={AskedLanguage.Of(http.Request, options.DefaultLanguage, session).Tag}&done=left");
            return;
        }

        var after = form["purpose"] == "loyalty" ? await reception.RevokeLoyaltyAsync((await requests.CallerAsync(http)).Device, session) : await reception.RevokeMarketingAsync(session);
        await AnswerAsync(http, after, "revoked");
    }

    private async Task NotMeAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["not-me"]) is var (session, _)) await AnswerAsync(http, await reception.ContinueAsGuestAsync((await requests.CallerAsync(http)).Device, session), "guest");
    }

    /// <summary>After a deed: on to the page of the session as it is now, saying so; null where another request has voided the session meanwhile.</summary>
    private Task AnswerAsync(HttpContext http, PortalSession? session, string done) =>
        session is null ? requests.RefuseAsync(http, Refusal.UnknownSession) : requests.GoAsync(http, PhoneOf(session, AskedLanguage.Of(http.Request, options.DefaultLanguage, session), done));

    /// <summary>The session and the form of a deed that we offered to it; null where a refusal has been written instead.</summary>
    private async Task<(PortalSession Session, PortalForm Form)?> DeedAsync(HttpContext http, Func<PortalForm, string[]> deed)
    {
        if (await requests.FormOfAsync(http) is not { } form) return null;
        if (SessionOf(http) is not { } session)
        {
            await requests.RefuseAsync(http, Refusal.UnknownSession);
            return null;
        }

        if (key.Proves(form["proof"], session.Receipt, deed(form))) return (session, form);
        await requests.RefuseAsync(http, Refusal.StaleForm);
        return null;
    }
}

using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Orders;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The phone's page over HTTP: each deed is checked to be one that we offered to this session, done by the reception, and acknowledged on the page.</summary>
internal sealed class PhoneEndpoints(
    PortalOptions options, PortalKey key, PageFrame frame, PortalRequests requests, Reception reception, PhoneDoors doors, TimeProvider time)
{
    private static readonly string[] Votes = ["want", "not-now", "never"];

    private PhonePage PhonePage => new(options, key, frame, time);

    private MyDataPages MyDataPages => new(options, key, frame, time);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods(PortalPaths.Phone, read, requests.Guarded(ShowPhoneAsync));
        routes.MapPost(PortalPaths.Phone + "/choice", requests.Guarded(ChooseAsync));
        routes.MapPost(PortalPaths.Phone + "/stop", requests.Guarded(StopAsync));
        routes.MapPost(PortalPaths.Phone + "/revoke", requests.Guarded(RevokeAsync));
        routes.MapPost(PortalPaths.Phone + "/not-me", requests.Guarded(NotMeAsync));
        routes.MapPost(PortalPaths.Phone + "/leave", requests.Guarded(LeaveAsync));
        routes.MapPost(PortalPaths.Phone + "/again", requests.Guarded(TakeBackAsync));
        routes.MapPost(PortalPaths.Phone + "/never", requests.Guarded(NeverAgainAsync));
        routes.MapPost(PortalPaths.Phone + "/else", requests.Guarded(WantElseAsync));
        routes.MapPost(PortalPaths.Phone + "/rate", requests.Guarded(RateAsync));
        routes.MapPost(PortalPaths.Phone + "/gift", requests.Guarded(MarkGiftAsync));
        routes.MapPost(PortalPaths.Phone + "/help", requests.Guarded(AskForHelpAsync));
        routes.MapPost(PortalPaths.Phone + "/help-withdraw", requests.Guarded(WithdrawHelpAsync));
        routes.MapPost(PortalPaths.Phone + "/screen", requests.Guarded(ClaimScreenAsync));
        routes.MapPost(PortalPaths.Phone + "/screen-release", requests.Guarded(ReleaseScreenAsync));
        routes.MapMethods(PortalPaths.Phone + "/data", read, requests.Guarded(ShowDataAsync));
        routes.MapMethods(PortalPaths.Phone + "/data.json", read, requests.Guarded(ExportAsync));
        routes.MapMethods(PortalPaths.Phone + "/erase", read, requests.Guarded(ConfirmErasureAsync));
        routes.MapPost(PortalPaths.Phone + "/erase", requests.Guarded(EraseAsync));
        routes.MapMethods(PortalPaths.Erased, read, requests.Guarded(ShowErasedAsync));
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
        var text = TextOf(http, session);
        var stopped = doors.HasStopped(session.Subject);
        var offers = session.Over || stopped ? [] : await doors.Offers(session, text.Tag, http.RequestAborted);
        var view = new PhoneView(
            offers, stopped, session.Over ? PhoneKnowledge.None : Known(session, text), session.Over ? null : doors.Help.Of(session.Visit), doors.IsOffline(), HasScreen(session),
            http.Request.Query["done"]);
        await requests.WriteAsync(http, StatusCodes.Status200OK, PhonePage.Of(text, session, view));
    }

    /// <summary>What is known of them; to whoever only typed a customer's number, what is neither that customer's file nor their history.</summary>
    private PhoneKnowledge Known(PortalSession session, PortalText text)
    {
        var known = doors.Know(session, text.Tag);
        return options.LetsKnow(session) ? known : known with { Facts = [], Words = [.. known.Words.Where(w => w.IsOfThisVisit)] };
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
            await LeaveAsync(http, session);
            return;
        }

        var after = form["purpose"] == "loyalty" ? await reception.RevokeLoyaltyAsync((await requests.CallerAsync(http)).Device, session) : await reception.RevokeMarketingAsync(session);
        await AnswerAsync(http, after, "revoked");
    }

    private async Task NotMeAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["not-me"]) is var (session, _)) await AnswerAsync(http, await reception.ContinueAsGuestAsync((await requests.CallerAsync(http)).Device, session), "guest");
    }

    private async Task LeaveAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["leave"]) is var (session, _)) await LeaveAsync(http, session);
    }

    private async Task LeaveAsync(HttpContext http, PortalSession session)
    {
        await reception.RevokeTermsAsync(session);
        await requests.GoAsync(http, $"{PortalPaths.Portal}?lang={TextOf(http, session).Tag}&done=left");
    }

    private async Task TakeBackAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["again", form["kind"], form["offer"]]) is not var (session, form)) return;
        // The proof says that we offered it, so the kind is one of ours.
        var (kind, target) = (form["kind"], form["offer"] is { Length: > 0 } named ? named : null);
        var after = kind.Length > 0
            ? await reception.ChooseAsync(session, kind.Replace("never", "again", StringComparison.Ordinal), null, null, target)
            : await reception.ChooseAsync(session, "again", target, null);
        await AnswerAsync(http, after, target is null ? "offers-again" : "again");
    }

    /// <summary>Nothing more of a supplier, or of a kind.</summary>
    private async Task NeverAgainAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["never", form["kind"], form["target"]]) is not var (session, form)) return;
        await AnswerAsync(http, await reception.ChooseAsync(session, form["kind"], null, null, form["target"]), form["kind"]);
    }

    private async Task WantElseAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["else", form["decision"]]) is not var (session, form)) return;
        var (target, language) = (form["target"], TextOf(http, session).Tag);
        if (session.Over || (target.Length > 0 && doors.Know(session, language).Demands.All(d => d.Demand != target)))
        {
            await requests.RefuseAsync(http, session.Over ? Refusal.UnknownSession : Refusal.Malformed);
            return;
        }

        var decision = form["decision"] is { Length: > 0 } shown ? shown : null;
        await AnswerAsync(http, await reception.ChooseAsync(session, "else", null, decision, target.Length > 0 ? target : null), "else");
    }

    private async Task RateAsync(HttpContext http)
    {
        if (SessionOf(http) is not { Over: false } asked || doors.Help.Of(asked.Visit) is not { State: HelpDesk.Solved } help)
        {
            await requests.RefuseAsync(http, Refusal.StaleForm);
            return;
        }

        if (await DeedAsync(http, _ => ["rate", help.Id]) is not var (session, form)) return;
        if (form["stars"] is not [>= '1' and <= '5' and var stars])
        {
            await requests.RefuseAsync(http, Refusal.Malformed);
            return;
        }

        await AnswerAsync(http, await reception.AtTheDeskAsync(session, async live =>
        {
            await doors.Help.RateAsync(live.Visit, help.Id, stars - '0');
            return live;
        }), "rated");
    }

    private async Task MarkGiftAsync(HttpContext http)
    {
        if (await DeedAsync(http, form => ["gift", form["demand"], form["offer"]]) is not var (session, form)) return;
        if (form["gift"] is not ("yes" or "no"))
        {
            await requests.RefuseAsync(http, Refusal.Malformed);
            return;
        }

        var gift = form["gift"] == "yes";
        await AnswerAsync(http, await reception.MarkGiftAsync(session, form["demand"], form["offer"] is { Length: > 0 } offer ? offer : null, gift), gift ? "gift" : "not-gift");
    }

    private async Task AskForHelpAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["help"]) is not var (session, form)) return;
        if (session.Over || !HelpDesk.Skills.Contains(form["skill"]))
        {
            await requests.RefuseAsync(http, session.Over ? Refusal.UnknownSession : Refusal.Malformed);
            return;
        }

        var language = TextOf(http, session).Tag;
        await AnswerAsync(http, await reception.AtTheDeskAsync(session, async live =>
        {
            await doors.Help.AskAsync(live.Visit, live.Subject, form["skill"], language, live.Assurance);
            return live;
        }), "help");
    }

    private async Task WithdrawHelpAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["help-withdraw"]) is not var (session, _)) return;
        await AnswerAsync(http, await reception.AtTheDeskAsync(session, async live =>
        {
            await doors.Help.WithdrawAsync(live.Visit);
            return live;
        }), "help-withdrawn");
    }

    /// <summary>Whether a screen is theirs; null where they can have none. A typed number shows what is a customer's on no screen.</summary>
    private bool? HasScreen(PortalSession session) => session.Over || doors.Screens is not { } screens || !options.LetsKnow(session) ? null : screens.Has(session);

    private async Task ClaimScreenAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["screen"]) is not var (session, form)) return;
        if (HasScreen(session) is null || doors.Screens is not { } screens)
        {
            await requests.RefuseAsync(http, session.Over || doors.Screens is null ? Refusal.UnknownSession : Refusal.NotProven, TextOf(http, session));
            return;
        }

        var (done, language) = ("", TextOf(http, session).Tag);
        await AnswerAsync(http, await reception.AtTheDeskAsync(session, async live =>
        {
            done = await screens.Claim(live, form["code"], language);
            return live;
        }), done);
    }

    private async Task ReleaseScreenAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["screen-release"]) is not var (session, _)) return;
        doors.Screens?.Release(session);
        await AnswerAsync(http, session, "screen-over");
    }

    private async Task ShowDataAsync(HttpContext http)
    {
        if (await LookUpAsync(http) is not var (session, file)) return;
        var text = TextOf(http, session);
        var latest = doors.Customers.Read(file.Events.Reverse().Take(MyDataPages.MostEvents)).ToList();
        var data = new MyData(file.Tables, latest, Math.Max(0, file.Events.Count - MyDataPages.MostEvents), doors.KeptFor, offer => doors.NameOf(offer, text.Tag));
        await requests.WriteAsync(http, StatusCodes.Status200OK, MyDataPages.File(text, session, data));
    }

    /// <summary>The same as central's command exports, as one file.</summary>
    private async Task ExportAsync(HttpContext http)
    {
        if (await LookUpAsync(http) is not var (session, file)) return;
        requests.WriteHeaders(http, StatusCodes.Status200OK, "application/json; charset=utf-8");
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{PhoneText.Of(TextOf(http, session)).FileName}\"";
        if (!PortalRequests.WantsBody(http)) return;
        var (body, stop) = (http.Response.Body, http.RequestAborted);
        await body.WriteAsync("{\"tables\":"u8.ToArray(), stop);
        await body.WriteAsync(file.Tables, stop);
        await body.WriteAsync(",\"events\":["u8.ToArray(), stop);
        var first = true;
        foreach (var stored in doors.Customers.Read(file.Events))
        {
            if (!first) await body.WriteAsync(","u8.ToArray(), stop);
            first = false;
            await body.WriteAsync(CustomerDesk.Write(stored), stop);
        }

        await body.WriteAsync("]}\n"u8.ToArray(), stop);
    }

    private Task ConfirmErasureAsync(HttpContext http) => SessionOf(http) switch
    {
        null => requests.RefuseAsync(http, Refusal.UnknownSession),
        { } session when !options.LetsKnow(session) => requests.RefuseAsync(http, Refusal.NotProven, TextOf(http, session)),
        { } session => requests.WriteAsync(http, StatusCodes.Status200OK, MyDataPages.Confirm(TextOf(http, session), session)),
    };

    /// <summary>Everything goes, the session with it: what is left is a page that is about nobody.</summary>
    private async Task EraseAsync(HttpContext http)
    {
        if (await DeedAsync(http, _ => ["erase"]) is not var (session, _)) return;
        var text = TextOf(http, session);
        if (!options.LetsKnow(session))
        {
            await requests.RefuseAsync(http, Refusal.NotProven, text);
            return;
        }

        var erased = await reception.EraseAsync(session, subject => doors.Customers.EraseAtTheirWordAsync(doors.NamesOf(subject), time));
        if (erased == true) await requests.GoAsync(http, $"{PortalPaths.Erased}?lang={text.Tag}");
        else await requests.RefuseAsync(http, erased is null ? Refusal.UnknownSession : Refusal.NotKept, text);
    }

    private Task ShowErasedAsync(HttpContext http) => requests.WriteAsync(http, StatusCodes.Status200OK, MyDataPages.Erased(AskedLanguage.Of(http.Request, options.DefaultLanguage)));

    /// <summary>The session and everything that is held about who it is; null where a refusal has been written instead.</summary>
    private async Task<(PortalSession Session, CustomerFile File)?> LookUpAsync(HttpContext http)
    {
        if (SessionOf(http) is not { } session)
        {
            await requests.RefuseAsync(http, Refusal.UnknownSession);
            return null;
        }

        if (!options.LetsKnow(session))
        {
            await requests.RefuseAsync(http, Refusal.NotProven, TextOf(http, session));
            return null;
        }

        if (!await requests.MayAskAsync(http)) return null;
        return (session, await reception.OneByOneAsync(() => doors.Customers.Find(doors.NamesOf(session.Subject)), http.RequestAborted));
    }

    private PortalText TextOf(HttpContext http, PortalSession session) => AskedLanguage.Of(http.Request, options.DefaultLanguage, session);

    /// <summary>After a deed: on to the page of the session as it is now, saying so; null where another request has voided the session meanwhile.</summary>
    private Task AnswerAsync(HttpContext http, PortalSession? session, string done) =>
        session is null ? requests.RefuseAsync(http, Refusal.UnknownSession) : requests.GoAsync(http, PhoneOf(session, TextOf(http, session), done));

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

using StoreEdge.Agent.Health;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The portal over HTTP: the page that asks, the acceptance, and on to the phone's page. Kept free of network access of its own: it works with the WAN down.</summary>
internal sealed class PortalEndpoints
{
    /// <summary>An acceptance takes milliseconds; one that waits for a full disk must not keep the customer before a blank page. It counts all the same once it is kept.</summary>
    private static readonly TimeSpan LongestAcceptance = TimeSpan.FromSeconds(8);

    private readonly PortalOptions options;
    private readonly FrontDoor front;
    private readonly Reception reception;
    private readonly TimeProvider time;
    private readonly PageFrame frame;
    private readonly AcceptTokens tokens;
    private readonly PortalRequests requests;
    private readonly PhoneEndpoints phone;

    public PortalEndpoints(
        PortalOptions options, PortalKey key, Reception reception, FrontDoor front, PhoneDoors doors, HealthBoard health, TimeProvider time, ILogger<PortalEndpoints> log)
    {
        (this.options, this.reception, this.front, this.time) = (options, reception, front, time);
        frame = new(options, new(options.BrandColour));
        tokens = new(options.TokenLifetime, time);
        requests = new(options, frame, front.Door, health, time, log);
        phone = new(options, key, frame, requests, reception, doors, time);
        Signpost = new(front, requests);
    }

    /// <summary>What stands before the routes where only guests are served.</summary>
    public Signpost Signpost { get; }

    /// <summary>The way in.</summary>
    public FrontDoor Front => front;

    private AcceptPage AcceptPage => new(options, frame);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods(PortalPaths.Portal, read, requests.Guarded(ShowPortalAsync));
        routes.MapMethods(PortalPaths.Accept, read, requests.Guarded(BackToPortalAsync));
        routes.MapPost(PortalPaths.Accept, requests.Guarded(AcceptAsync));
        routes.MapMethods(PortalPaths.CaptiveApi, read, requests.Guarded(AnswerApiAsync));
        phone.Map(routes);
    }

    private static string Wording(PortalText text, PortalOptions options) => $"{text.Tag} {text.VersionFor(options)}";

    private async Task ShowPortalAsync(HttpContext http)
    {
        var text = AskedLanguage.Of(http.Request, options.DefaultLanguage);
        var token = tokens.Issue(await requests.CallerAsync(http), Wording(text, options));
        await requests.WriteAsync(http, StatusCodes.Status200OK, AcceptPage.Of(text, token, done: http.Request.Query["done"], code: CodeOf(http.Request.Query["code"].ToString())));
    }

    // Only what looks like a code goes into the page; whether it is one, the acceptance says.
    private static string CodeOf(string text) => text.Length <= LinkCode.MostCharacters && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? text : "";

    private Task BackToPortalAsync(HttpContext http) => requests.GoAsync(http, PortalPaths.Portal);

    private async Task AcceptAsync(HttpContext http)
    {
        if (await requests.FormOfAsync(http) is not { } form) return;
        var caller = await requests.CallerAsync(http);
        if (caller.Device is not { } device)
        {
            await requests.RefuseAsync(http, Refusal.NotOnTheWifi);
            return;
        }

        var text = PortalText.ByTag(form["lang"]) ?? AskedLanguage.Of(http.Request, options.DefaultLanguage);
        if (!tokens.TryUse(form["token"], caller, Wording(text, options)))
        {
            var page = AcceptPage.Of(text, tokens.Issue(caller, Wording(text, options)), Refusal.StaleForm, code: CodeOf(form["code"]));
            await requests.WriteAsync(http, RefusalPage.StatusOf(Refusal.StaleForm), page);
            return;
        }

        var wish = new Wish(text, form.Ticked("loyalty"), form.Ticked("marketing"), form["number"], form["code"]);
        var accepted = await reception.AcceptAsync(device, wish).WaitAsync(LongestAcceptance, time);
        if (!accepted.Passes)
        {
            await requests.RefuseAsync(http, Refusal.NotOpened, text);
            return;
        }

        // Its next probe must reach the real server, not the connection that the gate had led here.
        front.Connections.CloseRedirected(caller.Address);
        await requests.GoAsync(http, phone.PhoneOf(accepted.Session, text, accepted.Note));
    }

    private async Task AnswerApiAsync(HttpContext http)
    {
        var caller = await requests.CallerAsync(http);
        var passage = caller.Device is { } device ? front.Door.PassageOf(device) : Passage.Closed;
        var origin = front.Origins.Tls ?? front.Origins.Of(http.Connection).Origin;
        var page = passage.IsOpen && reception.SessionOf(caller.Device!.Value) is { } session ? phone.PhoneOf(session) : PortalPaths.Portal;
        var document = CaptiveApi.Document(passage, origin + PortalPaths.Portal, origin + page);
        http.Response.ContentType = CaptiveApi.MediaType;
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentLength = document.Length;
        if (PortalRequests.WantsBody(http)) await http.Response.Body.WriteAsync(document, http.RequestAborted);
    }
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

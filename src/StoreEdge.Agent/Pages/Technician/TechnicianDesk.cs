using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Diagnostics;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>
/// The technician's pages over HTTP: <c>/technician</c>. Whatever is shown or done goes through here, so that nothing is shown to or done by somebody who is not in, comes from another network,
/// or was sent here by another site's page; and so that everything that is done is written down.
/// </summary>
/// <param name="door">Who may act; null: nobody.</param>
/// <param name="sessions">Who is at work.</param>
/// <param name="networks">From where.</param>
/// <param name="audit">What was done.</param>
/// <param name="frame">What it looks like.</param>
internal sealed class TechnicianDesk(TechnicianDoor? door, TechnicianSessions sessions, TechnicianNetworks networks, TechnicianAudit audit, TechnicianFrame frame)
{
    /// <summary>For pages on which something goes on: <see cref="TechnicianFrame.Live"/>.</summary>
    public static readonly string LiveScript = SelfContained.Read("Technician/technician.js");

    private const string Cookie = "storeedge-technician", Path = "/technician";

    /// <summary>Adds the way in and out.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path + "/enter", networks.Guard(EnterAsync));
        routes.MapPost(Path + "/leave", networks.Guard(async http =>
        {
            if (await CallAsync(http, TechnicianFormLimits.Small) is not var (call, _)) return;
            sessions.End(http.Request.Cookies[Cookie]);
            http.Response.Cookies.Delete(Cookie, new() { Path = Path });
            Go(http, "", call.Tongue);
        }));
    }

    /// <summary>Adds a page.</summary>
    /// <param name="routes">Of the store's own server.</param>
    /// <param name="tab">Which.</param>
    /// <param name="write">What it shows.</param>
    /// <param name="script">What it runs.</param>
    public void MapPage(IEndpointRouteBuilder routes, TechnicianTab tab, Func<TechnicianCall, Markup> write, string? script = null) =>
        routes.MapGet(Path + (tab.Path.Length > 0 ? "/" + tab.Path : ""), networks.Guard(http =>
        {
            if (SessionOf(http) is not { } session) return ThresholdAsync(http, StatusCodes.Status401Unauthorized, null);
            var call = new TechnicianCall(http, session, TonguePreference.Of(http.Request));
            var nonce = SelfContained.Nonce();
            var said = sessions.TakeSaid(session) is var (isDone, phrase, values) ? (isDone, call.Say(phrase, values)) : default((bool, string)?);
            return WriteAsync(http, StatusCodes.Status200OK, frame.Page(call, tab, said, write(call), nonce, script), nonce);
        }));

    /// <summary>Adds what a page's script asks for: JSON, to somebody who is in.</summary>
    public void MapData(IEndpointRouteBuilder routes, string path, Func<TechnicianCall, Task> write) => routes.MapGet($"{Path}/{path}", networks.Guard(http =>
        SessionOf(http) is { } session ? write(new(http, session, TonguePreference.Of(http.Request))) : SelfContained.WritePlainAsync(http, StatusCodes.Status401Unauthorized, "open /technician first")));

    /// <summary>Adds a deed: a POST of one of our forms, written down with its result, after which the page is shown again with what came of it.</summary>
    /// <param name="routes">Of the store's own server.</param>
    /// <param name="deed">Its path, and its name in the audit.</param>
    /// <param name="page">Which page is shown then.</param>
    /// <param name="act">Does it.</param>
    /// <param name="limits">How large its form may be.</param>
    public void MapDeed(IEndpointRouteBuilder routes, string deed, TechnicianTab page, Func<TechnicianCall, PortalForm, Task<DeedResult>> act, FormLimits? limits = null) =>
        routes.MapPost($"{Path}/{deed}", networks.Guard(async http =>
        {
            if (await CallAsync(http, limits ?? TechnicianFormLimits.Small) is not var (call, form)) return;
            // What cannot be written down is not done.
            if (audit.Fault() is { } fault)
            {
                await SelfContained.WritePlainAsync(http, StatusCodes.Status503ServiceUnavailable, call.Say(TechnicianWords.NoAudit, fault));
                return;
            }

            DeedResult result;
            try
            {
                // A deed is not told that the browser hung up: half of it would be done, and nothing written down.
                result = await act(call, form);
            }
            catch
            {
                audit.Write(call.Session, deed, "", TechnicianAudit.Failed);
                throw;
            }

            audit.Write(call.Session, deed, result.Target, result.IsDone ? TechnicianAudit.Done : TechnicianAudit.Failed, result.Changes);
            if (result is PageDeed own)
            {
                var nonce = SelfContained.Nonce();
                http.Response.OnCompleted(() =>
                {
                    own.Then?.Invoke();
                    return Task.CompletedTask;
                });
                await WriteAsync(http, StatusCodes.Status200OK, frame.Page(call, page, null, own.Content, nonce, own.Script), nonce);
                return;
            }

            sessions.Say(call.Session, result.IsDone, result.Said, result.Values);
            Go(http, page.Path, call.Tongue);
        }));

    private async Task EnterAsync(HttpContext http)
    {
        var tongue = TonguePreference.Of(http.Request);
        if (door is null)
        {
            await ThresholdAsync(http, StatusCodes.Status404NotFound, null);
            return;
        }

        if (await FormAsync(http, tongue, TechnicianFormLimits.Small) is not { } form) return;
        var address = Caller.AddressOf(http.Connection);
        var entry = await door.TryAsync(form["secret"], address, http.RequestAborted);
        if (entry != Entry.Open)
        {
            if (entry == Entry.Wrong) audit.Write(new("", address, "", default, default), "enter", "", TechnicianAudit.Failed);
            await ThresholdAsync(http, door.MustWait(address) is null ? StatusCodes.Status403Forbidden : StatusCodes.Status429TooManyRequests, TechnicianWords.Wrong.In(tongue));
            return;
        }

        var (session, pass) = sessions.Begin(address);
        audit.Write(session, "enter", "", TechnicianAudit.Done);
        // Without an age it ends with the browser; the session ends before.
        http.Response.Cookies.Append(Cookie, pass, new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = Path, Secure = http.Request.IsHttps });
        Go(http, "", tongue);
    }

    private TechnicianSession? SessionOf(HttpContext http) => door is null ? null : sessions.Find(http.Request.Cookies[Cookie], Caller.AddressOf(http.Connection));

    /// <summary>Who sent a form, and what stands in it; null where a refusal has been written instead.</summary>
    private async Task<(TechnicianCall Call, PortalForm Form)?> CallAsync(HttpContext http, FormLimits limits)
    {
        var tongue = TonguePreference.Of(http.Request);
        if (SessionOf(http) is not { } session)
        {
            await ThresholdAsync(http, StatusCodes.Status401Unauthorized, null);
            return null;
        }

        if (await FormAsync(http, tongue, limits) is not { } form) return null;
        if (session.Proves(form["proof"])) return (new(http, session, tongue), form);
        await SelfContained.WritePlainAsync(http, StatusCodes.Status409Conflict, TechnicianWords.Stale.In(tongue));
        return null;
    }

    private static async Task<PortalForm?> FormAsync(HttpContext http, Tongue tongue, FormLimits limits)
    {
        if (!SameOrigin.Holds(http.Request))
        {
            await SelfContained.WritePlainAsync(http, StatusCodes.Status403Forbidden, TechnicianWords.Foreign.In(tongue));
            return null;
        }

        var (form, refusal) = await PortalForm.ReadAsync(http.Request, limits, http.RequestAborted);
        if (form is null) await SelfContained.WritePlainAsync(http, refusal == Refusal.TooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest, TechnicianWords.Stale.In(tongue));
        return form;
    }

    private Task ThresholdAsync(HttpContext http, int status, string? why)
    {
        var tongue = TonguePreference.Of(http.Request);
        if (door?.MustWait(Caller.AddressOf(http.Connection)) is { } rest)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(rest.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            why = string.Format(CultureInfo.InvariantCulture, TechnicianWords.Wait.In(tongue), rest > TimeSpan.FromMinutes(1) ? $"{Math.Ceiling(rest.TotalMinutes)} min" : $"{Math.Ceiling(rest.TotalSeconds)} s");
        }

        var nonce = SelfContained.Nonce();
        return WriteAsync(http, status, frame.Threshold(tongue, nonce, door is not null, why), nonce);
    }

    private static void Go(HttpContext http, string page, Tongue tongue)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = TechnicianFrame.Address(page, tongue);
    }

    private static Task WriteAsync(HttpContext http, int status, Markup content, string nonce) => SelfContained.WriteFormsAsync(http, status, content.ToString(), nonce);
}

/// <summary>How large the forms of these pages are.</summary>
internal static class TechnicianFormLimits
{
    /// <summary>Buttons and a few fields.</summary>
    public static readonly FormLimits Small = new(PortalForm.MaxBytes, PortalForm.MaxFieldLength, AllowsLines: false);
}

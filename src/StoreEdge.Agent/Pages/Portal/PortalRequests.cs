using System.Globalization;
using System.Text;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What every request of the portal goes through: the checks before a deed, the way an answer is written, and the boundary that turns a fault into a kind page.</summary>
internal sealed class PortalRequests(PortalOptions options, PageFrame frame, IGuestDoor door, HealthBoard health, TimeProvider time, ILogger log)
{
    private const string FaultCode = "portal-failed";

    private readonly RateCap posts = new(options.PostsPerMinute, TimeSpan.FromMinutes(1), options.MaxDevices, time);
    private readonly RateCap postsOfAddress = new(options.PostsPerMinute, TimeSpan.FromMinutes(1), options.MaxDevices, time);

    private RefusalPage RefusalPage => new(frame);

    /// <summary>Who asks.</summary>
    public async ValueTask<Caller> CallerAsync(HttpContext http)
    {
        var address = Caller.AddressOf(http.Connection);
        return new(await door.FindAsync(address, http.RequestAborted), address);
    }

    /// <summary>The form of a POST that may be looked at; null where a refusal has been written instead.</summary>
    public async Task<PortalForm?> FormOfAsync(HttpContext http)
    {
        if (!SameOrigin.Holds(http.Request))
        {
            await RefuseAsync(http, Refusal.ForeignOrigin);
            return null;
        }

        if (!await MayAskAsync(http)) return null;
        var (form, refusal) = await PortalForm.ReadAsync(http.Request, http.RequestAborted);
        if (form is null) await RefuseAsync(http, refusal);
        return form;
    }

    /// <summary>Whether this phone may ask for something that costs more than a page; where not, a refusal has been written.</summary>
    public async Task<bool> MayAskAsync(HttpContext http)
    {
        // By address as well: one phone may invent many hardware addresses, and the door may not know it.
        var caller = await CallerAsync(http);
        if (postsOfAddress.TryTake(new(caller.Address.ToString())) && (caller.Device is not { } device || posts.TryTake(device))) return true;
        http.Response.Headers.RetryAfter = Math.Ceiling(posts.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await RefuseAsync(http, Refusal.TooOften);
        return false;
    }

    /// <summary>Says kindly why not.</summary>
    /// <param name="http">The request.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="text">In which language; null: the one that the request asks for.</param>
    /// <param name="origin">Where our pages are, for a request to another host; empty for one to ours.</param>
    public Task RefuseAsync(HttpContext http, Refusal refusal, PortalText? text = null, string origin = "") =>
        WriteAsync(http, RefusalPage.StatusOf(refusal), RefusalPage.Of(text ?? AskedLanguage.Of(http.Request, options.DefaultLanguage), refusal, origin));

    /// <summary>On to another page by 303: the browser goes on with GET, so that a reload repeats nothing and the phone's network assistant sees one navigation.</summary>
    public Task GoAsync(HttpContext http, string path)
    {
        frame.WriteHeaders(http.Response.Headers);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = path;
        return Task.CompletedTask;
    }

    /// <summary>Whether an answer has a body. A method is its exact letters: routing takes <c>hEAD</c> for HEAD, the server does not, and it would miss the body.</summary>
    public static bool WantsBody(HttpContext http) => http.Request.Method != HttpMethods.Head;

    /// <summary>Answers with a page.</summary>
    public async Task WriteAsync(HttpContext http, int status, Markup page)
    {
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        WriteHeaders(http, status, "text/html; charset=utf-8");
        http.Response.ContentLength = bytes.Length;
        if (WantsBody(http)) await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    /// <summary>The head of an answer.</summary>
    public void WriteHeaders(HttpContext http, int status, string contentType)
    {
        frame.WriteHeaders(http.Response.Headers);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
    }

    /// <summary>The boundary of one request: a fault shows the customer a kind page and the technician a warning; the next request that goes well clears it.</summary>
    public RequestDelegate Guarded(RequestDelegate inner) => async http =>
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

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The page that says kindly why something was not done, and where to go on.</summary>
internal sealed class RefusalPage(PageFrame frame)
{
    /// <summary>The page.</summary>
    /// <param name="text">Its language.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="origin">Where our pages are, where the page is shown under another host's name; empty where it is shown under ours.</param>
    public Markup Of(PortalText text, Refusal refusal, string origin = "") => frame.Page(
        text, origin + PortalPaths.Portal, text.Refusals[refusal].Title, text.Refusals[refusal].Text,
        Markup.Of($"""<p class="card"><a class="button" href="{origin + PortalPaths.Portal}?lang={text.Tag}">{text.BackToStart}</a></p>"""));

    /// <summary>The status that goes with a refusal.</summary>
    public static int StatusOf(Refusal refusal) => refusal switch
    {
        Refusal.StaleForm => StatusCodes.Status409Conflict,
        Refusal.NotOnTheWifi => StatusCodes.Status409Conflict,
        Refusal.ForeignOrigin => StatusCodes.Status403Forbidden,
        Refusal.NotProven => StatusCodes.Status403Forbidden,
        Refusal.Malformed => StatusCodes.Status400BadRequest,
        Refusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
        Refusal.UnsupportedForm => StatusCodes.Status415UnsupportedMediaType,
        Refusal.TooOften => StatusCodes.Status429TooManyRequests,
        Refusal.UnknownSession => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}

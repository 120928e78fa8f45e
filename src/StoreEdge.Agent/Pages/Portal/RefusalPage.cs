namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The page that says kindly why something was not done, and where to go on.</summary>
internal sealed class RefusalPage(PageFrame frame)
{
    public Markup Of(PortalText text, Refusal refusal) => frame.Page(
        text, PortalPaths.Portal, text.Refusals[refusal].Title, text.Refusals[refusal].Text,
        Markup.Of($"""<p class="card"><a class="button" href="{PortalPaths.Portal}?lang={text.Tag}">{text.BackToStart}</a></p>"""));

    /// <summary>The status that goes with a refusal.</summary>
    public static int StatusOf(Refusal refusal) => refusal switch
    {
        Refusal.StaleForm => StatusCodes.Status409Conflict,
        Refusal.NotOnTheWifi => StatusCodes.Status409Conflict,
        Refusal.ForeignOrigin => StatusCodes.Status403Forbidden,
        Refusal.Malformed => StatusCodes.Status400BadRequest,
        Refusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
        Refusal.UnsupportedForm => StatusCodes.Status415UnsupportedMediaType,
        Refusal.TooOften => StatusCodes.Status429TooManyRequests,
        Refusal.UnknownSession => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status503ServiceUnavailable,
    };
}

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What every page of the portal has around it: head, brand band, language switch, footer.</summary>
internal sealed class PageFrame(PortalOptions options, PortalTheme theme)
{
    private readonly Markup style = Markup.Trusted(theme.Style);

    /// <summary>Headers that every page carries: no script, no frame, no cache, nothing from elsewhere.</summary>
    /// <remarks>
    /// The referrer policy is <c>same-origin</c>, not <c>no-referrer</c>: under the latter browsers send <c>Origin: null</c> with our own forms (Fetch,
    /// "append a request Origin header"), which could not be told from a foreign sandboxed page. To other sites both send nothing.
    /// </remarks>
    public void WriteHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src {theme.StyleSource}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        headers.Vary = "Accept-Language";
    }

    /// <summary>A whole document.</summary>
    /// <param name="text">Its language.</param>
    /// <param name="here">Its own path, for the language switch.</param>
    /// <param name="title">The heading.</param>
    /// <param name="lead">The sentence under it.</param>
    /// <param name="main">The rest.</param>
    public Markup Page(PortalText text, string here, string title, string lead, Markup main) => Markup.Of(
        $"""
        <!DOCTYPE html>
        <html lang="{text.Tag}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="robots" content="noindex">
        <meta name="theme-color" content="{theme.Band.ToString()}" media="(prefers-color-scheme:light)">
        <meta name="theme-color" content="{theme.BandInDark.ToString()}" media="(prefers-color-scheme:dark)">
        <meta name="format-detection" content="telephone=no">
        <link rel="icon" href="data:,">
        <title>{(title == options.Name ? title : $"{title} – {options.Name}")}</title>
        <style>{style}</style>
        </head>
        <body>
        <a class="skip" href="#main">{text.SkipToContent}</a>
        <header class="band">
        <div class="top"><span class="mark" aria-hidden="true">{Initial(options.Name)}</span>
        <nav aria-label="{text.SwitchLabel}"><ul>{Markup.Join(PortalText.All.Select(other => Switch(other, other.Tag == text.Tag, here)))}</ul></nav></div>
        {(title == options.Name ? Markup.Empty : Markup.Of($"""<p class="shop">{options.Name}</p>"""))}
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        </header>
        <main id="main" tabindex="-1">
        {main}
        </main>
        <footer><p>{options.Name}</p></footer>
        </body>
        </html>
        """);

    /// <summary>Something to be told at once; read out by screen readers.</summary>
    /// <param name="what">The words.</param>
    /// <param name="icon">Beside them; a tick where it is left out.</param>
    public static Markup Said(Markup what, Markup? icon = null) => Markup.Of($"""<div class="card said" role="status">{icon ?? Icons.Tick}<div>{what}</div></div>""");

    /// <summary>A form of the phone's page for one deed, with the proof that we offered it to this session.</summary>
    public static Markup Form(PortalKey key, PortalSession session, PortalText text, string action, Markup content, params string[] deed) => Markup.Of(
        $"""
        <form method="post" action="{PortalPaths.PhoneOf(key.SessionToken(session.Receipt))}/{action}?lang={text.Tag}" accept-charset="utf-8"><input type="hidden" name="proof" value="{key.FormProof(session.Receipt, deed)}">{content}</form>
        """);

    /// <summary>A moment on the shop's clock.</summary>
    public static DateTimeOffset Local(DateTimeOffset moment, TimeProvider time) => TimeZoneInfo.ConvertTime(moment, time.LocalTimeZone);

    /// <summary>Day and time as the language writes them.</summary>
    public static string Moment(PortalText text, DateTimeOffset moment, TimeProvider time) =>
        Local(moment, time).ToString(text.Tag == "en" ? "yyyy-MM-dd HH:mm" : "dd/MM/yyyy HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    private static Markup Switch(PortalText other, bool current, string here)
    {
        var mark = current ? Markup.Trusted(" aria-current=\"true\"") : Markup.Empty;
        return Markup.Of($"""<li><a href="{here}?lang={other.Tag}" lang="{other.Tag}" hreflang="{other.Tag}"{mark}>{other.OwnName}</a></li>""");
    }

    // The first letter or digit, as a whole text element, so that a composed character stays whole.
    private static string Initial(string name)
    {
        var elements = System.Globalization.StringInfo.GetTextElementEnumerator(name.Trim());
        return elements.MoveNext() ? elements.GetTextElement().ToUpperInvariant() : "";
    }
}

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Drawings of the portal, in the page itself; the text beside them says the same, so they are hidden from screen readers.</summary>
internal static class Icons
{
    public static Markup Wifi { get; } = Markup.Trusted("""<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2.5 9a14 14 0 0 1 19 0M6 12.7a9 9 0 0 1 12 0M9.3 16.2a4 4 0 0 1 5.4 0M12 20h.01"/></svg>""");

    public static Markup Tick { get; } = Markup.Trusted("""<svg viewBox="0 0 24 24" aria-hidden="true"><path d="m4 12.5 5.2 5.2L20 7"/></svg>""");

    public static Markup Cloud { get; } = Markup.Trusted("""<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 18a4.5 4.5 0 0 1-.6-9 6 6 0 0 1 11.2 1.2A4 4 0 0 1 17.5 18zM3 3l18 18"/></svg>""");

    public static Markup Heart { get; } = Markup.Trusted("""<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20S3.5 15 3.5 9A4.6 4.6 0 0 1 12 6.6 4.6 4.6 0 0 1 20.5 9c0 6-8.5 11-8.5 11z"/></svg>""");
}

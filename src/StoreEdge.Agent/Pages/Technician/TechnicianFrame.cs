using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>One of the technician's pages, as the navigation names it.</summary>
/// <param name="Path">Below <c>/technician</c>; empty for the first.</param>
/// <param name="Title">Its name.</param>
internal sealed record TechnicianTab(string Path, Phrase Title);

/// <summary>What all of the technician's pages look like: the same style as the read-only page, one navigation, forms that work without script.</summary>
internal sealed class TechnicianFrame(string shop, IReadOnlyList<TechnicianTab> tabs)
{
    private static readonly string Style = SelfContained.Read("Diagnostics/diagnostics.css") + SelfContained.Read("Technician/technician.css");

    /// <summary>The address of a page in a language.</summary>
    public static string Address(string page, Tongue tongue) => $"/technician{(page.Length > 0 ? "/" + page : "")}?lang={Tag(tongue)}";

    /// <summary>A whole page of a technician who is in.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="current">Which page.</param>
    /// <param name="said">What came of the last deed; null where there was none.</param>
    /// <param name="content">What it shows.</param>
    /// <param name="nonce">For style and script.</param>
    /// <param name="script">What it runs; it works without.</param>
    public Markup Page(TechnicianCall call, TechnicianTab current, (bool IsDone, string Text)? said, Markup content, string nonce, string? script = null) => Document(
        call.Tongue, current.Title.In(call.Tongue), current.Path, nonce, Markup.Of(
        $"""
        <nav class="tabs" aria-label="{call.Say(TechnicianWords.Pages)}"><ul>{Markup.Join(tabs.Select(t => Markup.Of(
            $"""<li><a href="{call.To(t.Path)}"{(t == current ? Markup.Trusted(" aria-current=\"page\"") : Markup.Empty)}>{call.Say(t.Title)}</a></li>""")))}</ul></nav>
        """), Markup.Of(
        $"""
        {(said is var (isDone, text) ? Markup.Of($"""<p class="said {(isDone ? "pass" : "fail")}" role="status"><span class="sign" aria-hidden="true"></span>{text}</p>""") : Markup.Empty)}
        {content}
        """), call.Button("leave", TechnicianWords.Leave, null), script);

    /// <summary>The page of somebody who is not in: it asks for the PIN, or says how there comes to be one.</summary>
    /// <param name="tongue">In which language.</param>
    /// <param name="nonce">For the style.</param>
    /// <param name="hasPin">Whether there is a PIN at all.</param>
    /// <param name="why">What was wrong just now; null where nothing was.</param>
    public Markup Threshold(Tongue tongue, string nonce, bool hasPin, string? why)
    {
        var error = why is null ? Markup.Empty : Markup.Of($"""<p class="wrong" id="why" role="alert">{why}</p>""");
        return Document(tongue, TechnicianWords.Title.In(tongue), "", nonce, Markup.Empty, hasPin ? Markup.Of(
            $"""
            <section class="card narrow"><form method="post" action="{Address("enter", tongue)}" accept-charset="utf-8">
            <label for="secret">{TechnicianWords.Secret.In(tongue)}</label>{error}
            <input id="secret" name="secret" type="password" autocomplete="current-password" required maxlength="{PinHash.Longest}"{(why is null ? Markup.Empty : Markup.Trusted(" aria-invalid=\"true\" aria-describedby=\"why\""))}>
            <button class="main">{TechnicianWords.Enter.In(tongue)}</button></form>
            <p class="hint">{Code(TechnicianWords.CodeHint.In(tongue))}</p></section>
            """) : Markup.Of(
            $"""
            <section class="card narrow"><h2>{TechnicianWords.NoPinTitle.In(tongue)}</h2><ol class="steps">
            <li>{Code(TechnicianWords.NoPinFirst.In(tongue))}</li><li>{Code(TechnicianWords.NoPinSecond.In(tongue))}</li><li>{Code(TechnicianWords.NoPinThird.In(tongue))}</li></ol></section>
            """), Markup.Empty, null);
    }

    /// <summary>The part of a page that is looked at again each second while something goes on in it.</summary>
    public static Markup Live(bool isBusy, Markup content) => Markup.Of(
        $"""<div id="live"{(isBusy ? Markup.Trusted(" data-busy") : Markup.Empty)}>{content}</div>{(isBusy ? Markup.Of($"""<noscript><meta http-equiv="refresh" content="3"></noscript>""") : Markup.Empty)}""");

    /// <summary>What stands between backticks is to be typed as it is.</summary>
    public static Markup Code(string text) => Markup.Join(text.Split('`').Select((part, i) => i % 2 == 1 ? Markup.Of($"<code>{part}</code>") : Markup.Of($"{part}")));

    private Markup Document(Tongue tongue, string title, string path, string nonce, Markup navigation, Markup main, Markup leave, string? script) => Markup.Of(
        $"""
        <!doctype html>
        <html lang="{Tag(tongue)}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>{title} · {shop} · StoreEdge</title>
        <link rel="icon" href="data:,">
        <style nonce="{nonce}">{Markup.Trusted(Style)}</style>
        </head>
        <body class="technician">
        <header><div class="who"><p class="product">StoreEdge · {shop}</p><h1>{title}</h1></div>
        <nav aria-label="{TechnicianWords.Languages.In(tongue)}">{Switch(Tongue.Portuguese, "Português", path, tongue)}{Switch(Tongue.English, "English", path, tongue)}</nav></header>
        {navigation}
        <main id="main">
        {main}
        </main>
        <footer><p><a href="/diagnostics?lang={Tag(tongue)}">{TechnicianWords.ReadOnly.In(tongue)}</a></p>{leave}</footer>
        {(script is null ? Markup.Empty : Markup.Of($"""<script nonce="{nonce}">{Markup.Trusted(script)}</script>"""))}
        </body>
        </html>
        """);

    private static Markup Switch(Tongue other, string name, string path, Tongue current) => Markup.Of(
        $"""<a href="{Address(path, other)}" lang="{Tag(other)}" hreflang="{Tag(other)}"{(other == current ? Markup.Trusted(" aria-current=\"true\"") : Markup.Empty)}>{name}</a>""");

    private static string Tag(Tongue tongue) => tongue == Tongue.Portuguese ? "pt-BR" : "en";
}

using System.Globalization;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Staff;

/// <summary>What a staff display shows at one moment.</summary>
/// <param name="Zone">Whose display it is.</param>
/// <param name="Requests">Who needs help, who waits longest first, each with how they want to be called where that may be said.</param>
/// <param name="Cues">Recognised customers who are in the zone.</param>
/// <param name="Demands">What a question can have been about.</param>
/// <param name="BootId">The present boot.</param>
/// <param name="IsOffline">Whether central cannot be reached.</param>
/// <param name="Done">What was just done, or null.</param>
internal sealed record StaffView(
    ZoneId Zone, IReadOnlyList<(HelpRequest Request, string? Name)> Requests, IReadOnlyList<StaffCue> Cues, IReadOnlyList<(string Demand, string Name)> Demands, string BootId, bool IsOffline,
    string? Done);

/// <summary>The page that staff keep open: who needs help, who of those who want to be recognised is here, and one button for each thing to be done. It works without script, and lives with it.</summary>
internal sealed class StaffPage(string shop, PortalTheme theme, TimeProvider time)
{
    private static readonly string Sheet = SelfContained.Read("Staff/staff.css"), Script = SelfContained.Read("Staff/staff.js");

    /// <summary>Who waits so long is shown in another colour, and it is said in words as well.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(3);

    /// <summary>The whole page.</summary>
    public Markup Of(PortalText text, StaffView view, string nonce, Func<string[], string> proof)
    {
        var words = StaffText.Of(text);
        var title = Title(words, view);
        return Document(text, words, title, Here(view.Zone), nonce, Markup.Of(
            $"""
            <p class="card lost" id="lost" role="status" hidden>{words.Lost}</p>
            <div id="board" data-title="{title}">{Board(text, view, proof)}</div>
            {Form(text, view.Zone, "leave", proof(["leave"]), Markup.Of($"""<button class="quiet small">{words.Leave}</button>"""), "close")}
            """), live: true);
    }

    /// <summary>What changes.</summary>
    public Markup Board(PortalText text, StaffView view, Func<string[], string> proof)
    {
        var words = StaffText.Of(text);
        var requests = view.Requests.Count == 0
            ? Markup.Of($"""<p class="card none">{words.Nobody}</p>""")
            : Markup.Of($"""<ul class="grid">{Markup.Join(view.Requests.Select((r, i) => Request(text, words, view, r.Request, r.Name, proof, i + 1)))}</ul>""");
        return Markup.Of(
            $"""
            <span id="count" data-title="{Title(words, view)}"></span>
            {(view.Done is { } done && words.Done.TryGetValue(done, out var said) ? PageFrame.Said(Markup.Of($"<p class=\"strong\">{said}</p>")) : Markup.Empty)}
            {(view.IsOffline ? PageFrame.Said(Markup.Of($"<p>{words.Offline}</p>"), Icons.Cloud) : Markup.Empty)}
            <section aria-labelledby="requests"><h2 id="requests">{words.RequestsTitle}</h2>{requests}</section>
            {(view.Cues.Count == 0 ? Markup.Empty : Cues(words, view.Cues))}
            """);
    }

    /// <summary>The page that asks for the password.</summary>
    /// <param name="text">Its language.</param>
    /// <param name="zone">Whose display.</param>
    /// <param name="nonce">For the style.</param>
    /// <param name="isWrong">It was wrong just now.</param>
    /// <param name="wait">How long to wait before the next attempt; null where it may be made now.</param>
    public Markup Pin(PortalText text, ZoneId zone, string nonce, bool isWrong, TimeSpan? wait)
    {
        var words = StaffText.Of(text);
        var why = wait is { } rest ? string.Format(CultureInfo.InvariantCulture, words.PinWait, rest > TimeSpan.FromMinutes(1) ? $"{Math.Ceiling(rest.TotalMinutes)} min" : $"{Math.Ceiling(rest.TotalSeconds)} s") : isWrong ? words.PinWrong : null;
        var error = why is null ? Markup.Empty : Markup.Of($"""<p class="wrong" id="why" role="alert">{why}</p>""");
        return Document(text, words, words.PinTitle, Here(zone), nonce, Markup.Of(
            $"""
            <section class="card pin"><form method="post" action="{Here(zone)}/enter?lang={text.Tag}" accept-charset="utf-8">
            <label for="pin">{words.PinLabel}</label>{error}
            <input id="pin" name="pin" type="password" autocomplete="current-password" required maxlength="{StaffDoor.LongestPin}"{(why is null ? Markup.Empty : Markup.Trusted(" aria-invalid=\"true\" aria-describedby=\"why\""))}>
            <button>{words.PinEnter}</button></form></section>
            """), live: false);
    }

    private static string Here(ZoneId zone) => $"/staff/{zone}";

    private static string Title(StaffText words, StaffView view)
    {
        var (title, waiting) = (string.Format(CultureInfo.InvariantCulture, words.Title, view.Zone), view.Requests.Count(r => r.Request.State == HelpDesk.Asked));
        return waiting > 0 ? $"({waiting}) {title}" : title;
    }

    private Markup Request(PortalText text, StaffText words, StaffView view, HelpRequest request, string? name, Func<string[], string> proof, int number)
    {
        var waited = request.AskedAt is { } at && request.BootId == view.BootId ? Instant.Now(time) - at : time.GetUtcNow() - request.Asked;
        var minutes = Math.Max(0, (int)waited.TotalMinutes);
        var isAsked = request.State == HelpDesk.Asked;
        var state = !isAsked ? request.Staff is { } staff ? string.Format(CultureInfo.InvariantCulture, words.TakenAt, staff) : words.Taken
            : request.IsWithCentral ? words.WithCentral
            : request.Step > 0 ? words.Escalated
            : null;
        var language = request.Language is { } tag && PortalText.ByTag(tag) is { } reads && reads.Tag != text.Tag ? string.Format(CultureInfo.InvariantCulture, words.Speaks, reads.OwnName) : null;
        return Markup.Of(
            $"""
            <li class="card {(isAsked ? waited >= Long || request.Step > 0 ? "late" : "asked" : "coming")}" aria-labelledby="request{number}">
            <h3 id="request{number}">{PhoneText.Of(text).Skills.GetValueOrDefault(request.Skill, request.Skill)}</h3>
            <p class="where">{request.Zone ?? words.NoPlace}{(name is null ? Markup.Empty : Markup.Of($" · {name}"))}</p>
            <p class="hint">{(minutes == 0 ? words.Now : string.Format(CultureInfo.InvariantCulture, words.Waits, minutes))}{(language is null ? Markup.Empty : Markup.Of($" · {language}"))}</p>
            {(state is null ? Markup.Empty : Markup.Of($"""<p class="state">{state}</p>"""))}
            {(isAsked ? Take(text, words, view.Zone, request, proof, number) : Solve(text, words, view, request, proof, number))}
            </li>
            """);
    }

    private static Markup Take(PortalText text, StaffText words, ZoneId zone, HelpRequest request, Func<string[], string> proof, int number) => Form(
        text, zone, "take", proof(["take", request.Id]), Markup.Of(
        $"""<input type="hidden" name="request" value="{request.Id}"><button id="take-{request.Id}" aria-describedby="request{number}">{words.Take}</button>"""));

    private static Markup Solve(PortalText text, StaffText words, StaffView view, HelpRequest request, Func<string[], string> proof, int number)
    {
        var about = view.Demands.Count == 0 ? Markup.Empty : Markup.Of(
            $"""
            <label for="about{number}">{words.AboutLabel}</label>
            <select id="about{number}" name="demand"><option value="">{words.AboutNothing}</option>{Markup.Join(view.Demands.Select(d => Markup.Of($"""<option value="{d.Demand}">{d.Name}</option>""")))}</select>
            <label class="tick"><input type="checkbox" name="missing"> {words.Missing}</label>
            """);
        return Form(text, view.Zone, "solve", proof(["solve", request.Id]), Markup.Of(
            $"""<input type="hidden" name="request" value="{request.Id}">{about}<button class="quiet" id="solve-{request.Id}" aria-describedby="request{number}">{words.Solve}</button>"""));
    }

    private Markup Cues(StaffText words, IReadOnlyList<StaffCue> cues) => Markup.Of(
        $"""
        <section aria-labelledby="cues"><h2 id="cues">{words.CuesTitle}</h2><p class="hint">{words.CuesHint}</p>
        <ul class="card cues">{Markup.Join(cues.Select(c => Cue(words, c)))}</ul></section>
        """);

    private Markup Cue(StaffText words, StaffCue cue)
    {
        var minutes = cue.CameAt is { } came ? (int)(Instant.Now(time) - came).TotalMinutes : -1;
        var since = minutes < 0 ? "" : minutes == 0 ? words.HereNow : string.Format(CultureInfo.InvariantCulture, words.Here, minutes);
        return Markup.Of(
            $"""<li><b>{cue.Name ?? words.SomebodyKnown}</b> <span class="hint">{since}</span>{(cue.WantsPerson ? Markup.Of($"""<br><span class="badge">{words.WantsPerson}</span>""") : Markup.Empty)}</li>""");
    }

    private static Markup Form(PortalText text, ZoneId zone, string action, string proof, Markup content, string css = "") => Markup.Of(
        $"""<form method="post" action="{Here(zone)}/{action}?lang={text.Tag}" accept-charset="utf-8" class="{css}"><input type="hidden" name="proof" value="{proof}">{content}</form>""");

    private Markup Document(PortalText text, StaffText words, string title, string here, string nonce, Markup main, bool live) => Markup.Of(
        $"""
        <!DOCTYPE html>
        <html lang="{text.Tag}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="robots" content="noindex">
        {(live ? Markup.Of($"""<noscript><meta http-equiv="refresh" content="15;url={here}?lang={text.Tag}"></noscript>""") : Markup.Empty)}
        <link rel="icon" href="data:,">
        <title>{title}</title>
        <style nonce="{nonce}">{Markup.Trusted(theme.Style)}{Markup.Trusted(Sheet)}</style>
        </head>
        <body class="staff">
        <a class="skip" href="#main">{text.SkipToContent}</a>
        <header class="band"><div class="top"><div><p class="shop">{shop}</p><h1>{(live ? title[(title.IndexOf(')', StringComparison.Ordinal) is >= 0 and var end && title[0] == '(' ? end + 2 : 0)..] : title)}</h1></div>
        <nav aria-label="{text.SwitchLabel}"><ul>{Markup.Join(PortalText.All.Select(other => Switch(other, other.Tag == text.Tag, here)))}</ul></nav></div></header>
        <main id="main" tabindex="-1">
        {main}
        </main>
        <footer><p>{shop}</p></footer>
        {(live ? Markup.Of($"""<script nonce="{nonce}">{Markup.Trusted(Script)}</script>""") : Markup.Empty)}
        </body>
        </html>
        """);

    private static Markup Switch(PortalText other, bool current, string here) => Markup.Of(
        $"""<li><a href="{here}?lang={other.Tag}" lang="{other.Tag}" hreflang="{other.Tag}"{(current ? Markup.Trusted(" aria-current=\"true\"") : Markup.Empty)}>{other.OwnName}</a></li>""");
}

using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>One key that the technician's layer sets.</summary>
/// <param name="Key">In full.</param>
/// <param name="Value">What is in force, as JSON.</param>
/// <param name="Origin">Where that comes from: another one where a stronger layer sets it too.</param>
/// <param name="IsOwn">Whether it is the technician's.</param>
internal sealed record EffectiveKey(string Key, string Value, string Origin, bool IsOwn);

/// <summary>What the page asks of the configuration.</summary>
/// <param name="Document">The technician's layer as it is in force; empty where there is none.</param>
/// <param name="Effective">What it sets, and what came of that.</param>
/// <param name="Fault">What is wrong with a document, each with its place, its key and what to do; empty where it would be good.</param>
/// <param name="TakenBack">Why the last change was taken back; null where it was not.</param>
/// <param name="IsBusy">Whether a trial runs, of whomever.</param>
/// <param name="Left">How long the technician has to confirm; null where there is nothing to confirm.</param>
/// <param name="By">The session that began it; null where there is nothing to confirm.</param>
/// <param name="Try">Keeps a document for the next run of the rooms, on trial, by a session; false where another one was quicker.</param>
/// <param name="Restart">Has the rooms run anew.</param>
/// <param name="Confirm">The technician says that all is well; false where there was nothing to confirm any more.</param>
/// <param name="TakeBack">Takes the trial back.</param>
internal sealed record ConfigurationDoors(
    Func<string> Document, Func<IReadOnlyList<EffectiveKey>> Effective, Func<string, IReadOnlyList<string>> Fault, Func<string?> TakenBack, Func<bool> IsBusy, Func<TimeSpan?> Left,
    Func<string?> By, Func<string, string, bool> Try, Action Restart, Func<Task<bool>> Confirm, Action TakeBack);

/// <summary>
/// The technician's own layer of the configuration: checked by the reader that the store starts with, shown as a difference, tried, and taken back where nobody confirms it.
/// Whoever began a change keeps it with one touch. To anybody else the page says whose it is, and keeping it takes a tick beside: the word "all is well" is worth something only from somebody
/// who knows what was to be looked at, and it must not be given by a thumb that was quicker than the eye. It is possible, because a change may have ended the session that began it (another network, another
/// PIN). Taking back needs no tick, from anybody: it is the safe way out.
/// </summary>
internal sealed class ConfigurationPage(ConfigurationDoors doors)
{
    public static readonly TechnicianTab Tab = new("configuration", new("Configuration", "Configuração"));

    /// <summary>Some hundred lines; a layer of changes, not the store's main file. With its escapes it stays below what the server takes of a request.</summary>
    private const int Longest = 5000;

    private static readonly FormLimits Limits = new(15_000, Longest, AllowsLines: true);
    private static readonly string RestartScript = SelfContained.Read("Technician/restart.js");

    /// <summary>Adds the page and its deeds.</summary>
    public void Map(IEndpointRouteBuilder routes, TechnicianDesk desk)
    {
        desk.MapPage(routes, Tab, call => Write(call, doors.Document()), TechnicianDesk.LiveScript);
        desk.MapDeed(routes, "configuration-check", Tab, (call, form) => Task.FromResult<DeedResult>(Check(call, Normal(form["document"]))), Limits);
        desk.MapDeed(routes, "configuration-apply", Tab, (call, form) => Task.FromResult(Apply(call, Normal(form["document"]))), Limits);
        desk.MapDeed(routes, "configuration-confirm", Tab, async (call, form) => IsAnothers(call) && form["anothers"] != "yes" ? new("", false, ConfigurationWords.NotYours, doors.By() ?? "")
            : await doors.Confirm() ? new("", true, ConfigurationWords.Confirmed) : new("", false, ConfigurationWords.NothingToConfirm));
        desk.MapDeed(routes, "configuration-take-back", Tab, (call, _) => Task.FromResult<DeedResult>(
            doors.Left() is null ? new DeedResult("", false, ConfigurationWords.NothingToConfirm) : new PageDeed("", true, Restarting(call, ConfigurationWords.TakingBack), RestartScript, doors.TakeBack)));
    }

    private bool IsAnothers(TechnicianCall call) => doors.By() is { } by && by != call.Session.Name;

    /// <summary>What a browser sends of a text with several lines ends them with CR LF.</summary>
    private static string Normal(string document) => document.Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    private Markup Write(TechnicianCall call, string document)
    {
        var left = doors.Left();
        return Markup.Of(
            $"""
            {(left is { } rest ? TechnicianFrame.Live(true, Trial(call, rest)) : doors.TakenBack() is { } why ? Markup.Of($"""<p class="said fail" role="status"><span class="sign" aria-hidden="true"></span>{call.Say(ConfigurationWords.TakenBack, why)}</p>""") : Markup.Empty)}
            <div class="pair"><section class="card">{Editor(call, document)}</section>
            <section class="card" aria-labelledby="effective"><h2 id="effective">{call.Say(ConfigurationWords.Effective)}</h2>{Effective(call)}</section></div>
            """);
    }

    private Markup Trial(TechnicianCall call, TimeSpan left)
    {
        var anothers = !IsAnothers(call) ? Markup.Empty : Markup.Of($"""<label class="tick"><input type="checkbox" name="anothers" value="yes" required> {call.Say(ConfigurationWords.Anothers, doors.By() ?? "")}</label>""");
        return Markup.Of(
            $"""
            <section class="card trial" role="status"><p><b>{call.Say(ConfigurationWords.OnTrial, ((int)Math.Ceiling(left.TotalSeconds)).ToString(CultureInfo.InvariantCulture))}</b></p>
            <div class="line decide">{call.Form("configuration-confirm", Markup.Of($"""{anothers}<button class="main">{call.Say(ConfigurationWords.Confirm)}</button>"""))}{call.Button("configuration-take-back", ConfigurationWords.TakeBackNow, null)}</div></section>
            """);
    }

    private static Markup Editor(TechnicianCall call, string document) => call.Form("configuration-check", Markup.Of(
        $"""
        <label for="document">{call.Say(ConfigurationWords.Document)}</label><p class="hint" id="about">{TechnicianFrame.Code(call.Say(ConfigurationWords.About))}</p>
        <textarea id="document" name="document" maxlength="{Longest}" spellcheck="false" autocapitalize="off" aria-describedby="about">{document}</textarea>
        <button class="main">{call.Say(ConfigurationWords.CheckIt)}</button>
        """));

    private Markup Effective(TechnicianCall call)
    {
        var keys = doors.Effective();
        return keys.Count == 0 ? Markup.Of($"""<p class="none">{call.Say(ConfigurationWords.NothingSet)}</p>""") : Markup.Of($"""<ul class="lines">{Markup.Join(keys.Select(k => Markup.Of(
            $"""<li class="key"><span><code>{k.Key}</code></span><span><code>{k.Value}</code></span><span class="{(k.IsOwn ? "quiet" : "bad")}">{(k.IsOwn ? call.Say(ConfigurationWords.Own) : call.Say(ConfigurationWords.Overruled, k.Origin))}</span></li>""")))}</ul>""");
    }

    private PageDeed Check(TechnicianCall call, string document)
    {
        var faults = doors.Fault(document);
        if (faults.Count > 0)
        {
            return new("", false, Markup.Of(
                $"""
                <section class="card" role="alert"><h2>{call.Say(ConfigurationWords.NotGood)}</h2><ul class="faults">{Markup.Join(faults.Select(f => Markup.Of($"<li>{f}</li>")))}</ul></section>
                <section class="card">{Editor(call, document)}</section>
                """), null, null);
        }

        var lines = LineDifference.Of(doors.Document(), document);
        var changes = lines.Count(l => l.Mark != ' ');
        return new("", true, Markup.Of(
            $"""
            <section class="card"><h2>{(changes == 0 ? call.Say(ConfigurationWords.NoChange) : call.Say(ConfigurationWords.Difference))}</h2>
            <pre class="difference" tabindex="0" aria-label="{call.Say(ConfigurationWords.Difference)}">{Markup.Join(lines.Select(l => Markup.Of($"""<span class="{(l.Mark == '+' ? "plus" : l.Mark == '-' ? "minus" : "same")}">{l.Mark.ToString()} {l.Line}</span>""")))}</pre>
            {(changes == 0 ? Markup.Empty : doors.IsBusy() ? Markup.Of($"""<p class="bad">{call.Say(ConfigurationWords.Busy)}</p>""") : Markup.Of(
                $"""
                <p class="hint">{call.Say(ConfigurationWords.ApplyHint)}</p>
                {call.Form("configuration-apply", Markup.Of($"""<textarea name="document" hidden>{document}</textarea><button class="main">{call.Say(ConfigurationWords.Apply)}</button>"""))}
                """))}</section>
            <section class="card">{Editor(call, document)}</section>
            """), null, null);
    }

    private DeedResult Apply(TechnicianCall call, string document)
    {
        if (doors.IsBusy()) return new("", false, ConfigurationWords.Busy);
        if (doors.Fault(document).Count > 0) return Check(call, document);
        var changes = LayerChanges.Of(doors.Document(), document);
        try
        {
            // Whoever looked a moment ago may have been overtaken.
            if (!doors.Try(document, call.Session.Name)) return new("", false, ConfigurationWords.Busy);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new("", false, ConfigurationWords.NotKept, fault.Message);
        }

        return new PageDeed("", true, Restarting(call, ConfigurationWords.Applying), RestartScript, doors.Restart) { Changes = changes };
    }

    private static Markup Restarting(TechnicianCall call, Phrase what) => Markup.Of(
        $"""
        <section class="card narrow"><p class="state" id="restarting" role="status" data-back="{call.Say(ActionWords.Back)}" data-to="{call.To("configuration")}">{call.Say(what)}</p>
        <p class="hint"><a href="{call.To("configuration")}">{call.Say(ConfigurationWords.Open)}</a></p></section>
        """);
}

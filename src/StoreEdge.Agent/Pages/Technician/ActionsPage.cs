using System.Globalization;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What the first page asks of other rooms.</summary>
/// <param name="Displays">The displays.</param>
/// <param name="Lamps">The lamps' names.</param>
/// <param name="Identify">Has a lamp flash.</param>
/// <param name="Zones">Where somebody can come in.</param>
/// <param name="Test">Test arrivals.</param>
/// <param name="Restart">Ends the service; whoever watches over it starts it again.</param>
/// <param name="LocalTime">For the test pattern.</param>
internal sealed record ActionDoors(
    DisplayHub Displays, IReadOnlyList<string> Lamps, Action<string> Identify, IReadOnlyList<ZoneId> Zones, TestArrival Test, Action Restart, Func<DateTimeOffset> LocalTime);

/// <summary>Try the displays, the lamps and the whole way of an arrival; start the service anew.</summary>
internal sealed class ActionsPage(ActionDoors doors)
{
    public static readonly TechnicianTab Tab = new("", new("Actions", "Ações"));

    private static readonly string RestartScript = SelfContained.Read("Technician/restart.js");

    /// <summary>Adds the page and its deeds.</summary>
    public void Map(IEndpointRouteBuilder routes, TechnicianDesk desk)
    {
        desk.MapPage(routes, Tab, Write, TechnicianDesk.LiveScript);
        desk.MapDeed(routes, "pattern", Tab, (call, form) => Task.FromResult(Pattern(call, form["display"])));
        desk.MapDeed(routes, "identify", Tab, (_, form) => Task.FromResult(Identify(form["lamp"])));
        desk.MapDeed(routes, "test-arrival", Tab, (_, form) => TestAsync(form["zone"]));
        desk.MapDeed(routes, "restart", Tab, (call, _) => Task.FromResult<DeedResult>(new PageDeed("", true, Restarting(call), RestartScript, doors.Restart)));
    }

    private Markup Write(TechnicianCall call)
    {
        var isBusy = doors.Test.IsRunning || doors.Displays.All.Any(d => doors.Displays.PatternOf(d.Id) is { IsOn: true });
        return TechnicianFrame.Live(isBusy, Markup.Of(
            $"""
            <div class="pair"><div>
            <section class="card" aria-labelledby="displays"><h2 id="displays">{call.Say(ActionWords.Displays)}</h2>{Displays(call)}</section>
            {(doors.Lamps.Count == 0 ? Markup.Empty : Markup.Of($"""<section class="card" aria-labelledby="lamps"><h2 id="lamps">{call.Say(ActionWords.Lamps)}</h2><ul class="deeds">{Markup.Join(doors.Lamps.Select(l => Lamp(call, l)))}</ul></section>"""))}
            </div><div>
            <section class="card" aria-labelledby="arrival"><h2 id="arrival">{call.Say(ActionWords.Arrival)}</h2><p class="hint">{call.Say(ActionWords.ArrivalHint)}</p>{Arrival(call)}</section>
            <section class="card" aria-labelledby="restart"><h2 id="restart">{call.Say(ActionWords.Restart)}</h2><p class="hint">{call.Say(ActionWords.RestartHint)}</p>
            {call.Form("restart", Markup.Of($"""<label class="tick"><input type="checkbox" name="sure" required> {call.Say(ActionWords.Sure)}</label><button class="danger">{call.Say(ActionWords.RestartNow)}</button>"""))}</section>
            </div></div>
            """));
    }

    private Markup Displays(TechnicianCall call) => doors.Displays.All.Count == 0
        ? Markup.Of($"""<p class="none">{call.Say(ActionWords.NoDisplays)}</p>""")
        : Markup.Of($"""<ul class="deeds">{Markup.Join(doors.Displays.All.Select(d => Display(call, d)))}</ul>""");

    private Markup Display(TechnicianCall call, DisplayPlace display)
    {
        var (state, tone) = (doors.Displays.PatternOf(display.Id), doors.Displays.IsConnected(display.Id)) switch
        {
            (({ DrawnAfter: { } after, IsRight: true }, _), _) => (call.Say(ActionWords.Drawn, Milliseconds(after)), "good"),
            (({ DrawnAfter: not null }, _), _) => (call.Say(ActionWords.DrawnWrong), "bad"),
            ((_, true), _) => (call.Say(ActionWords.Waiting), ""),
            ((_, false), true) => (call.Say(ActionWords.NotDrawn), "bad"),
            (_, true) => (call.Say(ActionWords.Connected), ""),
            _ => (call.Say(ActionWords.NotConnected), "bad"),
        };
        return Markup.Of(
            $"""<li><div><b>{display.Id.Value}</b> <span class="quiet">{display.Zone.Value}</span><p class="state {tone}">{state}</p></div>{call.Button("pattern", ActionWords.Pattern, display.Id.Value, ("display", display.Id.Value))}</li>""");
    }

    private static Markup Lamp(TechnicianCall call, string lamp) =>
        Markup.Of($"""<li><div><b>{lamp}</b></div>{call.Button("identify", ActionWords.Flash, lamp, ("lamp", lamp))}</li>""");

    private Markup Arrival(TechnicianCall call)
    {
        var steps = doors.Test.Steps;
        var list = steps.Count == 0 ? Markup.Empty : Markup.Of($"""<ol class="steps">{Markup.Join(steps.Select(s => Markup.Of(
            $"<li>{call.Say(ActionWords.Step(s.Type))}{(s.Place is null ? Markup.Empty : Markup.Of($" · {s.Place}"))} <span class=\"quiet\">{Milliseconds(s.After)} ms</span></li>")))}</ol>""");
        if (doors.Test.IsRunning) return Markup.Of($"""<p class="state">{call.Say(ActionWords.Running, doors.Test.Zone?.Value ?? "")}</p>{list}""");
        return Markup.Of(
            $"""
            {call.Form("test-arrival", Markup.Of($"""<label for="zone">{call.Say(ActionWords.Zone)}</label><div class="line"><select id="zone" name="zone">{Markup.Join(doors.Zones.Select(z => Markup.Of($"<option>{z.Value}</option>")))}</select><button>{call.Say(ActionWords.Send)}</button></div>"""))}
            {list}
            """);
    }

    private static Markup Restarting(TechnicianCall call) => Markup.Of(
        $"""
        <section class="card narrow"><p class="state" id="restarting" role="status" data-back="{call.Say(ActionWords.Back)}">{call.Say(ActionWords.Restarting)}</p>
        <p class="hint"><a href="{call.To("")}">{call.Say(ActionWords.OpenAgain)}</a></p></section>
        """);

    private DeedResult Pattern(TechnicianCall call, string id)
    {
        if (doors.Displays.Find(id) is not { } display) return new("", false, ActionWords.NoSuchDisplay);
        var poster = new Poster(
            DisplayHub.PatternClass, call.Tongue == Tongue.Portuguese ? "pt-BR" : "en", call.Say(ActionWords.Pattern), display.Id.Value, call.Say(ActionWords.PatternText, display.Zone.Value),
            doors.LocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture), null, null, "", "", "#e6007e");
        doors.Displays.BeginPattern(display.Id, poster);
        return new(display.Id.Value, doors.Displays.IsConnected(display.Id), doors.Displays.IsConnected(display.Id) ? ActionWords.PatternSent : ActionWords.PatternNobody, display.Id.Value);
    }

    private DeedResult Identify(string lamp)
    {
        if (!doors.Lamps.Contains(lamp)) return new("", false, ActionWords.NoSuchLamp);
        doors.Identify(lamp);
        return new(lamp, true, ActionWords.Flashes, lamp);
    }

    private async Task<DeedResult> TestAsync(string zone)
    {
        if (!doors.Zones.Any(z => z.Value == zone)) return new("", false, ActionWords.NoSuchZone);
        return await doors.Test.BeginAsync(new(zone)) ? new(zone, true, ActionWords.Sent, zone) : new(zone, false, ActionWords.AlreadyRunning);
    }

    private static string Milliseconds(TimeSpan span) => ((long)span.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}

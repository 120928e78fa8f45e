using System.Globalization;
using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What the receivers hear, a receiver at one metre, and a walk through the door that proposes thresholds.</summary>
/// <param name="tags">Listens.</param>
/// <param name="proposal">The technician's layer with these receivers' thresholds in it.</param>
internal sealed class RadioPage(TagListening tags, Func<IReadOnlyList<ReceiverPlace>, string> proposal)
{
    public static readonly TechnicianTab Tab = new("radio", new("Radio", "Rádio"));

    private static readonly string Script = TechnicianDesk.LiveScript + SelfContained.Read("Technician/radio.js");

    /// <summary>Adds the page, what its plots ask for, and its deeds.</summary>
    public void Map(IEndpointRouteBuilder routes, TechnicianDesk desk)
    {
        desk.MapPage(routes, Tab, Write, Script);
        desk.MapData(routes, "radio.json", WriteLevelsAsync);
        Deed("radio-levels", ListeningFor.Levels, RadioWords.Busy);
        Deed("radio-outside", ListeningFor.Outside, RadioWords.Busy);
        Deed("radio-inside", ListeningFor.Inside, RadioWords.NotHeard);
        desk.MapDeed(routes, "radio-metre", Tab, (_, form) =>
        {
            var receiver = tags.Places.FirstOrDefault(p => p.Id.Value == form["receiver"]);
            return Task.FromResult(receiver is not null && tags.Begin(ListeningFor.OneMetre, receiver.Id)
                ? new DeedResult(receiver.Id.Value, true, RadioWords.Begun) : new DeedResult("", false, RadioWords.Busy));
        });

        void Deed(string name, ListeningFor what, Phrase refused) => desk.MapDeed(
            routes, name, Tab, (_, _) => Task.FromResult(tags.Begin(what) ? new DeedResult("", true, RadioWords.Begun) : new DeedResult("", false, refused)));
    }

    private Markup Write(TechnicianCall call)
    {
        if (tags.Places.Count == 0) return Markup.Of($"""<section class="card"><p class="none">{call.Say(RadioWords.NoReceivers)}</p></section>""");
        var running = tags.Running;
        var isFree = running is null;
        return Markup.Of(
            $"""
            {TechnicianFrame.Live(!isFree, Markup.Of(
                $"""
                {(running is var (what, left) ? Markup.Of($"""<p class="said" role="timer"><span class="sign" aria-hidden="true"></span>{call.Say(RadioWords.Running, call.Say(RadioWords.Of(what)), Seconds(left))}</p>""") : Markup.Empty)}
                <div class="pair"><section class="card" aria-labelledby="metre"><h2 id="metre">{call.Say(RadioWords.Metre)}</h2><p class="hint">{call.Say(RadioWords.MetreHint)}</p>{Metre(call, isFree)}</section>
                <section class="card" aria-labelledby="walk"><h2 id="walk">{call.Say(RadioWords.WalkIn)}</h2><p class="hint">{call.Say(RadioWords.WalkHint)}</p>{Walk(call, isFree)}</section></div>
                """))}
            <section class="card" aria-labelledby="levels"><h2 id="levels">{call.Say(RadioWords.Levels)}</h2><p class="hint">{call.Say(RadioWords.LevelsHint)}</p>
            {(isFree ? call.Button("radio-levels", RadioWords.Listen, null) : Markup.Empty)}
            <div id="plots" data-tag="{call.Say(RadioWords.Tag)}" data-silence="{call.Say(RadioWords.Silence)}"{(isFree ? Markup.Empty : Markup.Trusted(" data-live"))}></div>
            {(isFree ? Markup.Empty : Markup.Of($"<noscript>{Plain(call)}</noscript>"))}</section>
            """);
    }

    private Markup Metre(TechnicianCall call, bool isFree)
    {
        var result = tags.Metre is not { } metre ? Markup.Empty : Markup.Of(
            $"""
            <p class="state {(metre.IsSteady ? "good" : metre.IsUsable ? "" : "bad")}">{call.Say(RadioWords.Measured, metre.Receiver.Value, Number(metre.MedianDbm), Number(metre.DeviationDb, "0.0"), Number(metre.PerSecond, "0.0"))}
            {call.Say(!metre.IsEnough ? RadioWords.TooFew : metre.IsSteady ? RadioWords.Steady : metre.IsUsable ? RadioWords.Usable : RadioWords.Unsteady)}</p>
            """);
        return !isFree ? result : Markup.Of(
            $"""
            {call.Form("radio-metre", Markup.Of($"""<label for="receiver">{call.Say(RadioWords.Receiver)}</label><div class="line"><select id="receiver" name="receiver">{Markup.Join(tags.Places.Select(p => Markup.Of($"<option>{p.Id.Value}</option>")))}</select><button>{call.Say(RadioWords.Measure)}</button></div>"""))}
            {result}
            """);
    }

    private Markup Walk(TechnicianCall call, bool isFree)
    {
        var buttons = !isFree ? Markup.Empty : Markup.Of($"""<div class="deeds">{call.Button("radio-outside", RadioWords.First, null)}{(tags.HasOutside ? call.Button("radio-inside", RadioWords.Second, null) : Markup.Empty)}</div>""");
        if (tags.Walk is not { } walk) return buttons;
        var trusted = walk.Receivers.Where(r => r.IsTrusted).Select(r => r.Place).ToList();
        return Markup.Of(
            $"""
            {buttons}<p class="state {(walk.IsTrusted ? "good" : "bad")}">{call.Say(walk.IsTrusted ? RadioWords.Trusted : RadioWords.NotTrusted)}</p>
            <ul class="lines">{Markup.Join(walk.Receivers.Select(r => Markup.Of(
                $"""<li class="key"><span><b>{r.Place.Id.Value}</b> {call.Say(RadioWords.Of(r.Verdict))}</span><span class="quiet">{call.Say(RadioWords.Proposed, Number(r.Place.EnterDbm), Number(r.Place.ExitDbm), Number(r.OutsideDbm), Number(r.InsideDbm))}</span></li>""")))}</ul>
            {(trusted.Count == 0 ? Markup.Empty : call.Form("configuration-check", Markup.Of($"""<textarea name="document" hidden>{proposal(trusted)}</textarea><button class="main">{call.Say(RadioWords.Propose)}</button>""")))}
            """);
    }

    /// <summary>The plots for a browser without script: the last level of each device.</summary>
    private Markup Plain(TechnicianCall call) => Markup.Of($"""<ul class="lines">{Markup.Join(tags.Levels().GroupBy(l => (l.Receiver, l.Number)).OrderBy(g => g.Key.Receiver.Value, StringComparer.Ordinal).Select(g => Markup.Of(
        $"""<li class="key"><span><b>{g.Key.Receiver.Value}</b> {call.Say(RadioWords.Tag, Number(g.Key.Number))}</span><span>{Number(g.MinBy(l => l.Seconds).Rssi)} dBm</span></li>""")))}</ul>""");

    private async Task WriteLevelsAsync(TechnicianCall call)
    {
        var byReceiver = tags.Levels().ToLookup(l => l.Receiver);
        SelfContained.WriteHeaders(call.Http.Response, "application/json; charset=utf-8");
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("live", tags.Running is not null);
            json.WriteStartArray("receivers");
            foreach (var place in tags.Places)
            {
                json.WriteStartObject();
                json.WriteString("id", place.Id.Value);
                json.WriteNumber("enter", place.EnterDbm);
                json.WriteNumber("exit", place.ExitDbm);
                json.WriteStartArray("levels");
                // A plot of a few hundred pixels shows no more.
                foreach (var level in byReceiver[place.Id].TakeLast(1500))
                {
                    json.WriteStartArray();
                    json.WriteNumberValue(level.Number);
                    json.WriteNumberValue(Math.Round(level.Seconds, 1));
                    json.WriteNumberValue(level.Rssi);
                    json.WriteEndArray();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await call.Http.Response.Body.WriteAsync(buffer.ToArray(), call.Http.RequestAborted);
    }

    private static string Seconds(TimeSpan span) => Number(Math.Max(0, Math.Ceiling(span.TotalSeconds)));

    private static string Number(double value, string format = "0") => value.ToString(format, CultureInfo.InvariantCulture);
}

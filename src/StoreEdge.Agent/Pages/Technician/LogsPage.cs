using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>The agent's last log lines, with a filter, and more of them for a while.</summary>
internal sealed class LogsPage(LogRing ring)
{
    public static readonly TechnicianTab Tab = new("logs", new("Logs", "Logs"));

    /// <summary>As many as are read on a phone.</summary>
    private const int Shown = 300;

    private static readonly Phrase Level = new("At least", "No mínimo");
    private static readonly Phrase Containing = new("Containing", "Contendo");
    private static readonly Phrase Filter = new("Filter", "Filtrar");
    private static readonly Phrase None = new("No line fits.", "Nenhuma linha corresponde.");
    private static readonly Phrase More = new("Write more for 15 minutes", "Escrever mais por 15 minutos");
    private static readonly Phrase NoMore = new("Write no more than usual", "Voltar ao normal");

    /// <summary><c>{0}</c> is how many minutes.</summary>
    private static readonly Phrase Detailed = new("More is written for {0} more minutes: each event by number, kind and place.", "Mais detalhes por mais {0} minutos: cada evento por número, tipo e lugar.");
    private static readonly Phrase Usual = new("The usual lines are written. The system's journal keeps older ones: `journalctl -u storeedge`.", "Linhas de sempre. As mais antigas ficam no diário do sistema: `journalctl -u storeedge`.");
    private static readonly Phrase SwitchedOn = new("More is written from now on.", "A partir de agora, mais detalhes.");
    private static readonly Phrase SwitchedOff = new("The usual lines are written.", "Linhas de sempre.");
    private static readonly Phrase Download = new("These lines as text", "Estas linhas como texto");

    private static readonly (LogLevel Level, Phrase Name)[] Levels =
    [
        (LogLevel.Debug, new("detail", "detalhe")), (LogLevel.Information, new("information", "informação")), (LogLevel.Warning, new("warning", "aviso")), (LogLevel.Error, new("fault", "falha")),
    ];

    /// <summary>Adds the page and its deeds.</summary>
    public void Map(IEndpointRouteBuilder routes, TechnicianDesk desk)
    {
        desk.MapPage(routes, Tab, Write);
        desk.MapData(routes, "logs.txt", call => SelfContained.WritePlainAsync(call.Http, StatusCodes.Status200OK, string.Join('\n', Asked(call).Select(l => $"{Time(l)} {Name(call, l.Level)} {l.Category}: {l.Text}"))));
        desk.MapDeed(routes, "log-level", Tab, (_, form) =>
        {
            var isOn = form["detail"] == "on";
            ring.Detail(isOn);
            return Task.FromResult(new DeedResult(isOn ? "detail" : "usual", true, isOn ? SwitchedOn : SwitchedOff));
        });
    }

    private Markup Write(TechnicianCall call)
    {
        var (least, containing) = FilterOf(call);
        var (lines, left) = (Asked(call), ring.DetailLeft);
        return Markup.Of(
            $"""
            <section class="card"><form method="get" action="/technician/logs" class="filter">
            <input type="hidden" name="lang" value="{(call.Tongue == Tongue.Portuguese ? "pt-BR" : "en")}">
            <div><label for="level">{call.Say(Level)}</label><select id="level" name="level">{Markup.Join(Levels.Select(l => Markup.Of($"""<option value="{l.Level.ToString()}"{(l.Level == least ? Markup.Trusted(" selected") : Markup.Empty)}>{call.Say(l.Name)}</option>""")))}</select></div>
            <div><label for="containing">{call.Say(Containing)}</label><input id="containing" name="containing" maxlength="100" value="{containing}"></div>
            <button>{call.Say(Filter)}</button></form>
            <div class="deeds"><p class="hint">{TechnicianFrame.Code(left > TimeSpan.Zero ? call.Say(Detailed, ((int)Math.Ceiling(left.TotalMinutes)).ToString(CultureInfo.InvariantCulture)) : call.Say(Usual))}</p>
            {call.Button("log-level", left > TimeSpan.Zero ? NoMore : More, null, ("detail", left > TimeSpan.Zero ? "off" : "on"))}</div></section>
            <section class="card"><p class="hint"><a href="/technician/logs.txt?level={least.ToString()}&amp;containing={Uri.EscapeDataString(containing)}">{call.Say(Download)}</a></p>
            {(lines.Count == 0 ? Markup.Of($"""<p class="none">{call.Say(None)}</p>""") : Markup.Of($"""<ol class="lines log">{Markup.Join(lines.Select(l => Line(call, l)))}</ol>"""))}</section>
            """);
    }

    private IReadOnlyList<LogLine> Asked(TechnicianCall call)
    {
        var (least, containing) = FilterOf(call);
        return ring.Newest(least, containing, Shown);
    }

    private static (LogLevel Least, string Containing) FilterOf(TechnicianCall call)
    {
        var query = call.Http.Request.Query;
        var level = Levels.FirstOrDefault(l => l.Level.ToString() == query["level"], Levels[1]).Level;
        var containing = query["containing"].ToString();
        return (level, containing.Length > 100 ? containing[..100] : containing);
    }

    private static Markup Line(TechnicianCall call, LogLine line) => Markup.Of(
        $"""
        <li class="{(line.Level >= LogLevel.Error ? "fail" : line.Level == LogLevel.Warning ? "warn" : "")}"><time datetime="{line.Time.ToString("o", CultureInfo.InvariantCulture)}">{Time(line)}</time>
        <span>{line.Text}</span><span class="quiet">{Name(call, line.Level)} · {line.Category}</span></li>
        """);

    private static string Time(LogLine line) => line.Time.ToString("MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Name(TechnicianCall call, LogLevel level) => call.Say(Levels.FirstOrDefault(l => l.Level == level, Levels[^1]).Name);
}

using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What technicians did, newest first.</summary>
internal sealed class AuditPage(TechnicianAudit audit)
{
    /// <summary>How many are shown; the file holds more.</summary>
    private const int Shown = 200;

    public static readonly TechnicianTab Tab = new("audit", new("Audit", "Registro"));

    private static readonly Phrase None = new("Nothing yet.", "Nada ainda.");
    private static readonly Phrase About = new("Everything that was done on these pages, newest first. The file only grows, and the oldest entries go when it is full.", "Tudo o que foi feito nestas páginas, do mais novo ao mais antigo. O arquivo só cresce, e os registros mais antigos saem quando ele enche.");
    private static readonly Phrase NoClock = new("clock not set", "relógio não acertado");
    private static readonly Phrase Nobody = new("nobody came in", "ninguém entrou");
    private static readonly Phrase Done = new("done", "feito");
    private static readonly Phrase Failed = new("failed", "falhou");

    /// <summary>The page.</summary>
    public Markup Write(TechnicianCall call)
    {
        var entries = audit.Newest(Shown);
        var list = entries.Count == 0 ? Markup.Of($"""<p class="none">{call.Say(None)}</p>""") : Markup.Of($"""<ol class="lines">{Markup.Join(entries.Select(e => Line(call, e)))}</ol>""");
        return Markup.Of($"""<section class="card"><p class="hint">{call.Say(About)}</p>{list}</section>""");
    }

    private static Markup Line(TechnicianCall call, AuditEntry entry) => Markup.Of(
        $"""
        <li><time datetime="{entry.Time.ToString("o", CultureInfo.InvariantCulture)}">{entry.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC</time>
        <span><b>{entry.Deed}</b> {entry.Target} <span class="{(entry.Result == TechnicianAudit.Done ? "good" : "bad")}">{(entry.Result == TechnicianAudit.Done ? call.Say(Done) : entry.Result == TechnicianAudit.Failed ? call.Say(Failed) : entry.Result)}</span>{Markup.Join((entry.Changes ?? []).Select(c => Markup.Of($"<code class=\"change\">{c}</code>")))}</span>
        <span class="quiet">{(entry.Session.Length > 0 ? entry.Session : call.Say(Nobody))} · {entry.From}{(entry.Clock == KernelClock.Synchronized ? "" : $" · {call.Say(NoClock)}")}</span></li>
        """);
}

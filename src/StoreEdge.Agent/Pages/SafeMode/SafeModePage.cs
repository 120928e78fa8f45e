using System.Net;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Diagnostics;
using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Agent.Pages.SafeMode;

/// <summary>
/// What is served while the store cannot run: what is wrong, by file, key, value and remedy. Needs no room of the agent and no state, and works without script, so that nothing that is broken can break it.
/// </summary>
/// <param name="findings">What is wrong.</param>
/// <param name="report">The same as the technician's page and <c>doctor</c> read it.</param>
/// <param name="networks">From where it may be looked at.</param>
internal sealed class SafeModePage(IReadOnlyList<HealthCheck> findings, Func<Tongue, StatusReport> report, TechnicianNetworks networks)
{
    private static readonly string Document = SelfContained.Read("SafeMode/safe-mode.html");

    private static readonly Phrase Title = new("Safe mode: the store is not running", "Modo seguro: a loja não está em execução");
    private static readonly Phrase Summary = new("Correct this on the store's machine:", "Corrija isto na máquina da loja:");
    private static readonly Phrase After = new(
        "The store begins by itself as soon as it can; this page looks again every five seconds. On the machine: storeedge check-config, storeedge doctor, journalctl -u storeedge.",
        "A loja começa sozinha assim que puder; esta página se atualiza a cada cinco segundos. Na máquina: storeedge check-config, storeedge doctor, journalctl -u storeedge.");

    /// <summary>Adds <c>/diagnostics</c> (also where a technician's browser usually goes, so that a bookmark is no dead end), <c>/diagnostics/status.json</c>, <c>/health/live</c> and <c>/health/ready</c>; everything else says that the store is not there yet.</summary>
    public void Map(WebApplication app)
    {
        foreach (var path in (string[])["/diagnostics", "/technician", "/technician/{**page}"]) app.MapGet(path, networks.Guard(PageAsync));
        app.MapGet("/diagnostics/status.json", networks.Guard(StatusAsync));
        app.MapGet("/health/live", (RequestDelegate)(static http => SelfContained.WritePlainAsync(http, StatusCodes.Status200OK, "alive")));
        app.MapGet("/health/ready", (RequestDelegate)(http => SelfContained.WritePlainAsync(http, StatusCodes.Status503ServiceUnavailable, string.Join('\n', findings.Select(f => f.Code)))));
        app.MapFallback((RequestDelegate)(static http =>
        {
            // Displays and phones ask again by themselves.
            http.Response.Headers.RetryAfter = "10";
            return SelfContained.WritePlainAsync(http, StatusCodes.Status503ServiceUnavailable, "not yet");
        }));
    }

    private Task PageAsync(HttpContext http)
    {
        var (tongue, nonce) = (TonguePreference.Of(http.Request), SelfContained.Nonce());
        SelfContained.WriteHeaders(http.Response, "text/html; charset=utf-8");
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.ContentSecurityPolicy = SelfContained.Policy(nonce, "'none'");
        http.Response.Headers.Vary = "Accept-Language";
        return http.Response.WriteAsync(Write(tongue, nonce), http.RequestAborted);
    }

    private string Write(Tongue tongue, string nonce)
    {
        var list = new StringBuilder();
        foreach (var finding in findings)
            list.Append("<li><h2>").Append(Text(finding.Title)).Append("</h2><p class=\"evidence\">").Append(Text(finding.Evidence)).Append("</p><p>").Append(Text(finding.NextAction)).Append("</p></li>\n");
        return new StringBuilder(Document).Replace("{{lang}}", tongue == Tongue.Portuguese ? "pt-BR" : "en").Replace("{{nonce}}", nonce).Replace("{{title}}", Text(Title))
            .Replace("{{summary}}", Text(Summary)).Replace("{{after}}", Text(After)).Replace("{{findings}}", list.ToString()).ToString();

        string Text(Phrase phrase) => WebUtility.HtmlEncode(phrase.In(tongue));
    }

    private Task StatusAsync(HttpContext http)
    {
        SelfContained.WriteHeaders(http.Response, "application/json; charset=utf-8");
        return http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(report(TonguePreference.Of(http.Request)), ReportJson.Default.StatusReport), http.RequestAborted).AsTask();
    }
}

using System.Globalization;

namespace StoreEdge.Agent.Health;

/// <summary>The report for a terminal, with the same words as the page.</summary>
/// <param name="output">Where to.</param>
/// <param name="colours">Whether the terminal shows colours; never where the output is a file or a pipe.</param>
internal sealed class ReportPrinter(TextWriter output, bool colours)
{
    private const string Bold = "1", Green = "32", Yellow = "33", Red = "31", Grey = "90";

    /// <summary>Writes the report.</summary>
    public void Print(StatusReport report)
    {
        var portuguese = report.Language == "pt-BR";
        if (report.Store.Id.Length > 0)
        {
            var running = portuguese ? "em execução há" : "running for";
            output.WriteLine($"{In(Bold, report.Store.Name)} ({report.Store.Id}), storeedge {report.Version}, {running} {Spans.Of(TimeSpan.FromSeconds(report.UptimeSeconds))}");
        }

        output.WriteLine(In(Bold, Signed(report.Verdict switch { "ok" => "pass", "degraded" => "warn", _ => "fail" }, report.Summary)));
        output.WriteLine();
        var width = report.Checks.Select(c => c.Title.Length).DefaultIfEmpty(0).Max();
        foreach (var check in report.Checks)
        {
            output.WriteLine($"  {Signed(check.Verdict, check.Title.PadRight(width))}  {check.Evidence}");
            if (check.NextAction is { } action) output.WriteLine($"    {In(check.Verdict is "warn" or "fail" ? Yellow : Grey, "→ " + action)}");
        }

        if (report.TookSeconds is not { } took) return;
        output.WriteLine();
        var seconds = took.ToString("0.0", CultureInfo.InvariantCulture);
        output.WriteLine(In(Grey, portuguese ? $"{report.Checks.Count} verificações em {seconds.Replace('.', ',')} s" : $"{report.Checks.Count} checks in {seconds} s"));
    }

    private string Signed(string verdict, string text) => verdict switch
    {
        "pass" => $"{In(Green, "✓")} {text}",
        "warn" => $"{In(Yellow, "!")} {text}",
        "fail" => $"{In(Red, "✗")} {text}",
        "unknown" => $"{In(Grey, "?")} {text}",
        _ => $"{In(Grey, "–")} {text}",
    };

    private string In(string colour, string text) => colours ? $"\e[{colour}m{text}\e[0m" : text;
}

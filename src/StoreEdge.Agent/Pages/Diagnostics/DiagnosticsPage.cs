using System.Globalization;
using System.Net;
using System.Text;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Diagnostics;

/// <summary>The page itself: one document with its style, script and first report inside, so that it needs nothing else and shows something at once.</summary>
internal static class DiagnosticsPage
{
    private static readonly string Document = SelfContained.Read("Diagnostics/diagnostics.html");
    private static readonly string Style = SelfContained.Read("Diagnostics/diagnostics.css");
    private static readonly string Script = SelfContained.Read("Diagnostics/diagnostics.js");

    /// <summary>The document.</summary>
    /// <param name="report">For a reader without script, and for the title.</param>
    /// <param name="json">The same report for the script. The serialiser writes <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> as escapes, so it cannot end its element.</param>
    /// <param name="nonce">From <see cref="SelfContained.Nonce"/>.</param>
    public static string Write(StatusReport report, ReadOnlySpan<byte> json, string nonce)
    {
        var page = new StringBuilder(Document);
        page.Replace("{{lang}}", report.Language);
        page.Replace("{{nonce}}", nonce);
        page.Replace("{{title}}", WebUtility.HtmlEncode(report.Store.Name));
        page.Replace("{{verdict}}", report.Verdict);
        page.Replace("{{summary}}", WebUtility.HtmlEncode(report.Summary));
        page.Replace("{{plain}}", Plain(report));
        page.Replace("{{style}}", Style);
        page.Replace("{{script}}", Script);
        // Last: what stands in the report must not be taken for one of the marks above.
        page.Replace("{{report}}", Encoding.UTF8.GetString(json));
        return page.ToString();
    }

    /// <summary>The checks for a browser without script.</summary>
    private static string Plain(StatusReport report)
    {
        var list = new StringBuilder();
        foreach (var check in report.Checks)
        {
            list.Append(CultureInfo.InvariantCulture,
                $"<li><b>{WebUtility.HtmlEncode(check.Title)}</b> ({check.Verdict}): {WebUtility.HtmlEncode(check.Evidence)} {WebUtility.HtmlEncode(check.NextAction)}</li>");
        }

        return list.ToString();
    }
}

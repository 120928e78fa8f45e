using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Agent.Pages;

/// <summary>What pages share that are one document each, with style and script inside: they load nothing from anywhere and nobody keeps a copy.</summary>
internal static class SelfContained
{
    /// <summary>A part of a page, as it was built into the program.</summary>
    /// <param name="name">Below <c>Pages</c>, such as <c>Kiosk/kiosk.html</c>.</param>
    public static string Read(string name)
    {
        using var stream = typeof(SelfContained).Assembly.GetManifestResourceStream($"Pages/{name}") ?? throw new InvalidOperationException($"the build left out Pages/{name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A fresh nonce for the style and script of one answer.</summary>
    public static string Nonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Only what carries the nonce runs or styles, and only our own server is asked for more.</summary>
    /// <param name="nonce">From <see cref="Nonce"/>.</param>
    /// <param name="framedBy">Who may frame the page: <c>'none'</c> or <c>'self'</c>.</param>
    public static string Policy(string nonce, string framedBy) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {framedBy}";

    /// <summary>Headers of every answer, whatever it is.</summary>
    public static void WriteHeaders(HttpResponse response, string contentType)
    {
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>A page of ours with forms of its own, which nobody frames, and which is another for whoever is in.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="html">The whole document.</param>
    /// <param name="nonce">From <see cref="Nonce"/>, as the document has it.</param>
    public static Task WriteFormsAsync(HttpContext http, int status, string html, string nonce)
    {
        http.Response.StatusCode = status;
        WriteHeaders(http.Response, "text/html; charset=utf-8");
        http.Response.Headers.ContentSecurityPolicy = Policy(nonce, "'none'").Replace("form-action 'none'", "form-action 'self'", StringComparison.Ordinal);
        // Under no-referrer a browser sends Origin: null with our own forms, which could not be told from a foreign page's.
        http.Response.Headers["Referrer-Policy"] = "same-origin";
        http.Response.Headers.XFrameOptions = "DENY";
        http.Response.Headers.Vary = "Accept-Language, Cookie";
        return http.Response.WriteAsync(html, http.RequestAborted);
    }

    /// <summary>A line of text, for programs and for whoever asked wrongly.</summary>
    public static Task WritePlainAsync(HttpContext http, int status, string text)
    {
        WriteHeaders(http.Response, "text/plain; charset=utf-8");
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }
}

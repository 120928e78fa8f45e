using System.Net;

namespace StoreEdge.Simulator.Phones;

/// <summary>A control of a form.</summary>
/// <param name="Kind">An input's type, or <c>submit</c> for a button that submits.</param>
/// <param name="Name">Empty where it has none; then it is not sent.</param>
/// <param name="Value">As the page gives it.</param>
/// <param name="IsChecked">Of boxes and radio buttons.</param>
internal sealed record HtmlControl(string Kind, string Name, string Value, bool IsChecked);

/// <summary>A form.</summary>
/// <param name="Action">As written; empty means the page itself.</param>
/// <param name="IsPost">Otherwise GET.</param>
/// <param name="Controls">In document order.</param>
internal sealed record HtmlForm(string Action, bool IsPost, IReadOnlyList<HtmlControl> Controls);

/// <summary>
/// Finds the forms of a page as a browser would: tags and attributes in any order and quoting, entities decoded, comments, styles and scripts skipped.
/// Not a whole HTML parser: it knows inputs and buttons, which is all a portal without JavaScript needs.
/// </summary>
internal static class HtmlForms
{
    private static readonly string[] RawText = ["script", "style", "textarea", "title"];

    public static IReadOnlyList<HtmlForm> In(string html)
    {
        var forms = new List<HtmlForm>();
        (string Action, bool IsPost, List<HtmlControl> Controls)? open = null;
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0; at = at < html.Length ? html.IndexOf('<', at) : -1)
        {
            if (html.AsSpan(at).StartsWith("<!--"))
            {
                var end = html.IndexOf("-->", at, StringComparison.Ordinal);
                at = end < 0 ? html.Length : end + 3;
                continue;
            }

            var (name, attributes, after) = Tag(html, at);
            at = after;
            switch (name)
            {
                case "form":
                    open = (attributes.GetValueOrDefault("action", ""), attributes.GetValueOrDefault("method", "").Equals("post", StringComparison.OrdinalIgnoreCase), []);
                    break;
                case "/form" when open is { } form:
                    forms.Add(new(form.Action, form.IsPost, form.Controls));
                    open = null;
                    break;
                case "input" when open is { } form && !attributes.ContainsKey("disabled"):
                    var kind = attributes.GetValueOrDefault("type", "text").ToLowerInvariant();
                    var value = attributes.GetValueOrDefault("value", kind is "checkbox" or "radio" ? "on" : "");
                    form.Controls.Add(new(kind, attributes.GetValueOrDefault("name", ""), value, attributes.ContainsKey("checked")));
                    break;
                case "button" when open is { } form && !attributes.ContainsKey("disabled") && attributes.GetValueOrDefault("type", "submit") == "submit":
                    form.Controls.Add(new("submit", attributes.GetValueOrDefault("name", ""), attributes.GetValueOrDefault("value", ""), false));
                    break;
                case not null when RawText.Contains(name):
                    var close = html.IndexOf("</" + name, at, StringComparison.OrdinalIgnoreCase);
                    at = close < 0 ? html.Length : close;
                    break;
            }
        }

        return forms;
    }

    private static (string Name, Dictionary<string, string> Attributes, int After) Tag(string html, int at)
    {
        var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var i = at + 1;
        var name = Until(html, ref i, c => char.IsWhiteSpace(c) || c is '>' || (c is '/' && i > at + 1)).ToLowerInvariant();
        while (i < html.Length && html[i] != '>')
        {
            if (char.IsWhiteSpace(html[i]) || html[i] == '/')
            {
                i++;
                continue;
            }

            var attribute = Until(html, ref i, c => char.IsWhiteSpace(c) || c is '=' or '>' or '/');
            while (i < html.Length && char.IsWhiteSpace(html[i])) i++;
            var value = "";
            if (i < html.Length && html[i] == '=')
            {
                i++;
                while (i < html.Length && char.IsWhiteSpace(html[i])) i++;
                if (i < html.Length && html[i] is '"' or '\'')
                {
                    var quote = html[i++];
                    value = Until(html, ref i, c => c == quote);
                    i++;
                }
                else value = Until(html, ref i, c => char.IsWhiteSpace(c) || c is '>');
            }
            else if (attribute.Length == 0) i++;

            attributes.TryAdd(attribute, WebUtility.HtmlDecode(value));
        }

        return (name, attributes, Math.Min(i + 1, html.Length));
    }

    private static string Until(string html, ref int i, Func<char, bool> ends)
    {
        var start = i;
        while (i < html.Length && !ends(html[i])) i++;
        return html[start..i];
    }
}

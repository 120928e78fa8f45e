using System.Net;
using System.Text.RegularExpressions;

namespace StoreEdge.SystemTests.Gate;

/// <summary>What a customer's thumb does with the portal's pages: fields as they stand there, boxes only where they were ticked, the browser's own headers.</summary>
internal static partial class Thumb
{
    /// <summary>Opens the portal and presses its button.</summary>
    /// <param name="browser">The phone's.</param>
    /// <param name="portal">Where the portal is.</param>
    /// <param name="login">What is typed as loyalty number, its box ticked; null for a guest.</param>
    /// <returns>The phone's own page.</returns>
    public static async Task<Uri> AcceptAsync(this HttpClient browser, Uri portal, string? login = null) => await browser.PressAcceptAsync(portal, await browser.GetStringAsync(portal), login);

    /// <summary>Presses the button of the portal's page that is open already.</summary>
    public static async Task<Uri> PressAcceptAsync(this HttpClient browser, Uri portal, string page, string? login = null)
    {
        var fields = Hidden(page);
        if (login is not null) (fields["loyalty"], fields["number"]) = ("on", login);
        return new(portal, await browser.PressAsync(new(portal, "/portal/accept"), fields));
    }

    /// <summary>Opens the phone's page and takes the terms back.</summary>
    public static async Task LeaveAsync(this HttpClient browser, Uri own)
    {
        var form = Leave().Match(await browser.GetStringAsync(own));
        Assert.True(form.Success, "the page offers no way to leave");
        await browser.PressAsync(new(own, WebUtility.HtmlDecode(form.Groups[1].Value)), Hidden(form.Groups[2].Value));
    }

    private static Dictionary<string, string> Hidden(string page) => Field().Matches(page).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));

    private static async Task<Uri> PressAsync(this HttpClient browser, Uri where, Dictionary<string, string> fields)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, where) { Content = new FormUrlEncodedContent(fields), Headers = { { "Origin", where.GetLeftPart(UriPartial.Authority) } } };
        using var answer = await browser.SendAsync(post);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return answer.Headers.Location!;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Field();

    [GeneratedRegex("<form method=\"post\" action=\"([^\"]*/leave[^\"]*)\"[^>]*>(.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Leave();
}

using System.Net;
using StoreEdge.Simulator.Crowd;

namespace StoreEdge.Simulator.Phones;

/// <summary>How a visit to the portal went.</summary>
/// <param name="SentAt">When the acceptance was sent; null where it never was.</param>
/// <param name="AcceptedAt">When the portal had answered that it took it; null where it did not.</param>
/// <param name="Chose">Whether the choice was made.</param>
/// <param name="Trouble">What went wrong, or null.</param>
internal sealed record PortalOutcome(DateTimeOffset? SentAt, DateTimeOffset? AcceptedAt, bool Chose, string? Trouble);

/// <summary>
/// One phone on the portal, as its owner uses it: opens the page, fills in the form that the page offers, sends it, reads the offers and presses a button.
/// Knows nothing of the portal but the page: addresses, the token and the field names all come from there.
/// </summary>
internal sealed class PortalVisit(Uri portal, Device device, PhonePlan plan, string? loyaltyNumber, TimeProvider time)
{
    /// <summary>How often an owner tries again while the portal does not answer, a second apart.</summary>
    private const int Patience = 5;

    public async Task<PortalOutcome> GoAsync(CancellationToken stop)
    {
        using var client = device.Open(plan.Language);
        DateTimeOffset? sent = null, accepted = null;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var (page, html) = await GetAsync(client, portal, stop).ConfigureAwait(false);
                    if (Find(html, IsAcceptance) is not { } form) return new(null, null, false, $"the portal's page at {page} has no form to accept with");
                    sent = time.GetUtcNow();
                    (page, html) = await SubmitAsync(client, page, form, Fill(form), stop).ConfigureAwait(false);
                    if (Find(html, IsAcceptance) is not null) return new(sent, null, false, "the portal showed its form again after the acceptance");
                    accepted = time.GetUtcNow();
                    return new(sent, accepted, await ChooseAsync(client, page, html, stop).ConfigureAwait(false), null);
                }
                catch (HttpRequestException fault) when (fault.StatusCode is null or >= HttpStatusCode.InternalServerError && accepted is null && attempt < Patience)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), time, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return new(sent, accepted, false, $"the portal failed: {fault.Message}");
        }
    }

    private async Task<bool> ChooseAsync(HttpClient client, Uri page, string html, CancellationToken stop)
    {
        if (plan.Choice == "none") return false;
        await Task.Delay(TimeSpan.FromSeconds(plan.ChoiceDelay), time, stop).ConfigureAwait(false);
        foreach (var form in HtmlForms.In(html))
        {
            if (!form.IsPost) continue;
            // A choice may stand in a button, in a hidden field or in the form's address.
            var button = form.Controls.FirstOrDefault(c => c.Kind == "submit" && c.Name.Length > 0 && c.Value == plan.Choice);
            var hidden = form.Controls.Any(c => c.Kind == "hidden" && c.Value == plan.Choice) || form.Action.Split('?')[0].EndsWith("/" + plan.Choice, StringComparison.Ordinal);
            if (button is null && !hidden) continue;
            await SubmitAsync(client, page, form, Sent(form, button), stop).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    private static HtmlForm? Find(string html, Func<HtmlForm, bool> wanted) => HtmlForms.In(html).FirstOrDefault(wanted);

    // The form with the loyalty and marketing boxes is the one that lets people in.
    private static bool IsAcceptance(HtmlForm form) => form.IsPost && form.Controls.Count(c => c.Kind == "checkbox") >= 2;

    private IEnumerable<KeyValuePair<string, string>> Fill(HtmlForm form)
    {
        var button = form.Controls.FirstOrDefault(c => c.Kind == "submit");
        foreach (var (name, value) in Sent(form with { Controls = [.. form.Controls.Select(Filled)] }, button)) yield return new(name, value);
    }

    private HtmlControl Filled(HtmlControl control) => control.Kind switch
    {
        "checkbox" when Means(control, "loyal") => control with { IsChecked = plan.GivesLoyalty },
        "checkbox" when Means(control, "market") => control with { IsChecked = plan.GivesMarketing },
        "checkbox" when Means(control, "term") => control with { IsChecked = true },
        "text" or "search" or "tel" or "number" or "email" when plan.GivesLoyalty && loyaltyNumber is not null => control with { Value = loyaltyNumber },
        _ => control,
    };

    private static bool Means(HtmlControl control, string word) => control.Name.Contains(word, StringComparison.OrdinalIgnoreCase);

    // What a browser sends: every named control, boxes only when ticked, of the buttons only the one pressed.
    private static IEnumerable<KeyValuePair<string, string>> Sent(HtmlForm form, HtmlControl? pressed) =>
        from control in form.Controls
        where control.Name.Length > 0 && control.Kind switch
        {
            "checkbox" or "radio" => control.IsChecked,
            "submit" => ReferenceEquals(control, pressed),
            "button" or "reset" or "image" or "file" => false,
            _ => true,
        }
        select new KeyValuePair<string, string>(control.Name, control.Value);

    private static async Task<(Uri Page, string Html)> GetAsync(HttpClient client, Uri page, CancellationToken stop)
    {
        using var response = await client.GetAsync(page, stop).ConfigureAwait(false);
        return await PageOfAsync(response, stop).ConfigureAwait(false);
    }

    private static async Task<(Uri Page, string Html)> SubmitAsync(
        HttpClient client, Uri page, HtmlForm form, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page, form.Action.Length == 0 ? page.AbsoluteUri : form.Action)) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Origin", page.GetLeftPart(UriPartial.Authority));
        request.Headers.Referrer = page;
        using var response = await client.SendAsync(request, stop).ConfigureAwait(false);
        return await PageOfAsync(response, stop).ConfigureAwait(false);
    }

    private static async Task<(Uri Page, string Html)> PageOfAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.AbsolutePath.Split('/')[1]} answered {(int)response.StatusCode}", null, response.StatusCode);
        return (response.RequestMessage!.RequestUri!, await response.Content.ReadAsStringAsync(stop).ConfigureAwait(false));
    }
}

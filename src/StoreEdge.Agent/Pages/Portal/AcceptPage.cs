using System.Globalization;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The page that asks: what the shop is, what is asked, what is optional, one button.</summary>
internal sealed class AcceptPage(PortalOptions options, PageFrame frame)
{
    /// <summary>The page.</summary>
    /// <param name="text">Its language.</param>
    /// <param name="token">A fresh acceptance token.</param>
    /// <param name="refusal">Why the last attempt was not taken, or null.</param>
    /// <param name="done">What was just done (<c>left</c>), or null.</param>
    /// <param name="code">What the tenant's app says about who this is, to be sent with the form; empty where it said nothing.</param>
    public Markup Of(PortalText text, string token, Refusal? refusal = null, string? done = null, string code = "") => frame.Page(
        text, PortalPaths.Portal, options.Name, options.Welcome.GetValueOrDefault(text.Tag, text.Welcome), Markup.Of(
        $"""
        {(refusal is { } why ? Notice(text.Refusals[why]) : done == "left" ? PageFrame.Said(Markup.Of($"{text.Done[done]}")) : Markup.Empty)}
        <section class="card" aria-labelledby="asked">
        <h2 id="asked">{text.AskedTitle}</h2>
        <dl class="glance">
        <div>{Icons.Wifi}<dt>{text.GetLabel}</dt><dd>{text.GetText}</dd></div>
        <div>{Icons.Tick}<dt>{text.AskLabel}</dt><dd>{text.AskText}</dd></div>
        <div>{Icons.Heart}<dt>{text.OptionalLabel}</dt><dd>{text.OptionalText}</dd></div>
        </dl>
        <form method="post" action="{PortalPaths.Accept}" accept-charset="utf-8" autocomplete="off">
        <input type="hidden" name="token" value="{token}"><input type="hidden" name="lang" value="{text.Tag}">{(code.Length > 0 ? Markup.Of($"""<input type="hidden" name="code" value="{code}">""") : Markup.Empty)}
        <fieldset>
        <legend>{text.ChoicesLegend}</legend>
        <div class="choice"><input type="checkbox" id="loyalty" name="loyalty" value="on" aria-describedby="loyalty-hint">
        <label for="loyalty">{text.LoyaltyLabel}</label><p class="hint" id="loyalty-hint">{text.LoyaltyHint}{(code.Length > 0 ? Markup.Of($" <b>{text.LinkHint}</b>") : Markup.Empty)}</p>
        <div class="number"><label for="number">{text.NumberLabel}</label>
        <input type="text" id="number" name="number" maxlength="64" autocapitalize="none" autocorrect="off" spellcheck="false" aria-describedby="number-hint">
        <p class="hint" id="number-hint">{text.NumberHint}</p></div></div>
        <div class="choice"><input type="checkbox" id="marketing" name="marketing" value="on" aria-describedby="marketing-hint">
        <label for="marketing">{text.MarketingLabel}</label><p class="hint" id="marketing-hint">{text.MarketingHint}</p></div>
        </fieldset>
        <button class="go" aria-describedby="means">{text.Accept}</button>
        <p class="means" id="means">{text.AcceptMeans}</p>
        </form>
        </section>
        <section class="card fold" aria-label="{text.TermsTitle}">
        <details><summary>{text.TermsTitle}</summary><ul>{Items(text.Terms)}</ul></details>
        <details><summary>{text.DataTitle}</summary><ul>{Items(text.Data)}<li>{string.Format(CultureInfo.InvariantCulture, text.ContactText, options.Contact ?? text.StaffContact)}</li></ul></details>
        </section>
        """));

    private static Markup Notice((string Title, string Text) refusal) =>
        PageFrame.Said(Markup.Of($"<h2>{refusal.Title}</h2><p>{refusal.Text}</p>"));

    private static Markup Items(IEnumerable<string> items) => Markup.Join(items.Select(item => Markup.Of($"<li>{item}</li>")));
}

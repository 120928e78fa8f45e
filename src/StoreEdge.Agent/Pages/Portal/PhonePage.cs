using System.Globalization;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>The phone's own page after acceptance: what we know and why, the offers, the way to stop, the receipt.</summary>
internal sealed class PhonePage(PortalOptions options, PortalKey key, PageFrame frame, TimeProvider time)
{
    /// <summary>The page.</summary>
    /// <param name="text">Its language.</param>
    /// <param name="session">Whose.</param>
    /// <param name="offers">What is offered now.</param>
    /// <param name="stopped">They have stopped all offers.</param>
    /// <param name="done">What was just done (a key of <see cref="PortalText.Done"/>), or null.</param>
    public Markup Of(PortalText text, PortalSession session, IReadOnlyList<PhoneOfferCard> offers, bool stopped, string? done)
    {
        var here = PortalPaths.PhoneOf(key.SessionToken(session.Receipt));
        var page = new Page(text, session, here, key);
        return frame.Page(
            text, here, session.Over ? text.OverTitle : text.ConnectedTitle, session.Over ? text.OverText : options.Welcome.GetValueOrDefault(text.Tag, text.Welcome), Markup.Of(
            $"""
            {(done is not null && !(stopped && done == "stop") && text.Done.TryGetValue(done, out var said) ? PageFrame.Said(Markup.Of($"{said}")) : Markup.Empty)}
            {(session.Over ? Markup.Of($"""<p class="card"><a class="button" href="{PortalPaths.Portal}?lang={text.Tag}">{text.BackToStart}</a></p>""") : Offers(page, offers, stopped))}
            {Known(page)}
            {Consents(page)}
            {(session.Over || stopped ? Markup.Empty : Stop(page))}
            """));
    }

    private static Markup Offers(Page page, IReadOnlyList<PhoneOfferCard> offers, bool stopped)
    {
        var text = page.Text;
        if (stopped) return PageFrame.Said(Markup.Of($"{text.StoppedText}"));
        if (offers.Count == 0) return Markup.Of($"""<p class="card">{text.NoOffers}</p>""");
        var cards = Markup.Join(offers.Take(3).Select((offer, index) => Offer(page, offer, index + 1)));
        return Markup.Of($"""<section aria-label="{text.OffersTitle}">{cards}</section>""");
    }

    private static Markup Offer(Page page, PhoneOfferCard offer, int number)
    {
        var language = offer.Language == page.Text.Tag ? Markup.Empty : Markup.Of($" lang=\"{offer.Language}\"");
        return Markup.Of(
            $"""
            <article class="card offer" aria-labelledby="offer{number}">
            <div class="head"><h2 id="offer{number}"{language}>{offer.Title}</h2>{Price(offer)}</div>
            {(offer.Text.Length > 0 ? Markup.Of($"<p{language}>{offer.Text}</p>") : Markup.Empty)}
            {(offer.Supplier is { } supplier ? Markup.Of($"""<p class="hint">{supplier}</p>""") : Markup.Empty)}
            <p class="why"><b>{page.Text.WhyLabel}</b> <span{language}>{offer.Why}</span></p>
            {(offer.Votable ? Votes(page, offer, number) : Markup.Empty)}
            </article>
            """);
    }

    private static Markup Price(PhoneOfferCard offer)
    {
        if (offer.Price is not { } price) return Markup.Empty;
        return Markup.Of($"""<p class="price">{(offer.PriceBefore is { } before ? Markup.Of($"<s>{before}</s> ") : Markup.Empty)}{price}</p>""");
    }

    private static Markup Votes(Page page, PhoneOfferCard offer, int number)
    {
        var text = page.Text;
        return page.Form("choice", Markup.Of(
            $"""
            <input type="hidden" name="offer" value="{offer.OfferId}"><input type="hidden" name="decision" value="{offer.DecisionId}">
            <div class="votes"><button name="choice" value="want" aria-describedby="offer{number}">{text.Want}</button>
            <button class="quiet" name="choice" value="not-now" aria-describedby="offer{number}">{text.NotNow}</button>
            <button class="quiet" name="choice" value="never" aria-describedby="offer{number}">{text.Never}</button></div>
            """), "choice", offer.OfferId, offer.DecisionId);
    }

    private static Markup Stop(Page page) => Markup.Of(
        $"""
        <section class="card" aria-labelledby="stop"><h2 id="stop">{page.Text.StopTitle}</h2><p>{page.Text.StopText}</p>
        {page.Form("stop", Markup.Of($"""<button class="quiet">{page.Text.Stop}</button>"""), "stop")}</section>
        """);

    private Markup Known(Page page)
    {
        var (text, session) = (page.Text, page.Session);
        var clock = Local(session.Accepted).ToString("HH:mm", CultureInfo.InvariantCulture);
        var sentence = string.Format(CultureInfo.InvariantCulture, session.Recognised ? text.KnownRecognised : text.KnownGuest, options.Name, clock);
        return Markup.Of(
            $"""
            <section class="card" aria-labelledby="known"><h2 id="known">{text.KnownTitle}</h2>
            <span class="badge">{(session.Recognised ? text.RecognisedBadge : text.GuestBadge)}</span>
            <p>{sentence}</p>
            {(session.Recognised ? page.Form("not-me", Markup.Of($"""<button class="quiet">{text.NotMe}</button>"""), "not-me") : Markup.Empty)}</section>
            """);
    }

    private Markup Consents(Page page)
    {
        var (text, session) = (page.Text, page.Session);
        var local = Local(session.Accepted);
        var shown = local.ToString(text.Tag == "en" ? "yyyy-MM-dd HH:mm" : "dd/MM/yyyy HH:mm", CultureInfo.InvariantCulture);
        return Markup.Of(
            $"""
            <section class="card" aria-labelledby="consents"><h2 id="consents">{text.ConsentsTitle}</h2>
            <dl class="consents">
            <div><dt>{text.ConsentTerms}</dt><dd>{text.Granted}</dd></div>
            {Consent(page, "loyalty", text.ConsentLoyalty, session.Loyalty)}
            {Consent(page, "marketing", text.ConsentMarketing, session.Marketing)}
            </dl>
            <p class="receipt">{text.Receipt} <code>{session.Receipt}</code><br>{text.Given} <time datetime="{session.Accepted.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}">{shown}</time> · {session.TextVersion}</p></section>
            """);
    }

    private static Markup Consent(Page page, string purpose, string name, bool granted)
    {
        var revoke = granted
            ? page.Form("revoke", Markup.Of($"""<input type="hidden" name="purpose" value="{purpose}"><button class="quiet" aria-describedby="{purpose}-name">{page.Text.Revoke}</button>"""), "revoke", purpose)
            : Markup.Empty;
        return Markup.Of($"""<div><dt id="{purpose}-name">{name}</dt><dd>{(granted ? page.Text.Granted : page.Text.NotGranted)}{revoke}</dd></div>""");
    }

    private DateTimeOffset Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, time.LocalTimeZone);

    /// <summary>What the parts of one page share.</summary>
    private sealed record Page(PortalText Text, PortalSession Session, string Here, PortalKey Key)
    {
        /// <summary>A form for one deed, with the proof that we offered it.</summary>
        public Markup Form(string action, Markup content, params string[] deed) => Markup.Of(
            $"""
            <form method="post" action="{Here}/{action}?lang={Text.Tag}" accept-charset="utf-8"><input type="hidden" name="proof" value="{Key.FormProof(Session.Receipt, deed)}">{content}</form>
            """);
    }
}

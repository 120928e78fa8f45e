using System.Globalization;
using StoreEdge.Agent.Helping;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What the phone's page shows at one moment.</summary>
/// <param name="Offers">What is offered now.</param>
/// <param name="Stopped">They have stopped all offers.</param>
/// <param name="Known">What is known of them.</param>
/// <param name="Help">Their request for help, or null.</param>
/// <param name="IsOffline">The shop cannot reach central just now.</param>
/// <param name="HasScreen">Whether a screen is theirs now; null where none can be claimed.</param>
/// <param name="Done">What was just done (a key of <see cref="PortalText.Done"/> or <see cref="PhoneText.Done"/>), or null.</param>
internal sealed record PhoneView(IReadOnlyList<PhoneOfferCard> Offers, bool Stopped, PhoneKnowledge Known, HelpRequest? Help, bool IsOffline, bool? HasScreen, string? Done);

/// <summary>The phone's own page after acceptance: the offers, help, what the customer said, what we know and why, the receipt, the way to stop, and to their data.</summary>
internal sealed class PhonePage(PortalOptions options, PortalKey key, PageFrame frame, TimeProvider time)
{
    /// <summary>The latest words that are shown; all of them are behind "my data".</summary>
    public const int MostWords = 4;

    /// <summary>Interests beyond that are named without a button.</summary>
    private const int MostGiftButtons = 4;

    /// <summary>The page.</summary>
    public Markup Of(PortalText text, PortalSession session, PhoneView view)
    {
        var page = new Page(text, PhoneText.Of(text), session, PortalPaths.PhoneOf(key.SessionToken(session.Receipt)), key);
        return frame.Page(
            text, page.Here, session.Over ? text.OverTitle : text.ConnectedTitle, session.Over ? text.OverText : options.Welcome.GetValueOrDefault(text.Tag, text.Welcome), Markup.Of(
            $"""
            {Done(page, view)}
            {(view.IsOffline ? Offline(page) : Markup.Empty)}
            {(session.Over ? Markup.Of($"""<p class="card"><a class="button" href="{PortalPaths.Portal}?lang={text.Tag}">{text.BackToStart}</a></p>""") : Offers(page, view))}
            {(session.Over ? Markup.Empty : Help(page, view.Help, view.IsOffline))}
            {(session.Over || view.Stopped || view.HasScreen is not { } hasScreen ? Markup.Empty : Screen(page, hasScreen))}
            {Said(page, view.Known.Words)}
            {Known(page, view.Known)}
            {Consents(page)}
            {(session.Over || view.Stopped ? Markup.Empty : Stop(page))}
            {MyData(page, options.LetsKnow(session))}
            """));
    }

    /// <summary>What was just done, with the way back where one tap too many is easily made.</summary>
    private static Markup Done(Page page, PhoneView view)
    {
        if (view.Done is not { } done || (view.Stopped && done == "stop")) return Markup.Empty;
        if (!page.Text.Done.TryGetValue(done, out var said) && !page.Words.Done.TryGetValue(done, out said)) return Markup.Empty;
        var undo = view.Known.Words is [var last, ..] && last.Kind == done && done != "want" ? Markup.Of($"""<div class="acts">{TakeBack(page, last, "undo")}{Wider(page, last)}</div>""") : Markup.Empty;
        return PageFrame.Said(Markup.Of($"<p class=\"strong\">{said}</p>{undo}"));
    }

    private static Markup Offline(Page page) => PageFrame.Said(Markup.Of($"<p class=\"strong\">{page.Words.OfflineTitle}</p><p>{page.Words.OfflineText}</p>"), Icons.Cloud);

    private static Markup Offers(Page page, PhoneView view)
    {
        var text = page.Text;
        if (view.Stopped)
            return PageFrame.Said(Markup.Of($"""<p class="strong">{text.StoppedText}</p>{page.Form("again", Markup.Of($"""<button class="quiet">{page.Words.OffersAgain}</button>"""), "again", "", "")}"""));
        if (view.Offers.Count == 0) return Markup.Of($"""<div class="card"><p>{text.NoOffers}</p>{Else(page, view)}</div>""");
        var cards = Markup.Join(view.Offers.Take(3).Select((offer, index) => Offer(page, offer, index + 1)));
        return Markup.Of($"""<section aria-label="{text.OffersTitle}">{cards}<div class="card fold">{Else(page, view)}</div></section>""");
    }

    /// <summary>None of it: one more tap says what they came for, and nobody has to type.</summary>
    private static Markup Else(Page page, PhoneView view)
    {
        var decision = view.Offers.Count > 0 ? view.Offers[0].DecisionId : "";
        var demands = Markup.Join(view.Known.Demands.Select(d => Markup.Of($"""<button class="quiet" name="target" value="{d.Demand}">{d.Name}</button>""")));
        return Markup.Of(
            $"""
            <details><summary>{page.Words.ElseTitle}</summary><p>{page.Words.ElseText}</p>
            {page.Form("else", Markup.Of($"""<input type="hidden" name="decision" value="{decision}"><div class="kinds">{demands}<button class="quiet" name="target" value="">{page.Words.ElseOther}</button></div>"""), "else", decision)}
            </details>
            """);
    }

    private static Markup Offer(Page page, PhoneOfferCard offer, int number)
    {
        var language = page.LanguageOf(offer.Language);
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

    private Markup Help(Page page, HelpRequest? help, bool isOffline)
    {
        var words = page.Words;
        var body = help switch
        {
            { IsOpen: true } => Markup.Of(
                $"""
                {Steps(words, help)}<p class="strong">{(help is { State: HelpDesk.Asked, Step: > 0 } ? words.HelpEscalated : words.HelpStates[help.State])}</p><p class="hint">{Asked(words, help)}</p>
                {page.Form("help-withdraw", Markup.Of($"""<button class="quiet">{words.HelpWithdraw}</button>"""), "help-withdraw")}
                """),
            { State: HelpDesk.Solved } => Markup.Of($"{Steps(words, help)}<p class=\"strong\">{words.HelpStates[help.State]}</p>{Rate(page, help)}<p>{words.HelpAnotherText}</p>{Ask(page)}"),
            _ => Markup.Of($"<p>{words.HelpText}</p>{Ask(page)}"),
        };
        var slow = isOffline && help is not { State: HelpDesk.OnTheWay } ? Markup.Of($"""<p class="hint">{words.HelpOffline}</p>""") : Markup.Empty;
        return Markup.Of($"""<section class="card help" aria-labelledby="help"><h2 id="help">{words.HelpTitle}</h2>{body}{slow}</section>""");
    }

    private string Asked(PhoneText words, HelpRequest help) =>
        string.Format(CultureInfo.InvariantCulture, words.HelpAsked, TimeOfDay(help.Asked), words.Skills.GetValueOrDefault(help.Skill, help.Skill));

    private static Markup Steps(PhoneText words, HelpRequest help)
    {
        string[] states = [HelpDesk.Asked, HelpDesk.OnTheWay, HelpDesk.Solved];
        var reached = Array.IndexOf(states, help.State);
        return Markup.Of($"""<ol class="steps">{Markup.Join(states.Select((state, i) => Step(words.HelpSteps[state], i <= reached, i == reached)))}</ol>""");
    }

    private static Markup Step(string name, bool reached, bool current) =>
        Markup.Of($"<li{(reached ? Markup.Trusted(" class=\"reached\"") : Markup.Empty)}{(current ? Markup.Trusted(" aria-current=\"step\"") : Markup.Empty)}>{name}</li>");

    private static Markup Rate(Page page, HelpRequest help) => help.Stars is { } stars
        ? Markup.Of($"""<p class="hint">{page.Words.RateThanks} <span aria-hidden="true">{new string('★', stars)}</span></p>""")
        : Markup.Of(
            $"""
            <p id="rate">{page.Words.RateText}</p>{page.Form("rate", Markup.Of($"""<div class="stars" role="group" aria-labelledby="rate">{Markup.Join(Enumerable.Range(1, 5).Select(i => Star(page, i)))}</div>"""), "rate", help.Id)}
            """);

    private static Markup Star(Page page, int stars) => Markup.Of(
        $"""<button class="quiet" name="stars" value="{stars}" aria-label="{string.Format(CultureInfo.InvariantCulture, page.Words.RateStars, stars)}">{stars}<span aria-hidden="true"> ★</span></button>""");

    private static Markup Ask(Page page) => page.Form("help", Markup.Of(
        $"""<div class="topics">{Markup.Join(HelpDesk.Skills.Select(s => Markup.Of($"""<button class="quiet" name="skill" value="{s}">{page.Words.Skills[s]}</button>""")))}</div>"""), "help");

    private static Markup Screen(Page page, bool isTheirs)
    {
        var words = page.Words;
        var body = isTheirs
            ? Markup.Of($"""<p>{words.ScreenYours}</p>{page.Form("screen-release", Markup.Of($"""<button class="quiet">{words.ScreenRelease}</button>"""), "screen-release")}""")
            : Markup.Of(
                $"""
                <p>{words.ScreenText}</p>
                {page.Form("screen", Markup.Of($"""<label class="field" for="code">{words.ScreenCode}</label><input id="code" name="code" required minlength="5" maxlength="8" autocomplete="off" autocapitalize="characters" spellcheck="false"><button class="quiet">{words.ScreenUse}</button>"""), "screen")}
                """);
        return Markup.Of($"""<section class="card" aria-labelledby="screen"><h2 id="screen">{words.ScreenTitle}</h2>{body}</section>""");
    }

    private static Markup Said(Page page, IReadOnlyList<PhoneWordCard> words)
    {
        if (words.Count == 0) return Markup.Empty;
        var list = Markup.Join(words.Take(MostWords).Select((word, index) => Word(page, word, index + 1)));
        return Markup.Of($"""<section class="card" aria-labelledby="said"><h2 id="said">{page.Words.WordsTitle}</h2><ul class="words">{list}</ul></section>""");
    }

    private static Markup Word(Page page, PhoneWordCard word, int number)
    {
        var gift = word is { Kind: "want", Demand: { } demand } ? Gift(page, demand, word.Target, word.IsGift, $"word{number}") : Markup.Empty;
        var kind = word is { Kind: "want", IsGift: true } ? page.Words.GiftNote : page.Words.Words.GetValueOrDefault(word.Kind, word.Kind);
        return Markup.Of(
            $"""
            <li><p id="word{number}"><b{page.LanguageOf(word.Language)}>{word.Name}</b><br><span class="hint">{kind}</span></p><div class="acts">{gift}{TakeBack(page, word, $"word{number}")}{Wider(page, word)}</div></li>
            """);
    }

    private static Markup TakeBack(Page page, PhoneWordCard word, string describedBy)
    {
        var kind = word.IsOfOffer ? "" : word.Kind;
        return page.Form("again", Markup.Of(
            $"""<input type="hidden" name="offer" value="{word.Target}">{(kind.Length > 0 ? Markup.Of($"""<input type="hidden" name="kind" value="{kind}">""") : Markup.Empty)}<button class="quiet small"{(describedBy == "undo" ? Markup.Empty : Markup.Of($" aria-describedby=\"{describedBy}\""))}>{page.Words.TakeBack}</button>"""),
            "again", kind, word.Target);
    }

    /// <summary>Never this offer: and perhaps nothing more of its supplier, or of its kind.</summary>
    private static Markup Wider(Page page, PhoneWordCard word) => Markup.Join(word.Wider.Select(w => page.Form("never", Markup.Of(
        $"""<input type="hidden" name="kind" value="{w.Kind}"><input type="hidden" name="target" value="{w.Target}"><button class="quiet small">{string.Format(CultureInfo.InvariantCulture, w.Kind == "never-supplier" ? page.Words.NeverSupplier : page.Words.NeverDemand, w.Name)}</button>"""),
        "never", w.Kind, w.Target)));

    private static Markup Gift(Page page, string demand, string offer, bool isGift, string describedBy)
    {
        var now = isGift ? "no" : "yes";
        return page.Form("gift", Markup.Of(
            $"""
            <input type="hidden" name="demand" value="{demand}"><input type="hidden" name="offer" value="{offer}"><button class="quiet small" name="gift" value="{now}" aria-describedby="{describedBy}">{(isGift ? page.Words.NotGift : page.Words.WasGift)}</button>
            """), "gift", demand, offer);
    }

    private static Markup Stop(Page page) => Markup.Of(
        $"""
        <section class="card" aria-labelledby="stop"><h2 id="stop">{page.Text.StopTitle}</h2><p>{page.Text.StopText}</p>
        {page.Form("stop", Markup.Of($"""<button class="quiet">{page.Text.Stop}</button>"""), "stop")}</section>
        """);

    private Markup Known(Page page, PhoneKnowledge known)
    {
        var (text, words, session) = (page.Text, page.Words, page.Session);
        var sentence = string.Format(CultureInfo.InvariantCulture, session.Recognised ? text.KnownRecognised : text.KnownGuest, options.Name, TimeOfDay(session.Accepted));
        var since = string.Format(CultureInfo.InvariantCulture, words.Since, TimeOfDay(session.Accepted));
        var items = session.Over ? Markup.Empty : Markup.Of(
            $"""
            <dl class="known">
            {Item(words, words.VisitLabel, Markup.Of($"{since}"), words.VisitWhy, words.VisitFrom)}
            {(known.Zone is { } zone ? Item(words, words.PlaceLabel, Markup.Of($"{zone}"), words.PlaceWhy, words.PlaceFrom) : Markup.Empty)}
            {Item(words, words.AddressLabel, Markup.Of($"{words.AddressValue}"), words.AddressWhy, words.AddressFrom)}
            {Markup.Join(known.Facts.Select((fact, index) => Fact(page, fact, index + 1)))}
            </dl>
            """);
        return Markup.Of(
            $"""
            <section class="card" aria-labelledby="known"><h2 id="known">{text.KnownTitle}</h2>
            <span class="badge">{(session.Recognised ? text.RecognisedBadge : text.GuestBadge)}</span>
            <p>{sentence}</p>
            {(session.Recognised ? page.Form("not-me", Markup.Of($"""<button class="quiet">{text.NotMe}</button>"""), "not-me") : Markup.Empty)}
            {items}</section>
            """);
    }

    private Markup Fact(Page page, PhoneFactCard fact, int number)
    {
        var words = page.Words;
        var value = fact.Name switch
        {
            "interest" => Interests(page, fact, number),
            "household" => Markup.Of($"{words.HouseholdValue}"),
            "lifecycle" => Markup.Of($"{string.Join(", ", fact.Values.Select(v => words.Lifecycles.GetValueOrDefault(v, v)))}"),
            "preferredChannel" => Markup.Of($"{string.Join(", ", fact.Values.Select(v => words.Channels.GetValueOrDefault(v, v)))}"),
            _ => Markup.Of($"{string.Join(", ", fact.Values.Select(v => v switch { "true" => page.Text.Granted, "false" => page.Text.NotGranted, _ => v }))}"),
        };
        return Item(words, words.Facts.GetValueOrDefault(fact.Name, fact.Name), value, words.FactWhy.GetValueOrDefault(fact.Purpose, fact.Purpose), $"{words.FactFrom}, {Moment(page.Text, fact.AsOf)}");
    }

    private static Markup Interests(Page page, PhoneFactCard fact, int number) => Markup.Of(
        $"""
        <ul class="words">{Markup.Join(fact.Values.Select((value, index) => Interest(page, value, index < Math.Min(fact.Demands.Count, MostGiftButtons) ? fact.Demands[index] : null, $"fact{number}-{index}")))}</ul>
        """);

    private static Markup Interest(Page page, string name, (string Demand, bool IsGift)? demand, string id) => demand is var (wanted, isGift)
        ? Markup.Of($"""<li><p id="{id}"><b>{name}</b>{(isGift ? Markup.Of($"""<br><span class="hint">{page.Words.GiftNote}</span>""") : Markup.Empty)}</p><div class="acts">{Gift(page, wanted, "", isGift, id)}</div></li>""")
        : Markup.Of($"<li><p>{name}</p></li>");

    private static Markup Item(PhoneText words, string label, Markup value, string why, string from) => Markup.Of(
        $"""<div><dt>{label}</dt><dd>{value}<p class="hint"><b>{words.Why}</b> {why}<br><b>{words.From}</b> {from}</p></dd></div>""");

    private Markup Consents(Page page)
    {
        var (text, session) = (page.Text, page.Session);
        return Markup.Of(
            $"""
            <section class="card" aria-labelledby="consents"><h2 id="consents">{text.ConsentsTitle}</h2>
            <dl class="consents">
            <div><dt>{text.ConsentTerms}</dt><dd>{text.Granted}{(session.Over ? Markup.Empty : page.Form("leave", Markup.Of($"""<button class="quiet" aria-describedby="leave-hint">{page.Words.Leave}</button>"""), "leave"))}</dd></div>
            {Consent(page, "loyalty", text.ConsentLoyalty, session.Loyalty)}
            {Consent(page, "marketing", text.ConsentMarketing, session.Marketing)}
            </dl>
            {(session.Over ? Markup.Empty : Markup.Of($"""<p class="hint" id="leave-hint">{page.Words.LeaveHint}</p>"""))}
            <p class="receipt">{text.Receipt} <code>{session.Receipt}</code><br>{text.Given} <time datetime="{session.Accepted.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}">{Moment(text, session.Accepted)}</time> · {session.TextVersion}</p></section>
            """);
    }

    private static Markup Consent(Page page, string purpose, string name, bool granted)
    {
        var revoke = granted
            ? page.Form("revoke", Markup.Of($"""<input type="hidden" name="purpose" value="{purpose}"><button class="quiet" aria-describedby="{purpose}-name">{page.Text.Revoke}</button>"""), "revoke", purpose)
            : Markup.Empty;
        return Markup.Of($"""<div><dt id="{purpose}-name">{name}</dt><dd>{(granted ? page.Text.Granted : page.Text.NotGranted)}{revoke}</dd></div>""");
    }

    private static Markup MyData(Page page, bool isOpen) => !isOpen ? Markup.Of(
        $"""
        <section class="card" aria-labelledby="data"><h2 id="data">{page.Words.DataTitle}</h2><p>{page.Words.DataClosed}</p></section>
        """) : Markup.Of(
        $"""
        <section class="card" aria-labelledby="data"><h2 id="data">{page.Words.DataTitle}</h2><p>{page.Words.DataText}</p>
        <p class="act"><a class="button quiet" href="{page.Here}/data?lang={page.Text.Tag}">{page.Words.DataOpen}</a></p></section>
        """);

    private string TimeOfDay(DateTimeOffset moment) => PageFrame.Local(moment, time).ToString("HH:mm", CultureInfo.InvariantCulture);

    private string Moment(PortalText text, DateTimeOffset moment) => PageFrame.Moment(text, moment, time);

    /// <summary>What the parts of one page share.</summary>
    private sealed record Page(PortalText Text, PhoneText Words, PortalSession Session, string Here, PortalKey Key)
    {
        /// <summary>A form for one deed, with the proof that we offered it.</summary>
        public Markup Form(string action, Markup content, params string[] deed) => PageFrame.Form(Key, Session, Text, action, content, deed);

        /// <summary>The <c>lang</c> attribute of words that may be in another language than the page.</summary>
        public Markup LanguageOf(string language) => language == Text.Tag ? Markup.Empty : Markup.Of($" lang=\"{language}\"");
    }
}

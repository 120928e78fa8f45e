using System.Globalization;
using System.Text.Json;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What <see cref="MyDataPages"/> shows of a customer's file.</summary>
/// <param name="Tables">The rows that name them, as JSON by table.</param>
/// <param name="Latest">Their latest events, the newest first.</param>
/// <param name="Earlier">How many events there are beside those.</param>
/// <param name="KeptFor">How long events are kept once central has them.</param>
/// <param name="NameOf">What an offer is called.</param>
internal sealed record MyData(byte[] Tables, IReadOnlyList<StoredEvent> Latest, int Earlier, TimeSpan KeptFor, Func<string, string> NameOf);

/// <summary>The customer's data in plain words, the page that asks once more before all of it is erased, and the one that says that it is gone.</summary>
internal sealed class MyDataPages(PortalOptions options, PortalKey key, PageFrame frame, TimeProvider time)
{
    /// <summary>So many events keep the page below 30 kB; the file has all.</summary>
    public const int MostEvents = 60;

    /// <summary>Everything that is held, in plain words.</summary>
    public Markup File(PortalText text, PortalSession session, MyData data)
    {
        var (words, here) = (PhoneText.Of(text), PortalPaths.PhoneOf(key.SessionToken(session.Receipt)));
        return frame.Page(
            text, here + "/data", words.FileTitle, words.FileLead, Markup.Of(
            $"""
            <section class="card" aria-labelledby="take"><h2 id="take">{words.TakeTitle}</h2><p>{words.TakeText}</p>
            <p class="act"><a class="button" href="{here}/data.json?lang={text.Tag}" download="{words.FileName}">{words.Download}</a></p></section>
            <section class="card" aria-labelledby="held"><h2 id="held">{words.HeldTitle}</h2><ul class="held">{Markup.Join(Held(words, data.Tables))}</ul>
            <p class="hint">{string.Format(CultureInfo.InvariantCulture, words.CentralText, options.Contact ?? text.StaffContact)}</p></section>
            <section class="card" aria-labelledby="happened"><h2 id="happened">{words.HappenedTitle}</h2>
            <p class="hint">{string.Format(CultureInfo.InvariantCulture, words.HappenedKept, (int)data.KeptFor.TotalDays)}</p>
            <ol class="happened">{Markup.Join(data.Latest.Select(e => Happened(text, words, e, data.NameOf)))}</ol>
            {(data.Earlier > 0 ? Markup.Of($"""<p class="hint">{string.Format(CultureInfo.InvariantCulture, words.HappenedMore, data.Earlier)}</p>""") : Markup.Empty)}</section>
            <section class="card" aria-labelledby="erase"><h2 id="erase">{words.EraseTitle}</h2><p>{words.EraseText}</p>
            <p class="act"><a class="button quiet" href="{here}/erase?lang={text.Tag}">{words.EraseOpen}</a></p></section>
            {Back(words, $"{here}?lang={text.Tag}")}
            """));
    }

    /// <summary>Asks once more.</summary>
    public Markup Confirm(PortalText text, PortalSession session)
    {
        var (words, here) = (PhoneText.Of(text), PortalPaths.PhoneOf(key.SessionToken(session.Receipt)));
        return frame.Page(
            text, here + "/erase", words.ConfirmTitle, words.ConfirmLead, Markup.Of(
            $"""
            <section class="card" aria-labelledby="goes"><h2 id="goes">{words.ConfirmGoes}</h2>
            <ul class="points">{Markup.Join(words.ConfirmPoints.Select(point => Markup.Of($"<li>{point}</li>")))}</ul>
            {PageFrame.Form(key, session, text, "erase", Markup.Of($"<button>{words.ConfirmErase}</button>"), "erase")}
            <p class="act"><a class="button quiet" href="{here}?lang={text.Tag}">{words.ConfirmKeep}</a></p></section>
            """));
    }

    /// <summary>It is done; nothing here is about anybody.</summary>
    public Markup Erased(PortalText text)
    {
        var words = PhoneText.Of(text);
        return frame.Page(
            text, PortalPaths.Erased, words.ErasedTitle, words.ErasedLead, Markup.Of(
            $"""<section class="card"><p>{words.ErasedText}</p><p class="act"><a class="button quiet" href="{PortalPaths.Portal}?lang={text.Tag}">{text.BackToStart}</a></p></section>"""));
    }

    private static Markup Back(PhoneText words, string href) => Markup.Of($"""<p class="back"><a href="{href}">{words.Back}</a></p>""");

    /// <summary>Only what there is: a table without a row about them is no news.</summary>
    private static IEnumerable<Markup> Held(PhoneText words, byte[] tables)
    {
        using var document = JsonDocument.Parse(tables);
        foreach (var table in document.RootElement.EnumerateObject().Where(t => t.Value.GetArrayLength() > 0).ToArray())
            yield return Markup.Of($"""<li>{words.Tables.GetValueOrDefault(table.Name, table.Name)} <span class="count">{table.Value.GetArrayLength()}</span></li>""");
    }

    private Markup Happened(PortalText text, PhoneText words, StoredEvent stored, Func<string, string> nameOf) => Markup.Of(
        $"""<li><time datetime="{stored.Time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}">{PageFrame.Moment(text, stored.Time, time)}</time> {Sentence(text, words, stored, nameOf)}</li>""");

    /// <summary>An event in a sentence. One that cannot be read, or is of a type without a sentence, is named all the same.</summary>
    private static string Sentence(PortalText text, PhoneText words, StoredEvent stored, Func<string, string> nameOf)
    {
        try
        {
            var (kind, about) = About(text, words, ContractsJson.Read(stored.Type, stored.Data.Span), nameOf);
            return words.Events.TryGetValue(kind, out var sentence) ? string.Format(CultureInfo.InvariantCulture, sentence, about) : kind;
        }
        catch (FormatException)
        {
            return stored.Type;
        }
    }

    private static (string Kind, string About) About(PortalText text, PhoneText words, IEventData data, Func<string, string> nameOf) => data switch
    {
        ArrivalData arrival => (data.Type, arrival.Zone),
        ZoneData zone => (data.Type, zone.Zone),
        DwellData dwell => (data.Type, Minutes(dwell.PresentSeconds)),
        DepartureData departure => (data.Type, Minutes(departure.PresentSeconds)),
        ConsentData consent => (data.Type, Receipt(text, consent)),
        IdentifiedData identified => (data.Type, words.Means.GetValueOrDefault(identified.Means, identified.Means)),
        ChoiceData { Choice: "again", OfferId: null } => ("choice:again-all", ""),
        ChoiceData choice => ($"choice:{choice.Choice}", (choice.OfferId ?? choice.Target) is { } offer ? nameOf(offer) : ""),
        ScreenClaimData claim => ($"screen-claim:{claim.State}", claim.Display),
        GiftMarkedData gift => (gift.Gift ? "gift-marked:yes" : "gift-marked:no", gift.OfferId is { } offer ? nameOf(offer) : gift.Demand),
        HelpRequestedData help => (data.Type, words.Skills.GetValueOrDefault(help.Skill, help.Skill)),
        HelpChangedData help => ($"help-changed:{help.State}", ""),
        HelpRatedData rated => (data.Type, rated.Stars.ToString(CultureInfo.InvariantCulture)),
        QuestionAskedData asked => (data.Type, nameOf(asked.Demand)),
        NoticeShownData shown => (data.Type, shown.Display ?? words.OnThePhone),
        DecisionData decision => (data.Type, $"{string.Join(", ", decision.Offers.Select(nameOf))} ({decision.Display ?? words.OnThePhone})"),
        RenderedData rendered => (data.Type, rendered.Display),
        ProofOfPlayData proof => (data.Type, $"{proof.OfferName} ({proof.Display})"),
        _ => (data.Type, ""),
    };

    private static string Receipt(PortalText text, ConsentData consent) => string.Join(
        ", ", new[] { (text.ConsentTerms, consent.Terms), (text.ConsentLoyalty, consent.Loyalty), (text.ConsentMarketing, consent.Marketing) }
            .Select(c => $"{c.Item1} – {(c.Item2 ? text.Granted : text.NotGranted).ToLowerInvariant()}"));

    private static string Minutes(double seconds) => ((int)Math.Round(seconds / 60)).ToString(CultureInfo.InvariantCulture);
}

using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Orders;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Presence;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Hosting;

/// <summary>The portal with everything it asks of other rooms: presence, the registry, offers for the phone.</summary>
internal sealed class PortalParts : IDisposable
{
    private readonly Doorkeeper doorkeeper;
    private readonly Reception reception;
    private readonly PortalEndpoints endpoints;
    private readonly PortalCertificate? certificate;
    private readonly GuestSite? site;
    private readonly Func<string, PortalSession?> sessionOf;

    public PortalParts(
        PortalSettings settings, IGuestDoor door, PortalKey key, PortalSessions sessions, EnrolmentRegistry registry, Strangers strangers, PresenceLoop presence, JournalStore journal,
        PhoneOffers phone, PhoneWords words, DecisionInputs inputs, HelpDesk help, CustomerDesk customers, TimeSpan keptFor, Func<bool> isOffline, HealthBoard health, TimeProvider time,
        Func<DateTimeOffset> atLeast, Func<DateTimeOffset> verificationTime, Func<DateTimeOffset?> trustedTime,
        string store, ILoggerFactory logs, PhoneScreens? screens)
    {
        HasStopped hasStopped = inputs.HasStopped;
        if (settings.Site is { Tls: { } tls, HostName: { } name }) certificate = new(tls, name, NetworkOptions, health, time, verificationTime);
        var origins = new PortalOrigins(settings.Site?.HostName, () => certificate?.Origin);
        var connections = new GuestConnections();
        var arrivals = new PortalArrivals(presence, settings.Zone);
        doorkeeper = new(door, settings.Page, arrivals, time);
        sessionOf = receipt => journal.Query(database => sessions.ByReceipt(database, receipt, atLeast()));
        reception = new(
            settings.Page, journal, sessions, arrivals, doorkeeper,
            typed => registry.TryFindLogin(typed, out var subject) && !strangers.Contains(subject) ? inputs.NameOfOpenVisit(subject) : null,
            // Where the time is not known, nobody can say whether a code has ended.
            code => trustedTime() is { } now && registry.TryFindLink(code, store, now, out var subject) && !strangers.Contains(subject) ? inputs.NameOfOpenVisit(subject) : null,
            hasStopped, inputs.MayStillGrant, time, atLeast, inputs.GoesOnAsAsync);
        endpoints = new(
            settings.Page, key, reception, new(door, doorkeeper, origins, connections), new(
                async (session, language, stop) => [.. (await phone.DecideForPhoneAsync(session.Visit, session.Subject, language, stop).ConfigureAwait(false)).Select(Card)],
                hasStopped, (session, language) => Knowledge(words, session, language), isOffline, help, customers,
                subject => registry.NamesOf(subject) is { IsEmpty: false } names ? [.. names.ToArray().Select(n => n.Value).Append(subject.Value).Distinct()] : [subject.Value], words.NameOf,
                keptFor, screens),
            health, time, logs.CreateLogger<PortalEndpoints>());
        if (settings.Site is { } listen) site = new(listen, endpoints, connections, certificate, health, time, logs);
    }

    /// <summary>Where the options for the network's address server go (dnsmasq's <c>dhcp-optsfile</c>); null where there is no runtime directory.</summary>
    private static string? NetworkOptions => Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 } runtime ? Path.Combine(runtime, "dhcp-options") : null;

    /// <summary>The certificate that guests are shown; null where there is none.</summary>
    public (string Subject, DateTimeOffset NotAfter)? Certificate => certificate?.Facts;

    /// <summary>Adds the portal to the store's own pages, unless guests are served apart.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        if (site is null) routes.MapPortal(endpoints);
    }

    /// <summary>Runs what the portal runs.</summary>
    public void Run(Loops loops)
    {
        loops.Run("portal", RunAsync);
        if (site is not null) loops.Run("guests", site.RunAsync);
        if (certificate is not null) loops.Run("portal certificate", certificate.RunAsync);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await doorkeeper.BeginAsync(sessionOf, stop).ConfigureAwait(false);
        await Task.WhenAll(doorkeeper.RunAsync(stop), reception.RunAsync(stop)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        doorkeeper.Dispose();
        reception.Dispose();
        certificate?.Dispose();
    }

    private static PhoneOfferCard Card(PhoneOffer offer) => new(
        offer.Offer.Value, offer.Decision.Value, offer.Language, offer.Headline, string.Join(' ', new[] { offer.Body, offer.Call }.Where(t => t.Length > 0)),
        offer.Price is { } price ? price + (offer.PriceUnit is { } unit ? $" · {unit}" : "") : null, offer.PriceBefore, offer.Supplier, offer.Why, offer.Class != OfferClass.Service);

    /// <summary>What central told is about the customer it knows: whoever is not recognised is shown none of it.</summary>
    private static PhoneKnowledge Knowledge(PhoneWords words, PortalSession session, string language)
    {
        var gifts = words.Gifts(session.Visit, session.Subject);
        return new(
            words.ZoneOf(session.Visit),
            [.. words.Said(session.Visit, session.Subject, language).Select(w => new PhoneWordCard(w.Kind, w.Target, w.Language, w.Name, w.Demand, w.IsGift, w.IsOfThisVisit) { Wider = w.Wider })],
            session.Recognised ? [.. words.Told(session.Visit, language).Select(f => Card(f, gifts))] : [])
        { Demands = words.Demands(language) };
    }

    private static PhoneFactCard Card(PhoneFact fact, IReadOnlySet<string> gifts) => new(
        $"{char.ToLowerInvariant(fact.Name.ToString()[0])}{fact.Name.ToString()[1..]}", fact.Values, fact.AsOf,
        fact.Purpose switch { Purpose.Loyalty => "loyalty", Purpose.Marketing => "marketing", _ => "service" }, [.. fact.Demands.Select(d => (d, gifts.Contains(d)))]);

    /// <summary>Presence in the portal's words.</summary>
    private sealed class PortalArrivals(PresenceLoop presence, ZoneId zone) : IPortalArrivals
    {
        public Task<VisitId> ArriveAsync(Pseudonym subject, Assurance assurance, CancellationToken stop) => presence.NoticePortalAsync(subject, assurance, zone, stop);

        public void StillHere(IReadOnlyList<Pseudonym> subjects) => presence.RenewPortal(subjects);

        public void Leave(Pseudonym subject, bool silently) => presence.LeavePortal(subject, silently);
    }
}

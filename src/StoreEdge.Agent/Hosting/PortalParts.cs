using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
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
    private readonly Func<string, PortalSession?> sessionOf;

    public PortalParts(
        PortalSettings settings, IGuestDoor door, PortalKey key, PortalSessions sessions, EnrolmentRegistry registry, Strangers strangers, PresenceLoop presence, JournalStore journal,
        PhoneOffers phone, DecisionInputs inputs, HealthBoard health, TimeProvider time, Func<DateTimeOffset> atLeast, ILoggerFactory logs)
    {
        HasStopped hasStopped = inputs.HasStopped;
        var arrivals = new PortalArrivals(presence, settings.Zone);
        doorkeeper = new(door, settings.Page, arrivals, time);
        sessionOf = receipt => journal.Query(database => sessions.ByReceipt(database, receipt, atLeast()));
        reception = new(
            settings.Page, journal, sessions, arrivals, doorkeeper,
            typed => registry.TryFindLogin(typed, out var subject) && !strangers.Contains(subject) ? inputs.NameOfOpenVisit(subject) : null, hasStopped, time, atLeast);
        endpoints = new(
            settings.Page, key, reception, door, async (session, language, stop) =>
                [.. (await phone.DecideForPhoneAsync(session.Visit, session.Subject, language, stop).ConfigureAwait(false)).Select(Card)],
            hasStopped, health, time, logs.CreateLogger<PortalEndpoints>());
    }

    public void Map(IEndpointRouteBuilder routes) => routes.MapPortal(endpoints);

    /// <summary>Keeps an eye on who is here.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await doorkeeper.BeginAsync(sessionOf, stop).ConfigureAwait(false);
        await doorkeeper.RunAsync(stop).ConfigureAwait(false);
    }

    public void Dispose()
    {
        doorkeeper.Dispose();
        reception.Dispose();
    }

    private static PhoneOfferCard Card(PhoneOffer offer) => new(
        offer.Offer.Value, offer.Decision.Value, offer.Language, offer.Headline, string.Join(' ', new[] { offer.Body, offer.Call }.Where(t => t.Length > 0)),
        offer.Price is { } price ? price + (offer.PriceUnit is { } unit ? $" · {unit}" : "") : null, offer.PriceBefore, offer.Supplier, offer.Why, offer.Class != OfferClass.Service);

    /// <summary>Presence in the portal's words.</summary>
    private sealed class PortalArrivals(PresenceLoop presence, ZoneId zone) : IPortalArrivals
    {
        public Task<VisitId> ArriveAsync(Pseudonym subject, Assurance assurance, CancellationToken stop) => presence.NoticePortalAsync(subject, assurance, zone, stop);

        public void StillHere(IReadOnlyList<Pseudonym> subjects) => presence.RenewPortal(subjects);

        public void Leave(Pseudonym subject, bool silently) => presence.LeavePortal(subject, silently);
    }
}

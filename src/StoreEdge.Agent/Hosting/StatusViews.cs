using System.Globalization;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Presence;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Radio;

namespace StoreEdge.Agent.Hosting;

/// <summary>Shows the technician each room's status in the page's own words, so that neither knows the other.</summary>
internal static class StatusViews
{
    public static StatusSources Of(
        AgentOptions options, IReadOnlyList<string> configuration, SensingLoop sensing, EnrolmentRegistry registry, PresenceLoop presence, JournalStore journal,
        CentralLink? link, VerificationClock verification, DisplayHub displays, BundleStore bundles, FootfallLoop? footfall, TimeProvider time) => new()
        {
            Store = new(options.Store.Id.Value, options.Store.Name),
            Version = ProgramVersion.Text,
            Configuration = configuration,
            Receivers = () => [.. sensing.Status.Select(s => View(s, time))],
            Enrolled = () => registry.Beacons,
            Identity = () => View(registry.Status, sensing.Receivers.Sum(r => r.Clones)),
            PresentNow = () => presence.Present,
            PresenceSilence = () => presence.Silence,
            Outbox = () => View(journal.Snapshot(), link, time),
            Link = () => link is null ? null : View(link, verification, time),
            Broker = () => link is null || options.Broker is null ? [] : BrokerSteps.Of(Trail(link, options.Broker), options.Broker, partOf: "link"),
            Displays = () => [.. displays.Status().Select(View)],
            Bundle = () => new(bundles.Current.Version, bundles.Current.Hash, bundles.Current.Offers.Length),
            Footfall = () => footfall is null ? null : FootfallWords.View(footfall.Last),
            Others = () => [JournalChecks.Opened(journal.SinceOpened, journal.WasReadWhole), JournalChecks.Quarantined(options.StateDirectory)],
        };

    private static ReceiverView View(ReceiverStatus s, TimeProvider time) => new(
        s.Place.Id.Value, s.Place.Zone.Value, s.Place.Side == ReceiverSide.Inside ? "inside" : "outside", s.Connected, s.Advertisements, 0,
        s.Advertisements == 0 ? 0 : (double)s.Enrolled / s.Advertisements, s.Overflowed + (s.Radio?.Dropped ?? 0), s.Malformed, s.LastHeard is { } heard ? (Instant.Now(time) - heard).TotalSeconds : null, s.Fault, s.Link)
    {
        Blind = s.Blind?.Why,
        BlindSeconds = s.Blind is { } blind ? (Instant.Now(time) - blind.Since).TotalSeconds : null,
        Canaries = s.Canaries,
        Radio = s.Radio is { } radio ? new(radio.Adapter, radio.Dropped, Steps(s.Ladder), s.Ladder?.Recoveries ?? 0) : null,
    };

    private static string Steps(RecoveryLadder? ladder) => ladder is null
        ? ""
        : string.Join(", ", Enum.GetValues<RecoveryStep>().Where(step => ladder.Taken(step) > 0).Select(step => string.Create(CultureInfo.InvariantCulture, $"{step} {ladder.Taken(step)}")));

    private static IdentityView View(RegistryStatus s, long clones) =>
        new(s.Static, s.Rotating, s.Resolvable, s.UnknownAddresses, s.FalseMatchesPerHour, s.LeftOut, s.Contested, s.Replayed, clones);

    private static OutboxView View(JournalStatus journal, CentralLink? link, TimeProvider time) => new(
        journal.LastSeq, journal.AcknowledgedSeq, journal.LastSeq - journal.AcknowledgedSeq, journal.OldestPendingAge.TotalSeconds,
        link?.Outbox.Status.LastAckAt is { } at ? (time.GetUtcNow() - at).TotalSeconds : null, journal.DatabaseBytes + journal.WalBytes)
    {
        DeadLetters = link?.Outbox.Status.DeadLetters ?? 0,
        BacklogPerSecond = link?.Outbox.Status.BacklogPerSecond ?? 0,
    };

    private static LinkView View(CentralLink link, VerificationClock verification, TimeProvider time)
    {
        var (status, now) = (link.Broker.Status, time.GetUtcNow());
        return new(
            status.Broker, status.IsOnline, status.ConnectedSince is { } since ? (now - since).TotalSeconds : null, status.Connections,
            status.IsOnline ? null : status.LastFailure?.Detail, status.NextAttemptAt is { } next ? Math.Max(0, (next - now).TotalSeconds) : null)
        {
            IsFallback = status.IsFallback,
            Certificates = [.. status.Certificates.Select(c => new CertificateView(c.Role, c.Subject, c.NotAfter, Math.Floor((c.NotAfter - verification.Now()).TotalDays))
            {
                WarnDays = c.Ahead.TotalDays,
                Renewal = c.Role == "client" && link.Renewal?.Status is { } renewal ? new(renewal.DueAt, renewal.WaitsForTime, renewal.LastTryAt, renewal.LastFailure) : null,
            })],
        };
    }

    /// <summary>How far the link is, as far as it is known without going the way again.</summary>
    private static BrokerTrail Trail(CentralLink link, BrokerOptions broker)
    {
        var status = link.Broker.Status;
        var place = broker.Places.First(p => p.ToString() == status.Broker);
        var trail = new BrokerTrail(place, broker.Tls is not null) { NameServers = BrokerWalk.ReadNameServers(), RoundTrip = status.RoundTrip };
        if (!status.IsOnline) return status.LastFailure is { } failure ? trail with { Reached = BrokerTrail.StepOf(failure.Kind), Failure = failure } : trail;
        return trail with { Reached = BrokerStep.RoundTrip };
    }

    private static DisplayView View(DisplayStatus s) => new(s.Id.Value, s.Zone.Value, s.Clients > 0, s.Showing, s.SinceAcknowledged?.TotalSeconds);
}

using System.Collections.Immutable;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Somebody who is here, with what central said about them for this visit.</summary>
/// <param name="Visit">The visit.</param>
/// <param name="Subject">Who.</param>
/// <param name="Zone">Where now.</param>
/// <param name="CameAt">When they came into the zone; null when that was before the agent started.</param>
/// <param name="Facts">What central said.</param>
/// <param name="Notices">What central wants them to know before any offer.</param>
/// <param name="Party">The visit of the first of those whom they came with; null for that one, and for who came alone.</param>
/// <param name="Receiver">Which radio heard them best when they came into the zone; null on the portal, and after a restart.</param>
internal sealed record PresentVisit(
    VisitId Visit, Pseudonym Subject, ZoneId Zone, Instant? CameAt, Facts Facts, ImmutableArray<Offer> Notices, VisitId? Party = null, string? Receiver = null)
{
    /// <summary>Of each notice: how often a screen has drawn that there is one, and whether the phone has shown it.</summary>
    public ImmutableDictionary<OfferId, (int Screens, bool Phone)> Told { get; init; } = ImmutableDictionary<OfferId, (int, bool)>.Empty;

    /// <summary>Whether both came in together.</summary>
    public bool CameWith(PresentVisit other) => (Party ?? Visit) == (other.Party ?? other.Visit);

    /// <summary>The household's pseudonym, however old that knowledge is: an old household still shares its caps.</summary>
    public string? Household => Facts.All.Where(f => f.Key == FactName.Household).Select(f => f.Value.Values[0]).FirstOrDefault();
}

/// <summary>
/// Who is here. What central says about a visit is kept no longer than the visit; what arrives before its visit waits, for a short while and in bounded number.
/// </summary>
/// <param name="time">The store's clock.</param>
/// <param name="clock">How far the store's clock is to be trusted; null where it always is.</param>
internal sealed class PresentVisits(TimeProvider time, TrustedClock? clock = null)
{
    /// <summary>A context can overtake its own arrival by milliseconds only; more than this many waiting is somebody else's fault.</summary>
    private const int MostWaiting = 256;

    /// <summary>Long enough for a slow disk to finish the arrival; who has not come by then has left, or never was here.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Notices kept for one visit: more than anybody reads on a phone; the oldest go first.</summary>
    private const int MostNotices = 16;

    private readonly Lock gate = new();
    private readonly Dictionary<VisitId, PresentVisit> visits = [];
    private readonly OrderedDictionary<VisitId, (Facts Facts, ImmutableArray<Offer> Notices, Instant Since)> early = [];

    /// <summary>How many are here.</summary>
    public int Count
    {
        get
        {
            lock (gate) return visits.Count;
        }
    }

    /// <summary>Of how many visits something is known that have not begun yet.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return early.Count;
        }
    }

    /// <summary>The visit, if it is open.</summary>
    public PresentVisit? Find(VisitId visit)
    {
        lock (gate) return visits.GetValueOrDefault(visit);
    }

    /// <summary>Those in <paramref name="zone"/>, who came last first.</summary>
    public IReadOnlyList<PresentVisit> In(ZoneId zone)
    {
        lock (gate) return [.. visits.Values.Where(v => v.Zone == zone).OrderByDescending(v => v.CameAt ?? Instant.Origin).ThenBy(v => v.Visit.Value, StringComparer.Ordinal)];
    }

    /// <summary>Somebody came, or moved; what is known of them stays.</summary>
    public PresentVisit Put(VisitId visit, Pseudonym subject, ZoneId zone, Instant? cameAt, VisitId? party = null, string? receiver = null)
    {
        lock (gate)
        {
            ForgetTheLate();
            var known = visits.GetValueOrDefault(visit) ?? new(visit, subject, zone, cameAt, Facts.None, [], party);
            if (early.Remove(visit, out var waiting)) known = known with { Facts = Known(known.Facts, waiting.Facts), Notices = waiting.Notices };
            return visits[visit] = known with { Zone = zone, CameAt = cameAt, Receiver = receiver };
        }
    }

    /// <summary>The visits of a subject.</summary>
    public IReadOnlyList<VisitId> Of(Pseudonym subject)
    {
        lock (gate) return [.. visits.Values.Where(v => v.Subject == subject).Select(v => v.Visit)];
    }

    /// <summary>Somebody left; all that was known for the visit is forgotten.</summary>
    public PresentVisit? Remove(VisitId visit)
    {
        lock (gate)
        {
            ForgetTheLate();
            early.Remove(visit);
            visits.Remove(visit, out var gone);
            return gone;
        }
    }

    /// <summary>A notice has been shown.</summary>
    /// <returns>The notice where this was the first time in that kind of place; null where it was not, or there is no such notice any more.</returns>
    public Offer? Tell(VisitId visit, OfferId id, bool onPhone)
    {
        lock (gate)
        {
            if (!visits.TryGetValue(visit, out var present) || present.Notices.FirstOrDefault(n => n.Id == id) is not { } notice) return null;
            var told = present.Told.GetValueOrDefault(id);
            visits[visit] = present with { Told = present.Told.SetItem(id, onPhone ? told with { Phone = true } : told with { Screens = told.Screens + 1 }) };
            return onPhone ? told.Phone ? null : notice : told.Screens > 0 ? null : notice;
        }
    }

    /// <summary>Takes what central said about a visit. Nothing of it is taken when any attribute breaks the contract.</summary>
    /// <exception cref="FormatException">Attributes are unknown or not as the contract demands; all are told, each with its path.</exception>
    public VisitId Accept(ContextMessage message)
    {
        var facts = ImmutableDictionary.CreateBuilder<FactName, Fact>();
        var broken = new List<DocumentError>();
        foreach (var (name, attribute) in message.Attributes)
        {
            try
            {
                if (attribute is null) throw new FormatException("null is no attribute");
                // Held within what a TimeSpan can say; whatever is beyond 90 days is refused with the rest.
                var maxAge = TimeSpan.FromSeconds(Math.Clamp(attribute.MaxAgeSeconds, 0, int.MaxValue));
                var (fact, known) = FactParser.Parse(name, attribute.Value, attribute.AsOf, maxAge, attribute.Purpose, attribute.Definition);
                facts[fact] = known;
            }
            catch (FormatException fault)
            {
                broken.Add(new($"attributes.{name}", fault.Message));
            }
        }

        if (broken.Count > 0) throw new FormatException(string.Join("; ", broken));

        var visit = new VisitId(message.VisitId);
        Merge(visit, new Facts(facts.ToImmutable()), []);
        return visit;
    }

    /// <summary>Takes a service notice; the same one again replaces itself.</summary>
    /// <exception cref="FormatException">It says nothing in any language, or its kind is unknown.</exception>
    public VisitId Accept(NoticeMessage message)
    {
        var visit = new VisitId(message.VisitId);
        Merge(visit, Facts.None, [Notices.ToOffer(message)]);
        return visit;
    }

    private void Merge(VisitId visit, Facts facts, ImmutableArray<Offer> notices)
    {
        lock (gate)
        {
            if (visits.TryGetValue(visit, out var present))
            {
                // Another wording is told anew; the same once more, as a broker may deliver it, is not.
                var anew = notices.Where(n => present.Notices.FirstOrDefault(k => k.Id == n.Id) is not { } known || !SaysTheSame(known, n)).Select(n => n.Id);
                visits[visit] = present with { Facts = Known(present.Facts, facts), Notices = Join(present.Notices, notices), Told = present.Told.RemoveRange(anew) };
                return;
            }

            ForgetTheLate();
            early[visit] = early.TryGetValue(visit, out var waiting)
                ? (Known(waiting.Facts, facts), Join(waiting.Notices, notices), waiting.Since)
                : (facts, notices, Instant.Now(time));
            if (early.Count > MostWaiting) early.RemoveAt(0);
        }
    }

    private Facts Known(Facts held, Facts later) => held.With(later, clock is null or { IsKnown: true } ? time.GetUtcNow() : null);

    /// <summary>The caller holds <see cref="gate"/>.</summary>
    private void ForgetTheLate()
    {
        while (early.Count > 0 && Instant.Now(time) - early.GetAt(0).Value.Since > LongestWait) early.RemoveAt(0);
    }

    private static bool SaysTheSame(Offer one, Offer other) => one.Texts.Count == other.Texts.Count && one.Texts.All(t => other.Texts.TryGetValue(t.Key, out var text) && text == t.Value);

    private static ImmutableArray<Offer> Join(ImmutableArray<Offer> known, ImmutableArray<Offer> newer) =>
        [.. known.Where(k => newer.All(n => n.Id != k.Id)).Concat(newer).TakeLast(MostNotices)];
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Gathers what a decision depends on. What customers said is read from the journal's database each time, so it can never be older than the last event.</summary>
/// <param name="journal">Where it is read.</param>
/// <param name="time">The store's clock.</param>
/// <param name="health">Told when it cannot be read.</param>
/// <param name="namesOf">Under which names somebody may be known; null where keys do not rotate.</param>
/// <param name="clock">How far the store's clock is to be trusted; null where it always is.</param>
/// <param name="householdOf">The household that a customer is enrolled with; null where nothing is known of any.</param>
[SuppressMessage("Design", "CA1001", Justification = "Semaphores whose wait handles nobody asks for hold nothing that needs disposing.")]
internal sealed class DecisionInputs(
    JournalStore journal, TimeProvider time, HealthBoard health, SubjectNames? namesOf = null, TrustedClock? clock = null, Func<Pseudonym, Pseudonym?>? householdOf = null)
{
    /// <summary>Guests of whom it is remembered as whom the same phone went by before.</summary>
    private const int MostFormer = 1024;

    private readonly Turns turns = new();
    private readonly OrderedDictionary<Pseudonym, Pseudonym> formerly = [];
    private string tooOld = "";
    private const string Expired = "bundle-expired", Unreadable = "preferences-unreadable", Doubted = "words-in-doubt", VotedDown = "supplier-voted-down";

    /// <summary>The context for showing something to <paramref name="visit"/> on <paramref name="display"/>, or on the customer's phone where it is null.</summary>
    public DecisionContext For(PresentVisit visit, DisplayId? display, Bundle bundle, Placement placement, string language)
    {
        var now = time.GetLocalNow();
        CheckAge(bundle, now);
        var (isKnown, atLeast) = clock is null ? (true, now) : (clock.IsKnown, clock.LowerBound);
        var context = new DecisionContext
        {
            Visit = visit.Visit,
            Subject = visit.Subject,
            At = now,
            IsTimeKnown = isKnown,
            AtLeast = atLeast,
            Zone = visit.Zone,
            Language = language,
            Facts = visit.Facts,
            Notices = [.. NoticesIn(placement, visit)],
            Wishes = Wishes.Unreadable,
        };
        try
        {
            context = journal.Query(database => context with
            {
                Wishes = ReadWishes(database, visit),
                Shown = ReadShown(database, visit, display, bundle, atLeast, isKnown),
                LocalCounts = VotesProjection.Read(database),
            });
            CheckDoubt();
            health.Clear(Unreadable);
        }
        catch (JournalFault fault)
        {
            // Without knowing who said stop, nobody is shown anything of their own.
            health.Raise(Unreadable, Severity.Fault, $"What customers said cannot be read, so nothing is decided for them: {fault.What}.", fault.Remedy);
        }

        return context;
    }

    /// <summary>
    /// From here until what was decided is in the journal, nobody else decides for the same customer or their household: of two that both see room under a cap, the second would exceed it.
    /// </summary>
    public Task<Turns.Turn> TurnAsync(PresentVisit visit) => turns.TakeAsync(HouseholdOf(visit) ?? AllNames(visit.Subject)[0].Value);

    /// <summary>A decision as the journal keeps it.</summary>
    public TracedDecision ToData(Decision decision, DecisionContext context, Bundle bundle, PresentVisit visit, DisplayId? display) =>
        DecisionEvents.ToData(decision, context, bundle, visit, HouseholdOf(visit), AssuranceOf(visit.Visit), display);

    /// <summary>
    /// The same phone goes on under another name. What was shown to a guest counts for the customer whom they turn out to be. What was shown to a customer counts for the guest who goes on with
    /// their phone; but that is in memory only, since nothing must tie that guest to the customer.
    /// </summary>
    public async Task GoesOnAsAsync(Pseudonym former, Pseudonym present)
    {
        lock (formerly)
        {
            if (present.IsAnonymous) formerly[present] = former;
            if (formerly.Count > MostFormer) formerly.RemoveAt(0);
        }

        if (present.IsAnonymous) return;
        await journal.WriteAsync(transaction =>
        {
            ShowingsProjection.Rename(transaction.Database, former, present);
            return true;
        });
    }

    /// <summary>The household's pseudonym: as central told for this visit, else as the customer is enrolled, so that its caps hold without central too.</summary>
    private string? HouseholdOf(PresentVisit visit) => visit.Household ?? householdOf?.Invoke(visit.Subject)?.Value;

    /// <summary>Says so where sections of the bundle are too old to be used.</summary>
    private void CheckAge(Bundle bundle, DateTimeOffset now)
    {
        var expired = string.Join(", ", bundle.ExpiredAt(now));
        if (Interlocked.Exchange(ref tooOld, expired) == expired) return;
        if (expired.Length == 0) health.Clear(Expired);
        else health.Raise(Expired, Severity.Warning, $"Of the bundle {bundle.Version} these sections are too old and are not used: {expired}.", "Send a newer bundle, or put one where bundle.file names it and restart.");
    }

    private static IEnumerable<Offer> NoticesIn(Placement placement, PresentVisit visit) => visit.Notices
        .Where(n => placement.Surface == Surface.Phone || visit.Told.GetValueOrDefault(n.Id) is { Phone: false, Screens: < Notices.MostOnScreens })
        .Select(n => Notices.In(placement, n));

    /// <summary>Says so where words of customers were lost, until an operator has taken it upon themselves.</summary>
    public void CheckDoubt()
    {
        if (journal.Query(PreferencesProjection.DoubtedUpTo) is null) health.Clear(Doubted);
        else
            health.Raise(Doubted, Severity.Fault, "Words of customers (stop, never, consents) were lost with a damaged journal, and whose is not known: nobody gets promotions until they consent afresh.",
                "Nothing needs to be done. Once central has confirmed who said stop, `storeedge journal trust-words --directory DIR` believes again what is written.");
    }

    /// <summary>Says so while customers have voted a supplier down: its offers are hardly shown any more, and somebody should talk to it.</summary>
    public void TellStandings(Decision decision, Bundle bundle)
    {
        var names = decision.Suppliers.Where(s => s.IsSuspended).Select(s => bundle.Suppliers.TryGetValue(s.Supplier, out var known) ? known.Name : s.Supplier.Value).ToArray();
        if (names.Length == 0) health.Clear(VotedDown);
        else
            health.Raise(VotedDown, Severity.Warning, $"Customers who voted do not want what these suppliers offer, so it is hardly shown: {string.Join(", ", names)}.",
                "Talk to the supplier, or take its offers out of the bundle. It comes back by itself when newer votes are better or the old ones have aged.");
    }

    /// <summary>Whether it is freshly known that something of the visit's customer is open, and they have not said "stop".</summary>
    public bool HasOpenIssue(PresentVisit visit) =>
        visit.Facts.Ask(FactName.OpenIssue, clock is null or { IsKnown: true } ? time.GetUtcNow() : null) == Truth.True && !HasStopped(visit.Subject);

    /// <summary>Whether staff may be told that this customer is here: they consent to be recognised, and have not said "stop". Where that cannot be read, no.</summary>
    public bool MayBeRecognised(PresentVisit visit)
    {
        try
        {
            var wishes = journal.Query(database => ReadWishes(database, visit));
            var context = new DecisionContext
            {
                Visit = visit.Visit, Subject = visit.Subject, At = time.GetUtcNow(), IsTimeKnown = clock is null or { IsKnown: true }, Language = "", Facts = visit.Facts, Wishes = wishes,
            };
            return wishes.Stopped == Truth.False && context.Consents(Purpose.Loyalty);
        }
        catch (JournalFault)
        {
            return false;
        }
    }

    /// <summary>Whether the subject has said "stop"; where that cannot be read, they have.</summary>
    public bool HasStopped(Pseudonym subject)
    {
        try
        {
            return journal.Query(database => ReadWishes(database, new(default, subject, default, null, Facts.None, [])).Stopped != Truth.False);
        }
        catch (JournalFault)
        {
            return true;
        }
    }

    /// <summary>
    /// What an earlier receipt of the subject may still grant. Who has said nothing has refused nothing (a guest's words go with the visit), unless words were lost; after "stop" nobody gets
    /// personal offers.
    /// </summary>
    /// <exception cref="JournalFault">It cannot be read.</exception>
    public (bool Loyalty, bool Marketing) MayStillGrant(Pseudonym subject) => journal.Query(database =>
    {
        var silence = PreferencesProjection.DoubtedUpTo(database) is null;
        var wishes = ReadWishes(database, new(default, subject, default, null, Facts.None, []));
        return (wishes.Consents.GetValueOrDefault(Purpose.Loyalty, silence), wishes.Stopped == Truth.False && wishes.Consents.GetValueOrDefault(Purpose.Marketing, silence));
    });

    /// <summary>The name under which a customer is present: that of their open visit, which may have begun before the key changed.</summary>
    public Pseudonym NameOfOpenVisit(Pseudonym subject) => AllNames(subject) is [_, _, ..] names
        ? journal.Query(database =>
        {
            using var rows = Select(database, $"SELECT subject FROM present WHERE subject IN {List(names, out var parameters)}", parameters);
            return rows.Reader.Read() ? new(rows.Reader.GetString(0)) : subject;
        })
        : subject;

    /// <summary>Who was here when the agent ended.</summary>
    public IReadOnlyList<(VisitId Visit, Pseudonym Subject, ZoneId Zone)> StillPresent() => journal.Query(database =>
    {
        using var rows = Select(database, "SELECT visit, subject, zone FROM present");
        var present = new List<(VisitId, Pseudonym, ZoneId)>();
        while (rows.Reader.Read()) present.Add((new(rows.Reader.GetString(0)), new(rows.Reader.GetString(1)), new(rows.Reader.GetString(2))));
        return present;
    });

    /// <summary>The visit as the journal knows it, when its arrival is on disk but has not come through to <see cref="PresentVisits"/> yet.</summary>
    public PresentVisit? FindPresent(VisitId visit) => journal.Query(database =>
    {
        using var rows = Select(database, "SELECT subject, zone FROM present WHERE visit = $visit", ("$visit", visit.Value));
        return rows.Reader.Read() ? new PresentVisit(visit, new(rows.Reader.GetString(0)), new(rows.Reader.GetString(1)), null, Facts.None, []) : null;
    });

    /// <summary>What the customer has said about offers and gifts and is in force, the latest first.</summary>
    public IReadOnlyList<(string Kind, string Target, bool IsOfThisVisit)> WordsOf(Pseudonym subject, VisitId visit) => journal.Query(database =>
    {
        using var rows = Select(
            database,
            $"""
            SELECT kind, target, value, visit FROM preference WHERE subject IN {List(AllNames(subject), out var names)} AND kind IN ('want', 'never', 'not-now', 'never-supplier', 'never-demand', 'gift') ORDER BY seq DESC
            """, names);
        var (said, words) = (new HashSet<(string, string)>(), new List<(string, string, bool)>());
        while (rows.Reader.Read())
        {
            var (word, isOfThisVisit) = ((Kind: rows.Reader.GetString(0), Target: rows.Reader.GetString(1)), rows.Reader.GetString(3) == visit.Value);
            // Under two names of one customer the later word counts.
            if (said.Add(word) && rows.Reader.GetInt64(2) != 0 && (word.Kind != "not-now" || isOfThisVisit)) words.Add((word.Kind, word.Target, isOfThisVisit));
        }

        return words;
    });

    /// <summary>How sure the visit's last event was; null once it is over.</summary>
    public string? AssuranceOf(VisitId visit) => journal.Query(database =>
    {
        using var rows = Select(database, "SELECT assurance FROM present WHERE visit = $visit", ("$visit", visit.Value));
        return rows.Reader.Read() ? rows.Reader.GetString(0) : null;
    });

    /// <summary>Showings on displays that had not ended when the agent did.</summary>
    public IReadOnlyList<UnendedShowing> Unended() => journal.Query(database =>
    {
        using var rows = Select(database, "SELECT decision, offer, visit, display, shown_ms, showing, rendered_ms FROM showing WHERE ended = 0 AND display IS NOT NULL");
        var open = new List<UnendedShowing>();
        while (rows.Reader.Read())
        {
            open.Add(new(
                new(rows.Reader.GetString(0)), new(rows.Reader.GetString(1)), rows.Reader.IsDBNull(2) ? null : rows.Reader.GetString(2), new(rows.Reader.GetString(3)),
                DateTimeOffset.FromUnixTimeMilliseconds(rows.Reader.GetInt64(4)), rows.Reader.IsDBNull(5) ? null : rows.Reader.GetString(5),
                rows.Reader.IsDBNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(rows.Reader.GetInt64(6))));
        }

        return open;
    });

    private Pseudonym[] AllNames(Pseudonym subject) => namesOf is { } find && find(subject) is { IsEmpty: false } names ? names.ToArray() : [subject];

    /// <summary>Every name under which this customer, or whoever had the same phone before, was shown anything.</summary>
    private Pseudonym[] OnThisDevice(Pseudonym subject)
    {
        List<Pseudonym> names = [];
        lock (formerly)
        {
            for (Pseudonym? one = subject; one is { } next && !names.Contains(next); one = formerly.TryGetValue(next, out var former) ? former : null) names.AddRange(AllNames(next));
        }

        return [.. names];
    }

    private Pseudonym[] Households(PresentVisit visit)
    {
        IEnumerable<Pseudonym> told = visit.Household is { } household ? AllNames(new(household)) : [], enrolled = householdOf?.Invoke(visit.Subject) is { } known ? AllNames(known) : [];
        return [.. told.Union(enrolled)];
    }

    private static string List(Pseudonym[] names, out (string, object?)[] parameters, string prefix = "$name")
    {
        parameters = [.. names.Select((n, i) => ($"{prefix}{i}", (object?)n.Value))];
        return $"({string.Join(", ", parameters.Select(p => p.Item1))})";
    }

    /// <summary>
    /// Read under all names of the customer: the later word counts. Where words were lost with a damaged journal, whoever refused is believed, and whoever allowed something only if they
    /// did so since.
    /// </summary>
    private Wishes ReadWishes(SqliteConnection database, PresentVisit visit)
    {
        var doubted = PreferencesProjection.DoubtedUpTo(database);
        var wishes = doubted is null ? Wishes.Silent : Wishes.Unreadable;
        using var rows = Select(database, $"SELECT kind, target, value, visit, seq FROM preference WHERE subject IN {List(AllNames(visit.Subject), out var names)} ORDER BY seq", names);
        while (rows.Reader.Read())
        {
            var (kind, target, value) = (rows.Reader.GetString(0), rows.Reader.GetString(1), rows.Reader.GetInt64(2) != 0);
            var allows = kind == "stop" ? !value : value && kind is ("loyalty" or "marketing");
            if (allows && rows.Reader.GetInt64(4) <= doubted) continue;
            wishes = kind switch
            {
                "stop" => wishes with { Stopped = value ? Truth.True : Truth.False },
                "never" when value => wishes with { NeverOffers = wishes.NeverOffers.Add(new(target)) },
                "never" => wishes with { NeverOffers = wishes.NeverOffers.Remove(new(target)) },
                "never-supplier" => wishes with { NeverSuppliers = value ? wishes.NeverSuppliers.Add(new(target)) : wishes.NeverSuppliers.Remove(new(target)) },
                "never-demand" => wishes with { NeverDemands = value ? wishes.NeverDemands.Add(target) : wishes.NeverDemands.Remove(target) },
                "gift" when value => wishes with { GiftDemands = wishes.GiftDemands.Add(target) },
                "gift" => wishes with { GiftDemands = wishes.GiftDemands.Remove(target) },
                "not-now" when value && rows.Reader.GetString(3) == visit.Visit.Value => wishes with { NotNow = wishes.NotNow.Add(new(target)) },
                "loyalty" => wishes with { Consents = wishes.Consents.SetItem(Purpose.Loyalty, value) },
                "marketing" => wishes with { Consents = wishes.Consents.SetItem(Purpose.Marketing, value) },
                _ => wishes,
            };
        }

        return wishes;
    }

    /// <summary>
    /// Counted from the least that it can be, by which they were stamped as well while the time was not known: less has then passed than truly did, and no cap is exceeded.
    /// Stamps that are too early once the time is known, and have not been settled yet (<see cref="ShowingsProjection"/>), count as of now.
    /// </summary>
    private ImmutableArray<PastShowing> ReadShown(SqliteConnection database, PresentVisit visit, DisplayId? display, Bundle bundle, DateTimeOffset now, bool isKnown)
    {
        if (bundle.Caps.IsEmpty) return [];
        var subjects = List(OnThisDevice(visit.Subject), out var subjectNames);
        var households = List(Households(visit), out var householdNames, "$household");
        using var rows = Select(
            database,
            $"""
            SELECT decision, offer, iif(boot IS NOT NULL AND $known, max(shown_ms, $now), shown_ms), coalesce(subject IN {subjects}, 0), coalesce(household IN {households}, 0),
                display IS NOT NULL AND display IS $display, class, supplier
            FROM showing WHERE (subject IN {subjects} AND shown_ms >= $since) OR (household IN {households} AND shown_ms >= $since) OR (display = $display AND shown_ms >= $screenSince)
            UNION
            SELECT decision, offer, max(shown_ms, $now), coalesce(subject IN {subjects}, 0), coalesce(household IN {households}, 0), display IS NOT NULL AND display IS $display, class, supplier
            FROM showing INDEXED BY showing_unsettled WHERE boot IS NOT NULL AND $known AND (subject IN {subjects} OR household IN {households} OR display = $display)
            """,
            [.. subjectNames, .. householdNames, ("$display", display?.Value), ("$known", isKnown), ("$now", now.ToUnixTimeMilliseconds()),
            // A screen shows thousands of things in the month that a customer's cap may look back.
            ("$since", Since(CapHolders.Customer | CapHolders.Household)), ("$screenSince", Since(CapHolders.Screen))]);
        var shown = ImmutableArray.CreateBuilder<PastShowing>();
        while (rows.Reader.Read())
        {
            var id = new OfferId(rows.Reader.GetString(1));
            var offer = bundle.Find(id);
            var to = (rows.Reader.GetBoolean(3) ? CapHolders.Customer | CapHolders.Household : 0) | (rows.Reader.GetBoolean(4) ? CapHolders.Household : 0)
                | (rows.Reader.GetBoolean(5) ? CapHolders.Screen : 0);
            OfferClass? kind = !rows.Reader.IsDBNull(6) && Enum.TryParse<OfferClass>(rows.Reader.GetString(6), out var known) ? known : offer?.Class;
            // A notice: no cap counts what central has to say to somebody.
            if (kind == OfferClass.Service && offer is null) continue;
            SupplierId? supplier = rows.Reader.IsDBNull(7) ? kind is null ? null : offer?.Supplier : new(rows.Reader.GetString(7));
            shown.Add(new(id, supplier, kind, DateTimeOffset.FromUnixTimeMilliseconds(rows.Reader.GetInt64(2)), to));
        }

        return shown.ToImmutable();

        long Since(CapHolders holders) => (now - bundle.Caps.Where(c => (c.Per & holders) != 0).Select(c => c.Window).DefaultIfEmpty().Max()).ToUnixTimeMilliseconds();
    }

    private static Rows Select(SqliteConnection database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return new(command, command.ExecuteReader());
    }

    private readonly record struct Rows(SqliteCommand Command, SqliteDataReader Reader) : IDisposable
    {
        public void Dispose()
        {
            Reader.Dispose();
            Command.Dispose();
        }
    }
}

/// <summary>A showing that a crash cut off.</summary>
internal sealed record UnendedShowing(DecisionId Decision, OfferId Offer, string? Visit, DisplayId Display, DateTimeOffset DecidedAt, string? Showing, DateTimeOffset? RenderedAt);

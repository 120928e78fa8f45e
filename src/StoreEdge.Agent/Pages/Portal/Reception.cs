using System.Security.Cryptography;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>What a phone asks for when it accepts.</summary>
/// <param name="Text">The wording it was shown.</param>
/// <param name="Loyalty">The loyalty box was ticked.</param>
/// <param name="Marketing">The marketing box was ticked.</param>
/// <param name="Number">What was typed as loyalty number; used only with the loyalty box, and never kept.</param>
/// <param name="Code">What the tenant's app had put into the portal's address; used as the number is, where none was typed.</param>
internal sealed record Wish(PortalText Text, bool Loyalty, bool Marketing, string Number, string Code = "");

/// <summary>What came of an acceptance.</summary>
/// <param name="Session">The session.</param>
/// <param name="Note">What to tell the customer (a key of <see cref="PortalText.Done"/>), or null.</param>
/// <param name="Passes">Whether the door opened.</param>
internal sealed record Accepted(PortalSession Session, string? Note, bool Passes);

/// <summary>
/// Lets people in and keeps their word: who accepts becomes a visit with a receipt, and every later choice is in the journal before it counts.
/// </summary>
/// <remarks>
/// No deed can be cancelled: once begun it is finished and journaled, even when the phone has hung up.
/// </remarks>
internal sealed class Reception(
    PortalOptions options, JournalStore journal, PortalSessions sessions, IPortalArrivals arrivals, Doorkeeper doorkeeper, RecogniseLogin recognise, RecogniseLogin recogniseLink, HasStopped hasStopped,
    MayStillGrant mayStillGrant, TimeProvider time, Func<DateTimeOffset> atLeast, Func<Pseudonym, Pseudonym, Task>? goesOnAs = null) : IDisposable
{
    private readonly Recent<string, Instant> followed = new(options.MaxDevices);
    private readonly RateCap vainNumbers = new(options.LoginAttempts, TimeSpan.FromMinutes(10), options.MaxDevices, time);

    // One acceptance per phone at a time, or a double tap would be two visits; one deed per session at a time, or "not me" twice would be two guests.
    private readonly Turns perDevice = new(), perReceipt = new();
    private readonly SemaphoreSlim lookUp = new(1);

    /// <summary>The session behind a phone page's address, or null where it is unknown, expired or void.</summary>
    public PortalSession? Find(string sessionToken) =>
        journal.Query(database => sessions.ByToken(database, sessionToken, atLeast())) is { Terms: true } session ? AsItStands(session) : null;

    /// <summary>The session of a phone that is here, whose visit goes on; null for others.</summary>
    public PortalSession? SessionOf(DeviceKey device) => doorkeeper.ReceiptOf(device) is { } receipt && ByReceipt(receipt) is { Over: false } session ? session : null;

    /// <summary>The phone of a session shows life: its visit goes on, and it still counts as the same phone.</summary>
    public void StillHere(DeviceKey? device, PortalSession session)
    {
        if (session.Over) return;
        arrivals.StillHere([session.Subject]);
        doorkeeper.Touch(device, session);
    }

    /// <summary>Takes an acceptance, then opens the door. The same phone within its visit gets the same visit again; boxes it leaves unticked then withdraw nothing.</summary>
    public async Task<Accepted> AcceptAsync(DeviceKey device, Wish wish)
    {
        using var turn = await perDevice.TakeAsync(device.Value);
        var (customer, note) = Recognise(device, wish);
        var means = customer is null ? null : MeansOf(wish);
        var session = await AcceptAsync(device, customer, means, wish);
        return new(session, note, await doorkeeper.LetInAsync(device, session));
    }

    /// <summary>Takes up again whoever comes back while they may still pass.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (await doorkeeper.WaitForReturnAsync(stop)) await WelcomeBackAsync().WaitAsync(stop);
    }

    /// <summary>
    /// Whoever is back while they may pass is present again under the receipt that they pass with: its terms still hold. They join the visit that they left, or begin another one where they were
    /// away for too long. The passage becomes no longer by it.
    /// </summary>
    public async Task WelcomeBackAsync()
    {
        foreach (var device in doorkeeper.Returned())
        {
            using var turn = await perDevice.TakeAsync(device.Value);
            if (doorkeeper.Welcome(device) is not { } receipt || ByReceipt(receipt) is not { } session) continue;
            try
            {
                await AtTheDeskAsync(session, async live =>
                {
                    var visit = await arrivals.ArriveAsync(live.Subject, AssuranceOf(live.Subject), CancellationToken.None);
                    return visit == live.Visit ? live : await KeepAsync(live with { Visit = visit });
                });
            }
            catch (JournalFault)
            {
                // The journal says itself what is wrong with it. The visit is open by now, so that the next attempt tells no second arrival.
                doorkeeper.NotWelcomed(device);
            }
        }
    }

    /// <summary>Journals a choice; it counts from the commit on.</summary>
    /// <returns>The session, or null where it is void by now.</returns>
    public Task<PortalSession?> ChooseAsync(PortalSession session, string choice, string? offerId, string? decisionId, string? target = null) => AtTheDeskAsync(session, async live =>
    {
        await SayAsync(live, choice, offerId, decisionId, target);
        return live;
    });

    /// <summary>Takes back the consent to personal offers.</summary>
    /// <returns>The session as it is now, or null where it is void by now.</returns>
    public Task<PortalSession?> RevokeMarketingAsync(PortalSession session) => AtTheDeskAsync(session, live => KeepAsync(live with { Marketing = false }));

    /// <summary>Takes back the terms themselves, and with them everything: the visit ends, and whoever passes with the receipt does not any more.</summary>
    /// <returns>The void session, or null where it was void already.</returns>
    public Task<PortalSession?> RevokeTermsAsync(PortalSession session) => AtTheDeskAsync(session, async live =>
    {
        var after = await KeepAsync(live with { Terms = false, Loyalty = false, Marketing = false });
        arrivals.Leave(live.Subject);
        await doorkeeper.LetOutAsync(live.Receipt);
        return after;
    });

    /// <summary>Takes back the consent to be recognised. A recognised customer goes on as a guest, on a session that nothing ties to the customer.</summary>
    /// <returns>The session to go on with, or null where it is void by now.</returns>
    public Task<PortalSession?> RevokeLoyaltyAsync(DeviceKey? device, PortalSession session) => AtTheDeskAsync(session, async live =>
    {
        if (!live.Recognised) return await KeepAsync(live with { Loyalty = false });
        await KeepAsync(live with { Terms = false, Loyalty = false });
        return await ChangeAsync(device, live, NewGuest(), null, TextOf(live), loyalty: false, live.Marketing);
    });

    /// <summary>"Not me": the receipt is void in every part, since the customer it names never gave it, and whoever holds the phone goes on as a guest.</summary>
    /// <returns>The guest's session, or null where the old one is void by now.</returns>
    public Task<PortalSession?> ContinueAsGuestAsync(DeviceKey? device, PortalSession session) => AtTheDeskAsync(session, async live =>
    {
        await KeepAsync(live with { Terms = false, Loyalty = false, Marketing = false });
        return await ChangeAsync(device, live, NewGuest(), null, TextOf(live), loyalty: false, marketing: false);
    });

    /// <summary>The customer says that what they wanted or bought was, or was not, for somebody else.</summary>
    /// <returns>The session, or null where it is void by now.</returns>
    public Task<PortalSession?> MarkGiftAsync(PortalSession session, string demand, string? offerId, bool gift) => AtTheDeskAsync(session, async live =>
    {
        await journal.AppendAsync(new GiftMarkedData(live.Visit.Value, live.Subject.Value, demand, offerId, gift, live.Assurance), Instant.Now(time), CancellationToken.None);
        return live;
    });

    /// <summary>Erases the customer, whose session goes with the rest; nobody passes with its receipt any more.</summary>
    /// <param name="session">The session.</param>
    /// <param name="erase">Erases; false where it cannot be done now.</param>
    /// <returns>Whether it was done; null where the session is void by now.</returns>
    public async Task<bool?> EraseAsync(PortalSession session, Func<Pseudonym, Task<bool>> erase)
    {
        bool? done = null;
        await AtTheDeskAsync(session, async live =>
        {
            done = await erase(live.Subject);
            if (done == true) await doorkeeper.LetOutAsync(live.Receipt);
            return live;
        });
        return done;
    }

    /// <summary>Looks something up that goes through the whole journal: for one customer at a time, so that the store has its mind on its work.</summary>
    public async Task<T> OneByOneAsync<T>(Func<T> find, CancellationToken stop)
    {
        await lookUp.WaitAsync(stop);
        try
        {
            return await Task.Run(find, stop);
        }
        finally
        {
            lookUp.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        perDevice.Dispose();
        perReceipt.Dispose();
        lookUp.Dispose();
    }

    private static PortalText TextOf(PortalSession session) => PortalText.ByTag(session.Language) ?? PortalText.All[0];

    private static Pseudonym NewGuest() => new($"visit-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");

    // Nobody in particular is claimed about a guest; a login was typed by the customer.
    private static Assurance AssuranceOf(Pseudonym subject) => subject.IsAnonymous ? Assurance.Low : Assurance.High;

    private static string WordOf(Pseudonym subject) => AssuranceOf(subject) == Assurance.High ? "high" : "low";

    /// <summary>In the contract's word. Telephone numbers without a plus or a bracket cannot be told from a card's.</summary>
    private static string MeansOf(Wish wish) =>
        string.IsNullOrWhiteSpace(wish.Number) ? IdentifiedData.Link
        : wish.Number.Contains('@', StringComparison.Ordinal) ? "email"
        : wish.Number.TrimStart() is ['+' or '(', ..] ? "phone"
        : "number";

    private async Task<PortalSession> AcceptAsync(DeviceKey device, Pseudonym? customer, string? means, Wish wish)
    {
        if (SessionOf(device) is not { } current) return await BeginAsync(customer ?? NewGuest(), means, wish.Text, wish.Loyalty, wish.Marketing);
        if (customer is { } other && other != current.Subject) return await ChangeAsync(device, current, other, means, wish.Text, wish.Loyalty, wish.Marketing);
        var visit = await arrivals.ArriveAsync(current.Subject, AssuranceOf(current.Subject), CancellationToken.None);
        if (means == IdentifiedData.Link && !current.Proven) await IdentifyAsync(current with { Visit = visit }, means);
        var renewed = current with { Visit = visit, Proven = current.Proven || means == IdentifiedData.Link, Loyalty = current.Loyalty || wish.Loyalty, Marketing = current.Marketing || wish.Marketing };
        return renewed == current ? current : await KeepAsync(renewed with { Language = wish.Text.Tag, TextVersion = wish.Text.VersionFor(options) });
    }

    private (Pseudonym? Customer, string? Note) Recognise(DeviceKey device, Wish wish)
    {
        if (!wish.Loyalty) return (null, null);
        var isLink = string.IsNullOrWhiteSpace(wish.Number);
        if (isLink && wish.Code.Length == 0) return (null, "no-number");
        var unknown = isLink ? "old-link" : "unknown-number";
        // A phone that has tried too many numbers hears the same as one that tried a wrong one: it learns nothing more.
        if (!vainNumbers.Has(device)) return (null, unknown);
        if ((isLink ? FollowLink(wish.Code) : recognise(wish.Number.Trim())) is { } customer) return (customer, null);
        vainNumbers.TryTake(device);
        return (null, unknown);
    }

    // Once: whoever has read it in a history or off the air is too late. Only good ones are remembered, and only central can make those, so nobody can crowd them out.
    private Pseudonym? FollowLink(string code)
    {
        if (recogniseLink(code) is not { } customer) return null;
        lock (followed)
        {
            if (followed.TryGet(code, out _)) return null;
            followed.Set(code, Instant.Now(time));
            return customer;
        }
    }

    /// <param name="subject">Who it is from here on.</param>
    /// <param name="means">By what they were recognised; null for a guest.</param>
    /// <param name="text">The wording they were shown.</param>
    /// <param name="loyalty">They may be recognised.</param>
    /// <param name="marketing">They may get personal offers.</param>
    private async Task<PortalSession> BeginAsync(Pseudonym subject, string? means, PortalText text, bool loyalty, bool marketing)
    {
        var visit = await arrivals.ArriveAsync(subject, AssuranceOf(subject), CancellationToken.None);
        var session = await KeepAsync(new(Guid.NewGuid().ToString(), visit, subject, text.Tag, text.VersionFor(options), Terms: true, loyalty, marketing, atLeast(), Over: false));
        if (means is null) return session;
        await IdentifyAsync(session, means);
        return session with { Proven = means == IdentifiedData.Link };
    }

    private async Task IdentifyAsync(PortalSession session, string means) =>
        await journal.AppendAsync(new IdentifiedData(session.Visit.Value, session.Subject.Value, means, session.Assurance, session.Receipt), Instant.Now(time), CancellationToken.None);

    /// <summary>The same person goes on under another subject. Their "stop" goes with them, unless they ask for personal offers in the same breath.</summary>
    private async Task<PortalSession> ChangeAsync(DeviceKey? device, PortalSession from, Pseudonym subject, string? means, PortalText text, bool loyalty, bool marketing)
    {
        var stopped = hasStopped(from.Subject) && !marketing;
        // Before the guest's visit is over, for then nothing says any more what they were shown.
        if (goesOnAs is not null) await goesOnAs(from.Subject, subject);
        arrivals.Leave(from.Subject);
        var session = await BeginAsync(subject, means, text, loyalty, marketing);
        await doorkeeper.ChangeAsync(device, from.Receipt, session);
        if (stopped) await SayAsync(session, "stop", null, null);
        return session;
    }

    private async Task SayAsync(PortalSession session, string choice, string? offerId, string? decisionId, string? target = null) =>
        await journal.AppendAsync(
            new ChoiceData(session.Visit.Value, session.Subject.Value, choice, offerId, decisionId, WordOf(session.Subject), Target: target), Instant.Now(time), CancellationToken.None);

    private async Task<PortalSession> KeepAsync(PortalSession s)
    {
        var consent = new ConsentData(s.Visit.Value, s.Subject.Value, s.Receipt, s.TextVersion, s.Language, s.Terms, s.Loyalty, s.Marketing, WordOf(s.Subject));
        await journal.AppendAsync(consent, Instant.Now(time), CancellationToken.None);
        return s;
    }

    /// <summary>Does something for a session as it is now, one deed at a time.</summary>
    /// <returns>The session to go on with, or null where it is void by now and nothing was done.</returns>
    public async Task<PortalSession?> AtTheDeskAsync(PortalSession session, Func<PortalSession, Task<PortalSession>> deed)
    {
        using var turn = await perReceipt.TakeAsync(session.Receipt);
        return ByReceipt(session.Receipt) is { } live ? await deed(live) : null;
    }

    private PortalSession? ByReceipt(string receipt) =>
        journal.Query(database => sessions.ByReceipt(database, receipt, atLeast())) is { Terms: true } session ? AsItStands(session) : null;

    /// <summary>Whatever is journaled of a session later must not bring back what its customer has taken back elsewhere.</summary>
    private PortalSession AsItStands(PortalSession session)
    {
        var (loyalty, marketing) = mayStillGrant(session.Subject);
        return session with { Loyalty = session.Loyalty && loyalty, Marketing = session.Marketing && marketing };
    }
}

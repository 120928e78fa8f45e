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
internal sealed record Wish(PortalText Text, bool Loyalty, bool Marketing, string Number);

/// <summary>
/// Lets people in and keeps their word: who accepts becomes a visit with a receipt, and every later choice is in the journal before it counts.
/// </summary>
/// <remarks>
/// Which phone has which session is known in RAM only: after a restart a recognised customer finds the same visit again, an anonymous phone that accepts
/// anew begins a new one. No deed can be cancelled: once begun it is finished and journaled, even when the phone has hung up.
/// </remarks>
internal sealed class Reception(
    PortalOptions options, JournalStore journal, PortalSessions sessions, IPortalArrivals arrivals, RecogniseLogin recognise, HasStopped hasStopped, TimeProvider time,
    Func<DateTimeOffset> atLeast) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Recent<DeviceKey, (string Receipt, Instant Seen)> devices = new(options.MaxDevices);
    private readonly RateCap vainNumbers = new(options.LoginAttempts, TimeSpan.FromMinutes(10), options.MaxDevices, time);

    // One acceptance per phone at a time, or a double tap would be two visits; one deed per session at a time, or "not me" twice would be two guests.
    private readonly Turns perDevice = new(), perReceipt = new();

    /// <summary>The session behind a phone page's address, or null where it is unknown, expired or void.</summary>
    public PortalSession? Find(string sessionToken) =>
        journal.Query(database => sessions.ByToken(database, sessionToken, atLeast())) is { Terms: true } session ? session : null;

    /// <summary>The phone of a session shows life: its visit goes on, and its address still counts as the same phone.</summary>
    public void StillHere(DeviceKey? device, PortalSession session)
    {
        if (session.Over) return;
        arrivals.StillHere(session.Subject);
        if (device is not { } known) return;
        lock (gate)
        {
            if (devices.TryGet(known, out var entry) && entry.Receipt == session.Receipt) devices.Set(known, (entry.Receipt, Instant.Now(time)));
        }
    }

    /// <summary>Takes an acceptance. The same phone within its visit gets the same visit again; boxes it leaves unticked then withdraw nothing.</summary>
    /// <returns>The session, and what to tell the customer (a key of <see cref="PortalText.Done"/>) or null.</returns>
    public async Task<(PortalSession Session, string? Note)> AcceptAsync(DeviceKey? device, Wish wish)
    {
        using var turn = await perDevice.TakeAsync(device?.Value ?? Guid.NewGuid().ToString());
        var (customer, note) = Recognise(device, wish);
        var current = SessionOf(device);
        if (current is null) return (await BeginAsync(device, customer ?? NewGuest(), wish.Text, wish.Loyalty, wish.Marketing), note);
        if (customer is { } other && other != current.Subject) return (await ChangeAsync(device, current, other, wish.Text, wish.Loyalty, wish.Marketing), note);

        var visit = await arrivals.ArriveAsync(current.Subject, AssuranceOf(current.Subject), CancellationToken.None);
        var renewed = current with { Visit = visit, Loyalty = current.Loyalty || wish.Loyalty, Marketing = current.Marketing || wish.Marketing };
        if (renewed != current)
        {
            renewed = renewed with { Language = wish.Text.Tag, TextVersion = wish.Text.VersionFor(options) };
            await KeepAsync(renewed);
        }

        Remember(device, renewed.Receipt);
        return (renewed, note);
    }

    /// <summary>Journals a choice; it counts from the commit on.</summary>
    /// <returns>The session, or null where it is void by now.</returns>
    public Task<PortalSession?> ChooseAsync(PortalSession session, string choice, string? offerId, string? decisionId) => AtTheDeskAsync(session, async live =>
    {
        await SayAsync(live, choice, offerId, decisionId);
        return live;
    });

    /// <summary>Takes back the consent to personal offers.</summary>
    /// <returns>The session as it is now, or null where it is void by now.</returns>
    public Task<PortalSession?> RevokeMarketingAsync(PortalSession session) => AtTheDeskAsync(session, live => KeepAsync(live with { Marketing = false }));

    /// <summary>Takes back the consent to be recognised. A recognised customer goes on as a guest, on a session that nothing ties to the customer.</summary>
    /// <returns>The session to go on with, or null where it is void by now.</returns>
    public Task<PortalSession?> RevokeLoyaltyAsync(DeviceKey? device, PortalSession session) => AtTheDeskAsync(session, async live =>
    {
        if (!live.Recognised) return await KeepAsync(live with { Loyalty = false });
        await KeepAsync(live with { Terms = false, Loyalty = false });
        return await ChangeAsync(device, live, NewGuest(), TextOf(live), loyalty: false, live.Marketing);
    });

    /// <summary>"Not me": the receipt is void in every part, since the customer it names never gave it, and whoever holds the phone goes on as a guest.</summary>
    /// <returns>The guest's session, or null where the old one is void by now.</returns>
    public Task<PortalSession?> ContinueAsGuestAsync(DeviceKey? device, PortalSession session) => AtTheDeskAsync(session, async live =>
    {
        await KeepAsync(live with { Terms = false, Loyalty = false, Marketing = false });
        return await ChangeAsync(device, live, NewGuest(), TextOf(live), loyalty: false, marketing: false);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        perDevice.Dispose();
        perReceipt.Dispose();
    }

    private static PortalText TextOf(PortalSession session) => PortalText.ByTag(session.Language) ?? PortalText.All[0];

    private static Pseudonym NewGuest() => new($"visit-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");

    // Nobody in particular is claimed about a guest; a login was typed by the customer.
    private static Assurance AssuranceOf(Pseudonym subject) => subject.IsAnonymous ? Assurance.Low : Assurance.High;

    private static string WordOf(Pseudonym subject) => AssuranceOf(subject) == Assurance.High ? "high" : "low";

    private (Pseudonym? Customer, string? Note) Recognise(DeviceKey? device, Wish wish)
    {
        if (!wish.Loyalty) return (null, null);
        if (string.IsNullOrWhiteSpace(wish.Number)) return (null, "no-number");
        // A phone that has tried too many numbers hears the same as one that tried a wrong one: it learns nothing more.
        if (device is { } guesser && !vainNumbers.Has(guesser)) return (null, "unknown-number");
        if (recognise(wish.Number.Trim()) is { } customer) return (customer, null);
        if (device is { } mistaken) vainNumbers.TryTake(mistaken);
        return (null, "unknown-number");
    }

    private async Task<PortalSession> BeginAsync(DeviceKey? device, Pseudonym subject, PortalText text, bool loyalty, bool marketing)
    {
        var visit = await arrivals.ArriveAsync(subject, AssuranceOf(subject), CancellationToken.None);
        var session = await KeepAsync(
            new(Guid.NewGuid().ToString(), visit, subject, text.Tag, text.VersionFor(options), Terms: true, loyalty, marketing, atLeast(), Over: false));
        Remember(device, session.Receipt);
        return session;
    }

    /// <summary>The same person goes on under another subject. Their "stop" goes with them, unless they ask for personal offers in the same breath.</summary>
    private async Task<PortalSession> ChangeAsync(DeviceKey? device, PortalSession from, Pseudonym subject, PortalText text, bool loyalty, bool marketing)
    {
        var stopped = hasStopped(from.Subject) && !marketing;
        arrivals.Leave(from.Subject);
        var session = await BeginAsync(device, subject, text, loyalty, marketing);
        if (stopped) await SayAsync(session, "stop", null, null);
        return session;
    }

    private async Task SayAsync(PortalSession session, string choice, string? offerId, string? decisionId) =>
        await journal.AppendAsync(new ChoiceData(session.Visit.Value, session.Subject.Value, choice, offerId, decisionId, WordOf(session.Subject)), Instant.Now(time), CancellationToken.None);

    private async Task<PortalSession> KeepAsync(PortalSession s)
    {
        var consent = new ConsentData(s.Visit.Value, s.Subject.Value, s.Receipt, s.TextVersion, s.Language, s.Terms, s.Loyalty, s.Marketing, WordOf(s.Subject));
        await journal.AppendAsync(consent, Instant.Now(time), CancellationToken.None);
        return s;
    }

    private async Task<PortalSession?> AtTheDeskAsync(PortalSession session, Func<PortalSession, Task<PortalSession>> deed)
    {
        using var turn = await perReceipt.TakeAsync(session.Receipt);
        return ByReceipt(session.Receipt) is { } live ? await deed(live) : null;
    }

    private PortalSession? ByReceipt(string receipt) =>
        journal.Query(database => sessions.ByReceipt(database, receipt, atLeast())) is { Terms: true } session ? session : null;

    private PortalSession? SessionOf(DeviceKey? device)
    {
        if (device is not { } known) return null;
        string receipt;
        lock (gate)
        {
            if (!devices.TryGet(known, out var entry) || Instant.Now(time) - entry.Seen > options.DeviceIdle) return null;
            receipt = entry.Receipt;
        }

        return ByReceipt(receipt) is { Over: false } session ? session : null;
    }

    private void Remember(DeviceKey? device, string receipt)
    {
        if (device is not { } known) return;
        lock (gate) devices.Set(known, (receipt, Instant.Now(time)));
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Displays;

/// <summary>
/// Puts showings on displays, believes only what a display itself acknowledges, and keeps the proof of play. A showing has a time to live and ends with the
/// visit it was for; a page that connects is given the present state, never a past one.
/// </summary>
internal sealed partial class DisplayHub(IReadOnlyList<DisplayPlace> displays, IdleContent factoryIdle, JournalStore journal, TimeProvider time, HealthBoard health)
{
    /// <summary>Pages that are not the screen itself: technicians' previews, and on a display without a key its page on another machine.</summary>
    public const int MostClients = 4;

    /// <summary>Pages of the screen itself: the kiosk, and those of browsers that died and whose lines have not been noticed to be dead. The newest wins, so nobody keeps the screen out.</summary>
    public const int MostOwn = 3;

    private const string NotKept = "proof-not-kept";

    /// <summary>A page acknowledges within two frames; one that has not after this long will not.</summary>
    public static readonly TimeSpan RenderTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What somebody else's content leaves alone: a headline and a line of text are read in 4–5 s from a few steps away.</summary>
    public static readonly TimeSpan MinimumDwell = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private long notKept;
    private readonly Dictionary<DisplayId, Screen> screens = displays.ToDictionary(d => d.Id, d => new Screen(d, Instant.Now(time), d.LookAt(time.GetLocalNow())));
    private readonly string instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private IdleContent idle = factoryIdle;

    /// <summary>Told when a display has become free because a showing expired or a page connected, or may be given to somebody else since it has been read; never under the lock.</summary>
    public event Action<DisplayId>? Freed;

    /// <summary>Every display.</summary>
    public IReadOnlyList<DisplayPlace> All => displays;

    /// <summary>Whether there is such a display.</summary>
    public DisplayPlace? Find(string id) => screens.TryGetValue(new(id), out var screen) ? screen.Place : null;

    /// <summary>Every display's name, for error messages.</summary>
    public string Names => displays.Count == 0 ? "none is configured" : string.Join(", ", displays.Select(d => d.Id.Value));

    /// <summary>What a display shows while it has nothing else; pages in idle get it at once.</summary>
    public IdleContent Idle
    {
        get => Volatile.Read(ref idle);
        set
        {
            Volatile.Write(ref idle, value);
            lock (gate)
                foreach (var screen in screens.Values.Where(s => s.Current is null)) SendWhileLocked(screen);
        }
    }

    /// <summary>What the display is to show now; null while idle.</summary>
    public Showing? Current(DisplayId display)
    {
        lock (gate) return screens[display].Current;
    }

    /// <summary>Whether a page is connected to the display.</summary>
    public bool IsConnected(DisplayId display)
    {
        lock (gate) return screens[display].Clients.Count > 0;
    }

    /// <summary>Whether what it shows was drawn less than <see cref="MinimumDwell"/> ago.</summary>
    public bool IsBeingRead(DisplayId display)
    {
        lock (gate) return screens[display].ReadSince is { } since && Instant.Now(time) - since < MinimumDwell;
    }

    /// <summary>Whether it shows anything at this hour.</summary>
    public bool IsLit(DisplayId display)
    {
        lock (gate) return screens[display].Look.Lit;
    }

    /// <summary>
    /// Puts a showing on a display; whatever was there has been replaced. What is over by now, or personal on a screen that is not theirs any more, is not shown: its decision took a while
    /// to be kept. Its proof says so, and what is there stays.
    /// </summary>
    public async ValueTask ShowAsync(DisplayId display, Showing showing, CancellationToken stop)
    {
        ProofOfPlayData? proof;
        lock (gate)
        {
            var screen = screens[display];
            proof = TooLateWhileLocked(screen, showing) is { } reason ? ProofOf(screen.Place, showing, null, null, reason) : SwapWhileLocked(screen, showing, EndReason.Replaced);
        }

        if (proof is not null) await KeepAsync(proof, Instant.Now(time), stop);
    }

    /// <summary>Ends what the display shows; it falls back to idle.</summary>
    public async ValueTask EndAsync(DisplayId display, EndReason reason, CancellationToken stop)
    {
        ProofOfPlayData? proof;
        lock (gate) proof = SwapWhileLocked(screens[display], null, reason);
        if (proof is not null) await KeepAsync(proof, Instant.Now(time), stop);
    }

    /// <summary>Takes a display's word for what it drew.</summary>
    /// <returns>Whether that is what it was to draw; false for a showing that is over.</returns>
    public async ValueTask<bool> AcknowledgeAsync(DisplayId display, Acknowledgement ack, CancellationToken stop)
    {
        RenderedData? rendered = null;
        var now = Instant.Now(time);
        bool isCurrent, isSame;
        lock (gate)
        {
            var screen = screens[display];
            screen.HeardAt = now;
            screen.EverHeard = true;
            if (ack.Frame != screen.Frame) (screen.Frame, screen.FrameMovedAt) = (ack.Frame, now);
            if (TakePatternWhileLocked(screen, ack, now)) return true;
            isCurrent = ack.Showing == screen.Current?.Id;
            isSame = screen.Current is null || ack.ContentHash == screen.Place.HashOf(screen.Current.Poster);
            if (isCurrent && isSame && screen is { Current: { } showing, RenderedAt: null })
            {
                screen.RenderedAt = time.GetUtcNow();
                screen.ReadSince = now;
                screen.Rendered++;
                rendered = new(
                    showing.Id, showing.Decision.Value, showing.Visit.Value, display.Value, showing.Offer.Value, ack.ContentHash,
                    showing.CameAt is { } came ? (now - came).TotalMilliseconds : null);
            }
        }

        if (isCurrent && !isSame)
            health.Raise($"display-content:{display}", Severity.Warning, $"Display {display} draws something else than it was sent.", $"Reload the page /display/{display} on it; its browser may be too old.");
        else if (isCurrent) health.Clear($"display-content:{display}");
        if (rendered is not null) await KeepAsync(rendered, now, stop);
        return isCurrent;
    }

    /// <summary>Connects a page: it is given the present state at once and every later one; only the newest waits if it is slow.</summary>
    /// <param name="display">Which.</param>
    /// <param name="isOwn">Whether it is the screen itself. Its oldest page then makes room; others are refused.</param>
    /// <returns>Null when the display has its pages already.</returns>
    public ChannelReader<ScreenFrame>? Connect(DisplayId display, bool isOwn = false)
    {
        var client = new ScreenClient(Channel.CreateBounded<ScreenFrame>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }), isOwn);
        lock (gate)
        {
            var screen = screens[display];
            var alike = screen.Clients.Where(c => c.IsOwn == isOwn).ToList();
            if (!isOwn && alike.Count >= MostClients) return null;
            if (isOwn && alike.Count >= MostOwn)
            {
                alike[0].Channel.Writer.TryComplete();
                screen.Clients.Remove(alike[0]);
            }

            screen.Clients.Add(client);
            client.Channel.Writer.TryWrite(FrameWhileLocked(screen, isOwn));
            if (screen.Current is not null) screen.SentAt ??= time.GetUtcNow();
        }

        Freed?.Invoke(display);
        return client.Channel.Reader;
    }

    /// <summary>The page is gone.</summary>
    public void Disconnect(DisplayId display, ChannelReader<ScreenFrame> client)
    {
        lock (gate) screens[display].Clients.RemoveAll(c => c.Channel.Reader == client);
    }

    /// <summary>Every display as it is now.</summary>
    public IReadOnlyList<DisplayStatus> Status()
    {
        var now = Instant.Now(time);
        lock (gate)
        {
            return [.. screens.Values.Select(s => new DisplayStatus(
                s.Place.Id, s.Place.Zone, s.Clients.Count, s.Current is { IsPersonal: true } ? "—" : s.Current?.OfferName, s.EverHeard ? now - s.HeardAt : null, s.Frame, s.Rendered,
                now - s.FrameMovedAt))];
        }
    }

    /// <summary>Ends what is over and looks after the displays, twice a second, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), time);
        while (await timer.WaitForNextTickAsync(stop)) await TickAsync(stop);
    }

    internal async ValueTask TickAsync(CancellationToken stop)
    {
        var now = Instant.Now(time);
        var freed = new List<(DisplayId Display, ProofOfPlayData Proof)>();
        var read = new List<DisplayId>();
        var over = new List<(DisplayId Display, ScreenClaim Claim, ProofOfPlayData? Proof)>();
        var local = time.GetLocalNow();
        lock (gate)
        {
            foreach (var screen in screens.Values)
            {
                EndPatternWhileLocked(screen, now);
                if (screen.Claim is { } claim && now >= claim.Until)
                    over.Add((screen.Place.Id, claim, UnclaimWhileLocked(screen, EndReason.Released).Proof));
                if (screen.Place.LookAt(local) is var look && look != screen.Look)
                {
                    if (look.Lit && !screen.Look.Lit) read.Add(screen.Place.Id);
                    screen.Look = look;
                    if (!look.Lit && screen.Current is not null) End(screen, EndReason.Closed);
                    else AnewWhileLocked(screen);
                }

                if (Codes.Renew(screen.Place.Id) && screen.Claim is null) AnewWhileLocked(screen);
                if (screen.Current is { } showing && now >= showing.Until) End(screen, EndReason.Expired);
                else if (screen is { Current: { } silent, RenderedAt: null } && now - silent.Since >= RenderTimeout) End(screen, EndReason.NotRendered);
                if (screen.ReadSince is { } since && now - since >= MinimumDwell)
                {
                    screen.ReadSince = null;
                    read.Add(screen.Place.Id);
                }

                DisplayHealth.Judge(screen, now, time.GetUtcNow(), health);
            }
        }

        foreach (var (display, proof) in freed)
        {
            await KeepAsync(proof, now, stop);
            if (proof.RenderedAt is not null) Freed?.Invoke(display);
        }

        foreach (var display in read) Freed?.Invoke(display);
        foreach (var (display, claim, proof) in over)
        {
            if (proof is not null) await KeepAsync(proof, now, stop);
            ClaimOver?.Invoke(display, claim);
        }

        void End(Screen screen, EndReason reason)
        {
            if (SwapWhileLocked(screen, null, reason) is { } proof) freed.Add((screen.Place.Id, proof));
        }
    }

    /// <summary>A screen goes on while the journal refuses; what it cannot prove meanwhile is counted and shown to the technician, not made up later.</summary>
    private async ValueTask KeepAsync(IEventData proof, Instant at, CancellationToken stop)
    {
        try
        {
            await journal.AppendAsync(proof, at, stop);
            health.Clear(NotKept);
        }
        catch (JournalFault fault)
        {
            var lost = Interlocked.Increment(ref notKept);
            health.Raise(NotKept, Severity.Fault, string.Create(CultureInfo.InvariantCulture, $"{lost} proofs of play could not be kept since the start: {fault.What}"), fault.Remedy);
        }
    }

    private ProofOfPlayData? SwapWhileLocked(Screen screen, Showing? next, EndReason reason)
    {
        var proof = screen.Current is not { } ended ? null : ProofOf(screen.Place, ended, screen.SentAt, screen.RenderedAt, reason);
        if (proof is null && next is null) return null;
        // Customers go before tests.
        if (next is not null) screen.PatternIsOn = false;
        (screen.Current, screen.SentAt, screen.RenderedAt, screen.ReadSince, screen.HasVote) = (next, null, null, null, false);
        AnewWhileLocked(screen);
        return proof;
    }

    private ProofOfPlayData ProofOf(DisplayPlace place, Showing ended, DateTimeOffset? sentAt, DateTimeOffset? renderedAt, EndReason reason) => new(
        ended.Id, ended.Decision.Value, ended.Visit.Value, place.Id.Value, ended.Offer.Value, ended.OfferName, ended.Poster.Class, ended.DecidedAt,
        sentAt, renderedAt, time.GetUtcNow(), WordOf(reason));

    private void AnewWhileLocked(Screen screen)
    {
        screen.Edition++;
        SendWhileLocked(screen);
    }

    private void SendWhileLocked(Screen screen)
    {
        foreach (var client in screen.Clients) client.Channel.Writer.TryWrite(FrameWhileLocked(screen, client.IsOwn));
        if (screen.Current is not null && screen.Clients.Count > 0) screen.SentAt ??= time.GetUtcNow();
    }

    private ScreenFrame FrameWhileLocked(Screen screen, bool isOwn)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{instance}-{screen.Edition}");
        if (screen is { PatternIsOn: true, Pattern: { } pattern }) return new(id, pattern.Showing, idle, new(Lit: true, 100), null, null, isOwn);
        return isOwn
            ? new(id, screen.Current, idle, screen.Look, screen.Claim is null ? Codes.Of(screen.Place.Id) : null, screen.Claim?.Until, IsOwn: true)
            : new(id, screen.Current is { IsPersonal: true } ? null : screen.Current, idle, screen.Look, null, null, IsOwn: false);
    }

    private static string WordOf(EndReason reason) => reason == EndReason.NotRendered ? "not-rendered" : reason.ToString().ToLowerInvariant();
}

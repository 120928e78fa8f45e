using System.Threading.Channels;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Whose phone is which, for as long as it is here: opens and closes the door by receipt, and notices who has gone. In RAM only.</summary>
/// <remarks>After a restart phones are known again from the door, which gives the receipts back; without a door of ours they are not.</remarks>
internal sealed class Doorkeeper(IGuestDoor door, PortalOptions options, IPortalArrivals arrivals, TimeProvider time) : IDisposable
{
    /// <summary>A door answers in milliseconds; one that takes longer has told nothing, and the customer is told so.</summary>
    private static readonly TimeSpan LongestOpening = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Recent<DeviceKey, Guest> guests = new(options.MaxDevices);

    // Rung when somebody is back; who, stands in the table. It holds one ring, which is about everybody.
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Takes up the phones that passed before the agent was restarted, and begins to notice who goes.</summary>
    /// <param name="sessionOf">The session of a receipt, void or not; null where it is not known any more.</param>
    /// <param name="stop">Gives up.</param>
    public async Task BeginAsync(Func<string, PortalSession?> sessionOf, CancellationToken stop)
    {
        door.Left += Gone;
        door.Returned += Back;
        foreach (var (device, receipt) in door.Guests)
        {
            // Whose receipt is not known passes on: a lost journal is not their fault. A void one was taken back in the moment in which the agent ended.
            if (sessionOf(receipt) is not { } session) continue;
            if (!session.Terms) await door.CloseAsync(device, stop);
            else lock (gate) guests.Set(device, new(receipt, session.Subject, Instant.Now(time), Stay.Here));
        }
    }

    /// <summary>Whoever passes and has not gone is present, whether they look at their page or not.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(RenewEvery, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            arrivals.StillHere(Renew());
            // Whose return could not be kept the last time.
            bell.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits until somebody may have come back.</summary>
    public ValueTask<bool> WaitForReturnAsync(CancellationToken stop) => bell.Reader.ReadAsync(stop);

    /// <summary>The phones that are back while they may pass, and whose customers are not present again yet.</summary>
    public IReadOnlyList<DeviceKey> Returned()
    {
        var passing = door.Guests;
        lock (gate) return [.. passing.Where(g => guests.TryGet(g.Device, out var guest) && guest.Stay == Stay.Back && guest.Receipt == g.Receipt).Select(g => g.Device)];
    }

    /// <summary>Counts a phone that is back as here.</summary>
    /// <returns>The receipt that it passes with; null where it is not back, or has gone again.</returns>
    public string? Welcome(DeviceKey device) => Turn(device, Stay.Back, Stay.Here);

    /// <summary>Takes a welcome back: it is tried again.</summary>
    public void NotWelcomed(DeviceKey device) => Turn(device, Stay.Here, Stay.Back);

    /// <summary>The receipt of a phone that is here; null for one that is unknown, has gone, or was silent for so long that its address may be another's.</summary>
    public string? ReceiptOf(DeviceKey? device)
    {
        if (device is not { } known) return null;
        lock (gate) return guests.TryGet(known, out var guest) && guest.Stay == Stay.Here && Instant.Now(time) - guest.Seen <= options.DeviceIdle ? guest.Receipt : null;
    }

    /// <summary>The phone of a session shows life.</summary>
    public void Touch(DeviceKey? device, PortalSession session)
    {
        if (device is not { } known) return;
        lock (gate)
        {
            if (guests.TryGet(known, out var guest) && guest.Receipt == session.Receipt) guests.Set(known, guest with { Seen = Instant.Now(time) });
        }
    }

    /// <summary>Notes whose a phone is, and lets it pass.</summary>
    /// <returns>Whether it may pass now.</returns>
    public async Task<bool> LetInAsync(DeviceKey device, PortalSession session)
    {
        lock (gate) guests.Set(device, new(session.Receipt, session.Subject, Instant.Now(time), Stay.Here));
        using var patience = new CancellationTokenSource(LongestOpening, time);
        try
        {
            return (await door.OpenAsync(device, session.Receipt, patience.Token)).IsOpen;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A phone goes on under another receipt; it passes with it if it passed before. Other phones that passed with the former one do not any more.</summary>
    public async Task ChangeAsync(DeviceKey? device, string former, PortalSession session)
    {
        if (device is { } known && door.PassageOf(known).IsOpen) await LetInAsync(known, session);
        await LetOutAsync(former, except: device);
    }

    /// <summary>Lets nobody pass any more with a receipt.</summary>
    public async Task LetOutAsync(string receipt, DeviceKey? except = null)
    {
        foreach (var (device, held) in door.Guests)
            if (held == receipt && device != except) await door.CloseAsync(device, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        door.Left -= Gone;
        door.Returned -= Back;
    }

    private List<Pseudonym> Renew()
    {
        List<Pseudonym> here = [];
        var now = Instant.Now(time);
        foreach (var (device, receipt) in door.Guests)
            lock (gate)
            {
                if (!guests.TryGet(device, out var guest) || guest.Stay != Stay.Here || guest.Receipt != receipt) continue;
                guests.Set(device, guest with { Seen = now });
                here.Add(guest.Subject);
            }

        return here;
    }

    private void Gone(DeviceKey device, StationEnd end)
    {
        Pseudonym subject;
        lock (gate)
        {
            if (!guests.TryGet(device, out var guest) || guest.Stay == Stay.Gone) return;
            guests.Set(device, guest with { Stay = Stay.Gone });
            // Who was back for less than a moment was not here.
            if (guest.Stay == Stay.Back) return;
            subject = guest.Subject;
        }

        arrivals.Leave(subject, silently: end == StationEnd.Silent);
    }

    private void Back(DeviceKey device)
    {
        if (Turn(device, Stay.Gone, Stay.Back) is not null) bell.Writer.TryWrite(true);
    }

    /// <returns>The receipt; null where the phone was not in the stay that it should turn from.</returns>
    private string? Turn(DeviceKey device, Stay from, Stay to)
    {
        lock (gate)
        {
            if (!guests.TryGet(device, out var guest) || guest.Stay != from) return null;
            guests.Set(device, guest with { Stay = to, Seen = Instant.Now(time) });
            return guest.Receipt;
        }
    }

    private enum Stay
    {
        Here,
        Gone,

        /// <summary>Here again, and to be counted as present.</summary>
        Back,
    }

    private sealed record Guest(string Receipt, Pseudonym Subject, Instant Seen, Stay Stay);
}

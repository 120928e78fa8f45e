using System.Net;
using System.Security.Cryptography;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;
using StoreEdge.Linux.Neighbours;
using StoreEdge.Linux.Nftables;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// The store's own gate as the portal's door. What the kernel's table says is true; RAM has a copy, so that nobody waits. The table is put in place by <see cref="Open"/> and stays when
/// the agent ends: who is inside goes on until their time is over, and nobody new gets in.
/// </summary>
internal sealed class GateDoor : IGuestDoor, IDisposable
{
    /// <summary>A set that is this full will be full on the next busy day.</summary>
    private const double NearlyFull = 0.8;

    private readonly GateOptions options;
    private readonly GateTable table;
    private readonly HealthBoard health;
    private readonly TimeProvider time;
    private readonly ILogger<GateDoor> log;
    private readonly Lock gate = new();
    private readonly Stations stations;
    private readonly GuestNeighbours neighbours;
    private volatile Dictionary<DeviceKey, Guest> inside = [];

    /// <summary>Passages that were closed before their time, so that closing and accepting again brings no new quota.</summary>
    private readonly Recent<DeviceKey, (uint Mark, Instant Ends)> closed;

    private bool isHeld;

    public GateDoor(GateOptions options, HealthBoard health, TimeProvider time, ILogger<GateDoor> log)
    {
        (this.options, this.health, this.time, this.log) = (options, health, time, log);
        table = new(options);
        stations = new(options.SilentAfter, time);
        closed = new(options.MaxGuests);
        neighbours = new(options, stations, health);
    }

    /// <inheritdoc/>
    public event Action<DeviceKey, StationEnd>? Left;

    /// <inheritdoc/>
    public event Action<DeviceKey>? Returned;

    /// <inheritdoc/>
    public IReadOnlyList<(DeviceKey Device, string Receipt)> Guests
    {
        get
        {
            var now = Instant.Now(time);
            return [.. inside.Where(g => g.Value.Ends > now).Select(g => (g.Key, g.Value.Receipt))];
        }
    }

    /// <summary>Whether the table is in place, as far as is known.</summary>
    public bool IsHeld => Volatile.Read(ref isHeld);

    /// <summary>Puts the gate in place, or takes it over with everybody inside. Where that is refused it warns, and nobody gets in.</summary>
    public void Open()
    {
        lock (gate)
        {
            try
            {
                var now = Instant.Now(time);
                var found = table.Read(now);
                // Who is inside in RAM and not in the kernel was removed by whoever removed the table.
                var all = found.ToDictionary(g => KeyOf(g.Station));
                foreach (var (key, guest) in inside) all.TryAdd(key, guest);
                table.Install(all.Values, now);
                inside = all;
                foreach (var key in all.Keys) stations.Enter(key);
                Volatile.Write(ref isHeld, true);
                health.Clear("gate-not-held");
                if (found.Count > 0) log.LogInformation("The gate was in place with {Count} inside; they stay", found.Count);
                Gauge();
            }
            catch (NftablesFault fault)
            {
                RaiseNotHeld(fault);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<DeviceKey?> FindAsync(IPAddress source, CancellationToken stop)
    {
        var device = neighbours.Find(source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source);
        if (device is { } found) NoticeHere(found);
        return ValueTask.FromResult(device);
    }

    /// <inheritdoc/>
    public Passage PassageOf(DeviceKey device)
    {
        var now = Instant.Now(time);
        if (!inside.TryGetValue(device, out var guest) || guest.Ends <= now) return Passage.Closed;
        return Of(options.Quota is { } quota && guest.Moved < quota && HasSpent(guest) ? guest with { Moved = quota } : guest, now);
    }

    /// <inheritdoc/>
    public ValueTask<Passage> OpenAsync(DeviceKey device, string receipt, CancellationToken stop)
    {
        if (!GateRules.IsReceipt(receipt)) throw new ArgumentException("a receipt is 1–64 visible characters without quotes", nameof(receipt));
        if (!StationAddress.TryParse(device.Value, out var station)) return ValueTask.FromResult(Passage.Closed);
        lock (gate)
        {
            try
            {
                return ValueTask.FromResult(Let(device, station, receipt));
            }
            catch (NftablesFault fault)
            {
                if (fault.Kind == NftablesFaultKind.Full) RaiseFull();
                else RaiseNotHeld(fault);
                return ValueTask.FromResult(Passage.Closed);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync(DeviceKey device, CancellationToken stop)
    {
        lock (gate)
        {
            if (!inside.TryGetValue(device, out var guest)) return ValueTask.CompletedTask;
            try
            {
                table.Remove(guest);
                Forget(device);
                closed.Set(device, (guest.Mark, guest.Ends));
                Gauge();
            }
            catch (NftablesFault fault)
            {
                RaiseNotHeld(fault);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Somebody who knows better than silence, such as the access point or the lease's end, says that a phone has gone. Said once for each going, however many say it.</summary>
    public void NoticeLeft(DeviceKey device, StationEnd how)
    {
        if (stations.Leave(device)) Left?.Invoke(device, how);
    }

    /// <summary>Somebody who knows, such as the access point, says that a phone is here.</summary>
    public void NoticeHere(DeviceKey device)
    {
        if (stations.Notice(device) && PassageOf(device).IsOpen) Returned?.Invoke(device);
    }

    /// <summary>The kernel says something of a neighbour.</summary>
    internal void Notice(Neighbour neighbour)
    {
        if (neighbour is not { State: NeighbourState.Reachable, Station: { } station }) return;
        var device = KeyOf(station);
        if (stations.Answer(device) && PassageOf(device).IsOpen) Returned?.Invoke(device);
    }

    /// <summary>Ends passages whose time is over, asks after those of whom nothing was heard, and says who has gone.</summary>
    internal void Sweep()
    {
        lock (gate)
        {
            var now = Instant.Now(time);
            if (inside.Values.Any(g => g.Ends <= now)) inside = inside.Where(g => g.Value.Ends > now).ToDictionary();
            Gauge();
        }

        neighbours.AskAfterQuiet();
        foreach (var device in stations.TakeSilent(inside.ContainsKey)) Left?.Invoke(device, StationEnd.Silent);
    }

    /// <summary>Reads what has been moved, where there is a quota.</summary>
    internal void ReadMoved()
    {
        if (options.Quota is null || inside.Count == 0) return;
        lock (gate)
        {
            try
            {
                var moved = table.ReadMoved();
                inside = inside.ToDictionary(g => g.Key, g => moved.TryGetValue(g.Value.Mark, out var bytes) ? g.Value with { Moved = bytes } : g.Value);
            }
            catch (NftablesFault)
            {
                // The watcher's look at the table says what is wrong.
            }
        }
    }

    /// <summary>Elements were removed by somebody else: who is no longer inside in the kernel is not inside.</summary>
    internal void Follow()
    {
        lock (gate)
        {
            try
            {
                var found = table.Read(Instant.Now(time)).Select(g => g.Station).ToHashSet();
                inside = inside.Where(g => found.Contains(g.Value.Station)).ToDictionary();
                Gauge();
            }
            catch (NftablesFault)
            {
                // The watcher's look at the table says what is wrong.
            }
        }
    }

    /// <summary>Looks whether the table is as it was put there, and puts it back with everybody inside where it is not.</summary>
    /// <returns>How many are inside where it had to be put back; null where nothing was wrong, or nothing could be done.</returns>
    internal int? Mend()
    {
        lock (gate)
        {
            try
            {
                // What was lost hold of is taken over by Open, which asks the kernel first who is inside.
                if (!IsHeld || table.IsIntact()) return null;
                var now = Instant.Now(time);
                table.Install(inside.Values, now);
                return inside.Values.Count(g => g.Ends > now);
            }
            catch (NftablesFault fault)
            {
                RaiseNotHeld(fault);
                return null;
            }
        }
    }

    /// <summary>Closes the ways to the kernel. The table stays.</summary>
    public void Dispose()
    {
        lock (gate) table.Dispose();
        neighbours.Dispose();
    }

    /// <summary>The kernel counts every packet, and RAM hears of it every few seconds: who has just been cut off must not be told that they pass.</summary>
    private bool HasSpent(Guest guest)
    {
        lock (gate) return table.HasSpent(guest.Station);
    }

    internal static DeviceKey KeyOf(StationAddress station) => new(station.Spell());

    private Passage Let(DeviceKey device, StationAddress station, string receipt)
    {
        if (!IsHeld) return Passage.Closed;
        var now = Instant.Now(time);
        inside.TryGetValue(device, out var former);
        if (former is not null && former.Ends <= now) former = null;
        if (table.HasSpent(station)) return new(false, BytesRemaining: 0);
        var mark = former?.Mark ?? (closed.TryGet(device, out var before) && before.Ends > now ? before.Mark : NewMark());
        var guest = new Guest(station, receipt, mark, now + options.Passage) { Moved = former?.Moved ?? 0 };
        if (former is null && inside.Count >= options.MaxGuests && !MakeRoom(now))
        {
            RaiseFull();
            return Passage.Closed;
        }

        try
        {
            table.Add(guest, former, options.Passage);
        }
        catch (NftablesFault fault) when (fault.Kind is NftablesFaultKind.NotThere or NftablesFaultKind.Full)
        {
            // Somebody removed the table, or the passage ended in this moment; or there are others inside than RAM knows. What the kernel has is true.
            if (Mend() is null && fault.Kind == NftablesFaultKind.Full)
            {
                AdoptStrangers(now);
                if (inside.Count >= options.MaxGuests && !MakeRoom(now)) throw;
            }

            table.Remove(guest);
            table.Add(guest, null, options.Passage);
        }

        inside = new(inside) { [device] = guest };
        stations.Enter(device);
        Gauge();
        return Of(guest, now);
    }

    private Passage Of(Guest guest, Instant now) =>
        options.Quota is not { } quota ? new(true, guest.Ends - now)
        : guest.Moved < quota ? new(true, guest.Ends - now, quota - guest.Moved) : new(false, BytesRemaining: 0);

    /// <summary>Takes in who was let pass by another hand than ours.</summary>
    private void AdoptStrangers(Instant now)
    {
        var all = new Dictionary<DeviceKey, Guest>(inside);
        foreach (var guest in table.Read(now)) all.TryAdd(KeyOf(guest.Station), guest);
        inside = all;
    }

    /// <summary>Shows out whoever has been silent longest; nobody of whom something was heard lately.</summary>
    private bool MakeRoom(Instant now)
    {
        var over = inside.Where(g => g.Value.Ends <= now).Select(g => (DeviceKey?)g.Key).FirstOrDefault();
        if ((over ?? stations.LongestGone(inside.Keys)) is not { } silent) return false;
        table.Remove(inside[silent]);
        Forget(silent);
        return true;
    }

    private void Forget(DeviceKey device)
    {
        var rest = new Dictionary<DeviceKey, Guest>(inside);
        rest.Remove(device);
        inside = rest;
    }

    private uint NewMark()
    {
        // Zero is a connection that nobody marked; small numbers are what other programs like to use.
        while (true)
        {
            var mark = (uint)RandomNumberGenerator.GetInt32(1 << 16, int.MaxValue);
            if (inside.Values.All(g => g.Mark != mark)) return mark;
        }
    }

    private void Gauge()
    {
        var count = inside.Count;
        if (count >= options.MaxGuests * NearlyFull)
            health.Raise("gate-nearly-full", Severity.Warning, $"{count} of at most {options.MaxGuests} guests are inside.", "Raise gate.maxGuests, or shorten gate.passage.");
        else health.Clear("gate-nearly-full");
        if (count < options.MaxGuests) health.Clear("gate-full");
    }

    private void RaiseFull() => health.Raise("gate-full", Severity.Fault, $"All {options.MaxGuests} places of the gate are taken and everybody inside is here: new guests are turned away.",
        "Raise gate.maxGuests and restart, or shorten gate.passage.");

    private void RaiseNotHeld(NftablesFault fault)
    {
        Volatile.Write(ref isHeld, false);
        health.Raise("gate-not-held", Severity.Fault, $"The gate is not in this machine's hands: {fault.Message}. Nobody new gets in.", fault.Remedy);
    }
}

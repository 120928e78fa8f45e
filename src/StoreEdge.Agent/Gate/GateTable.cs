using StoreEdge.Core;
using StoreEdge.Linux.Neighbours;
using StoreEdge.Linux.Nftables;

namespace StoreEdge.Agent.Gate;

/// <summary>The gate in the kernel: puts it there, lets guests in and out of it, reads who is inside, and knows it again. For one thread at a time.</summary>
/// <param name="options">What is configured.</param>
internal sealed class GateTable(GateOptions options) : IDisposable
{
    private readonly GateRules rules = new(options);
    private NftablesContext? kernel;
    private string? reference;

    private NftablesContext Kernel => kernel ??= NftablesContext.Open();

    /// <summary>Puts it in place with everybody of <paramref name="guests"/> inside. Where it is there already, who is inside stays, with what they have moved.</summary>
    /// <exception cref="NftablesFault">Refused; nothing was changed.</exception>
    public void Install(IReadOnlyCollection<Guest> guests, Instant now)
    {
        // More than there is room for only where the configuration allows for fewer than before: those who came last stay.
        var inside = guests.Where(g => g.Ends > now).OrderByDescending(g => g.Ends).Take(options.MaxGuests).Select(g => (g, g.Ends - now)).ToList();
        if (Structure() is { } there && GateListing.Fingerprint(there) == rules.Fingerprint && !GateListing.Parts(there).Except(rules.Parts).Any())
        {
            try
            {
                // An element that is there already keeps its time.
                Kernel.Run(rules.Install(inside));
                var made = Structure();
                if (reference is null || made == reference)
                {
                    reference = made;
                    return;
                }
            }
            catch (NftablesFault fault) when (fault.Kind is not (NftablesFaultKind.NoPermission or NftablesFaultKind.LibraryMissing))
            {
                // Somebody put something else in its place, or filled it.
            }
        }

        Kernel.Run(rules.Replace(inside));
        reference = Structure();
    }

    /// <summary>Whether it is as it was put there.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public bool IsIntact() => reference is not null && Structure() == reference;

    /// <summary>Who may pass; nobody where there is no table.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public IReadOnlyList<Guest> Read(Instant now)
    {
        try
        {
            return GateListing.Guests(Kernel.RunJson($"list map {GateRules.Table} guests"), now);
        }
        catch (NftablesFault fault) when (fault.Kind == NftablesFaultKind.NotThere)
        {
            return [];
        }
    }

    /// <summary>What the passages have moved. Costs milliseconds where many are inside.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public IReadOnlyDictionary<uint, long> ReadMoved() => GateListing.Moved(Kernel.Run($"list set {GateRules.Table} moved"));

    /// <summary>Lets somebody pass; <paramref name="former"/> is their passage until now, if any.</summary>
    /// <exception cref="NftablesFault">Refused; nothing was changed.</exception>
    public void Add(Guest guest, Guest? former, TimeSpan remaining) => Kernel.Run((former is null ? "" : GateRules.Delete(former)) + GateRules.Add(guest, remaining));

    /// <summary>Lets somebody pass no longer.</summary>
    /// <exception cref="NftablesFault">Refused.</exception>
    public void Remove(Guest guest)
    {
        if (TryRun(GateRules.Delete(guest))) return;
        // Half of it may be there: a time that is just over, or an element that another hand put in.
        TryRun(GateRules.DeleteStation(guest));
        TryRun(GateRules.DeletePassage(guest));
    }

    /// <summary>Whether a station has moved all it may.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public bool HasSpent(StationAddress station) => options.Quota is not null && TryRun(GateRules.AskSpent(station));

    /// <summary>The table as it is now, without contents; null where there is none.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public string? Structure()
    {
        try
        {
            return Kernel.Structure(GateRules.Table);
        }
        catch (NftablesFault fault) when (fault.Kind == NftablesFaultKind.NotThere)
        {
            return null;
        }
    }

    /// <summary>The chains in which guests' packets are refused, with their counters.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public string Refusals() => string.Concat(GateRules.Refusing.Select(chain => Kernel.Run($"list chain {GateRules.Table} {chain}")));

    /// <summary>Takes it away: guests are no longer held back, nor let through.</summary>
    /// <exception cref="NftablesFault">Refused.</exception>
    public void Remove() => Kernel.Run(GateRules.Remove());

    /// <summary>Closes the way to the kernel; the gate stays.</summary>
    public void Dispose() => kernel?.Dispose();

    /// <returns>Whether what the command names was there.</returns>
    private bool TryRun(string command)
    {
        try
        {
            Kernel.Run(command);
            return true;
        }
        catch (NftablesFault fault) when (fault.Kind == NftablesFaultKind.NotThere)
        {
            return false;
        }
    }
}

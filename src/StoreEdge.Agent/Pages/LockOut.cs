using System.Net;
using System.Net.Sockets;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages;

/// <summary>
/// Whoever guesses a password waits longer and longer, each caller by itself and, where that is wanted, all together once very many were wrong. Nobody is locked out for good: the longest wait is
/// a quarter of an hour, attempts that came too early do not count, and an hour without one forgives all.
/// In the store's own IPv6 network each address is a caller, since all of them share one prefix. One that changes its address meets a second, looser bound there: after very many wrong ones in one
/// network, each further one costs all of it seconds and never more.
/// </summary>
/// <param name="freeOfOne">Wrong ones that a caller is forgiven before it waits, the last of them included.</param>
/// <param name="freeOfAll">The same of all callers together; null: one caller never makes another one wait.</param>
/// <param name="time">The clock.</param>
internal sealed class LockOut(int freeOfOne, int? freeOfAll, TimeProvider time)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15), LongestWait = TimeSpan.FromMinutes(15), Forgiven = TimeSpan.FromHours(1);

    /// <summary>Of one local network, before each further wrong one has it wait as briefly as a first lock-out.</summary>
    private const int FreeOfNetwork = 50;

    private readonly Lock gate = new();
    private readonly Recent<string, Failures> failures = new(1024), networks = new(256);
    private Failures ofAll;

    /// <summary>How long a caller has to wait before it may try; null where it may.</summary>
    public TimeSpan? MustWait(IPAddress address)
    {
        lock (gate)
        {
            var now = Instant.Now(time);
            var until = failures.TryGet(KeyOf(address), out var own) && own.Until > ofAll.Until ? own.Until : ofAll.Until;
            if (IsLocal(address) && networks.TryGet(NetworkOf(address), out var network) && network.Until > until) until = network.Until;
            return until > now ? until - now : null;
        }
    }

    /// <summary>A caller was wrong.</summary>
    /// <returns>How many times in a row.</returns>
    public int Failed(IPAddress address)
    {
        lock (gate)
        {
            var (from, now) = (KeyOf(address), Instant.Now(time));
            var failed = Next(failures.TryGet(from, out var before) ? before : default, freeOfOne, now);
            failures.Set(from, failed);
            if (IsLocal(address)) networks.Set(NetworkOf(address), Next(networks.TryGet(NetworkOf(address), out var network) ? network : default, FreeOfNetwork, now, FirstWait));
            if (freeOfAll is { } free) ofAll = Next(ofAll, free, now);
            return failed.Count;
        }
    }

    /// <summary>A caller was right.</summary>
    public void Forgive(IPAddress address)
    {
        lock (gate)
        {
            failures.Remove(KeyOf(address));
            if (IsLocal(address)) networks.Remove(NetworkOf(address));
            ofAll = default;
        }
    }

    /// <summary>One machine has 2^64 IPv6 addresses to itself (RFC 4291, 2.5.1), so these count by their network; but for those that a whole store shares.</summary>
    private static string KeyOf(IPAddress address) => address.AddressFamily != AddressFamily.InterNetworkV6 ? address.ToString()
        : IsLocal(address) ? Convert.ToHexString(address.GetAddressBytes()) : NetworkOf(address);

    private static string NetworkOf(IPAddress address) => Convert.ToHexString(address.GetAddressBytes(), 0, 8);

    /// <summary>Link-local (RFC 4291, 2.5.6) or unique local (RFC 4193).</summary>
    private static bool IsLocal(IPAddress address) => address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;

    private static Failures Next(Failures before, int free, Instant now) => Next(before, free, now, LongestWait);

    private static Failures Next(Failures before, int free, Instant now, TimeSpan longest)
    {
        var count = now - before.At > Forgiven ? 1 : before.Count + 1;
        var wait = count < free ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(longest.Ticks, FirstWait.Ticks << Math.Min(count - free, 10)));
        return new(count, now, now + wait);
    }

    private readonly record struct Failures(int Count, Instant At, Instant Until);
}

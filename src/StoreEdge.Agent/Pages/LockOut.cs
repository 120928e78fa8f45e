using System.Net;
using System.Net.Sockets;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages;

/// <summary>
/// Whoever guesses a password waits longer and longer, each caller by itself and, where that is wanted, all together once very many were wrong. Nobody is locked out for good: the longest wait is
/// a quarter of an hour, attempts that came too early do not count, and an hour without one forgives all.
/// </summary>
/// <param name="freeOfOne">Wrong ones that a caller is forgiven before it waits, the last of them included.</param>
/// <param name="freeOfAll">The same of all callers together; null: one caller never makes another one wait.</param>
/// <param name="time">The clock.</param>
internal sealed class LockOut(int freeOfOne, int? freeOfAll, TimeProvider time)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15), LongestWait = TimeSpan.FromMinutes(15), Forgiven = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Recent<string, Failures> failures = new(1024);
    private Failures ofAll;

    /// <summary>How long a caller has to wait before it may try; null where it may.</summary>
    public TimeSpan? MustWait(IPAddress address)
    {
        lock (gate)
        {
            var now = Instant.Now(time);
            var until = failures.TryGet(KeyOf(address), out var own) && own.Until > ofAll.Until ? own.Until : ofAll.Until;
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
            ofAll = default;
        }
    }

    /// <summary>One machine has 2^64 IPv6 addresses to itself (RFC 4291, 2.5.1), so these count by their network.</summary>
    private static string KeyOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes(), 0, 8) : address.ToString();

    private static Failures Next(Failures before, int free, Instant now)
    {
        var count = now - before.At > Forgiven ? 1 : before.Count + 1;
        var wait = count < free ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(count - free, 10)));
        return new(count, now, now + wait);
    }

    private readonly record struct Failures(int Count, Instant At, Instant Until);
}

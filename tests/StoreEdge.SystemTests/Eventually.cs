using System.Diagnostics;

namespace StoreEdge.SystemTests;

/// <summary>Waits for something that another process brings about, looking often and giving up with the last thing seen.</summary>
internal static class Eventually
{
    /// <summary>Looks until <paramref name="look"/> gives a value that <paramref name="enough"/> accepts.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">It did not come within <paramref name="within"/>.</exception>
    public static async Task<T> Get<T>(Func<Task<T>> look, Func<T, bool> enough, string what, TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(60);
        var started = Stopwatch.GetTimestamp();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        T seen;
        do
        {
            seen = await look();
            if (enough(seen)) return seen;
        }
        while (await beat.WaitForNextTickAsync() && Stopwatch.GetElapsedTime(started) < limit);
        Assert.Fail($"{what} did not come within {limit.TotalSeconds:0} s; last seen: {seen}");
        return seen;
    }

    /// <summary>Looks until <paramref name="look"/> says yes.</summary>
    public static Task True(Func<bool> look, string what, TimeSpan? within = null) => Get(() => Task.FromResult(look()), yes => yes, what, within);
}

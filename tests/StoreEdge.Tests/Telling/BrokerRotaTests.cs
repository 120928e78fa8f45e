using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class BrokerRotaTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Most = TimeSpan.FromMinutes(5);

    [Fact]
    public void One_broker_alone_is_sought_with_plain_back_off()
    {
        var (rota, backoff) = (new BrokerRota(1, First, Most, new(7)), new Backoff(First, Most, new(7)));
        var now = Instant.Origin;
        for (var i = 0; i < 12; i++)
        {
            var delay = rota.Failed(now);
            Assert.Equal((backoff.Next(), 0), (delay, rota.Current));
            now += delay;
        }
    }

    [Fact]
    public void After_a_failure_the_next_in_order_comes_soon_and_dead_ones_are_asked_ever_less_often()
    {
        var rota = new BrokerRota(3, First, Most, new(3));
        var now = Instant.Origin;
        var order = new List<int>();
        // 0 and 1 are dead; 2 throws us out after an hour.
        for (var i = 0; i < 3; i++)
        {
            order.Add(rota.Current);
            var delay = rota.Failed(now);
            Assert.True(delay < First * 2, $"{delay}");
            now += delay;
        }

        Assert.Equal([0, 1, 2], order.Distinct());
        var asked = new int[3];
        for (now = Instant.Origin; now - Instant.Origin < TimeSpan.FromHours(2); now += rota.Failed(now)) asked[rota.Current]++;
        // With back-offs near 5 min at most, each dead broker is asked about 2 h / 2.5 min times and not more.
        Assert.All(asked, n => Assert.InRange(n, 20, 120));
    }

    [Fact]
    public void A_fleet_that_loses_the_first_broker_does_not_fall_upon_the_second_at_once()
    {
        const int Stores = 10_000;
        var bins = new int[10];
        for (var i = 0; i < Stores; i++)
        {
            var rota = new BrokerRota(2, First, Most, new(i));
            var delay = rota.Failed(Instant.Origin).TotalSeconds;
            if (rota.Current == 1) bins[(int)(delay * 10)]++;
        }

        Assert.True(bins.Max() <= 2 * bins.Average(), string.Join(' ', bins));
    }

    [Fact]
    public void A_proven_fallback_is_left_for_the_first_without_rest()
    {
        var rota = new BrokerRota(2, First, Most, new(1));
        while (rota.Current == 0) rota.Failed(Instant.Origin);
        rota.Proved();
        rota.ReturnToFirst();
        Assert.Equal(0, rota.Current);
    }
}

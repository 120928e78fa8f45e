using StoreEdge.Core.Offers;
using StoreEdge.Simulator.Offers;

namespace StoreEdge.Tests.Simulator;

/// <summary>Customers who react, in pure rules: <c>storeedge-sim offers</c> with fewer seeds. Seeds are fixed, so each run has the same figures.</summary>
public sealed class SeasonTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Theory]
    [Trait("Mission", "11")]
    [InlineData(Season.Steady)]
    [InlineData(Season.Changing)]
    [InlineData(Season.Stuffed)]
    internal void Ranking_loses_less_than_flat_Thompson_than_the_lower_bound_alone_and_than_chance_and_nothing_happens_that_never_may(Season season)
    {
        var lines = SeasonTable.Play(Strategy.All, season, seeds: 10, days: 30, firstSeed: 1);
        output.WriteLine(SeasonTable.Text(lines));
        Assert.All(lines.Skip(1), other => Assert.True(lines[0].Regret < other.Regret, $"{other.Name} loses {other.Regret}, ours {lines[0].Regret}"));
        Assert.All(lines, line => Assert.Equal(0, line.Never));
        Assert.InRange(lines[0].Newcomers, 0.0, 0.105);
    }

    [Fact]
    public void The_same_seed_plays_the_same_season()
    {
        var once = new Play(new(3, Season.Steady), Strategy.Ours, 3, 3).Run();
        Assert.Equal(once, new Play(new(3, Season.Steady), Strategy.Ours, 3, 3).Run());
        Assert.NotEqual(once, new Play(new(4, Season.Steady), Strategy.Ours, 4, 3).Run());
    }

    [Fact]
    public void Its_book_sees_each_never_event_that_is_planted()
    {
        var at = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(-3));
        Customer Who(Func<Customer, bool> wanted) => Enumerable.Range(0, 1000).Select(n => new Customer(n, 1)).First(c => c.IsKnown && wanted(c));
        int Count(Customer customer, string offer, bool onScreen = false, bool isPresent = true, int times = 1)
        {
            var watch = new NeverEvents();
            for (var i = 0; i < times; i++) watch.Watch(customer, onScreen, isPresent, at.AddMinutes(i), new OfferId(offer));
            return watch.Count;
        }

        var clear = Who(c => c is { Owes: false, ConsentsToMarketing: true, Lifecycle: "newProspect" });
        Assert.Equal(0, Count(clear, "promotion") + Count(clear, "welcome") + Count(clear, "personal") + Count(clear, "arm1", times: 3) + Count(clear, "arm1", onScreen: true));
        Assert.Equal(1, Count(Who(c => c is { Owes: true, ConsentsToMarketing: true }), "promotion"));
        Assert.Equal(1, Count(Who(c => c is { Owes: null, ConsentsToMarketing: true }), "promotion"));
        Assert.Equal(1, Count(Who(c => c.Lifecycle == "customer"), "welcome"));
        Assert.Equal(1, Count(clear, "personal", onScreen: true));
        Assert.Equal(1, Count(clear, "arm1", isPresent: false));
        Assert.Equal(1, Count(clear, "fallback", isPresent: false));
        Assert.Equal(1, Count(clear, "arm1", times: 4));
        Assert.Equal(1, Count(clear, "promotion", times: 2));
        Assert.Equal(1, Count(Said(Who(_ => true), c => c.HasStopped = true), "arm1"));
        Assert.Equal(1, Count(Said(Who(_ => true), c => c.Never.Add(new("arm1"))), "arm1"));

        // The second identity is somebody else of the same household.
        var household = Enumerable.Range(1, 1000).Select(n => new Customer(n, 1)).First(c => c is { Household: var h, IsKnown: true, Owes: false, ConsentsToMarketing: true } && h != c.Number);
        var book = new NeverEvents();
        book.Watch(household, false, true, at, new("promotion"));
        var mates = Enumerable.Range(0, 5000).Select(n => new Customer(household.Household, (ulong)n)).First(c => c is { IsKnown: true, Owes: false, ConsentsToMarketing: true });
        book.Watch(mates, false, true, at.AddHours(1), new("promotion"));
        Assert.Equal(1, book.Count);
    }

    private static Customer Said(Customer customer, Action<Customer> said)
    {
        said(customer);
        return customer;
    }
}

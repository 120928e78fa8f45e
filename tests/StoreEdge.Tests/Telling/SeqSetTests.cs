using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class SeqSetTests
{
    [Fact]
    public void It_holds_what_a_set_of_single_numbers_would_hold_in_runs_that_are_ascending_and_apart()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var (ours, plain) = (new SeqSet(), new HashSet<long>());
            for (var step = 0; step < 200; step++)
            {
                var first = random.Next(1, 100);
                var run = new SeqRun(first, first + random.Next(-1, 20));
                switch (random.Next(3))
                {
                    case 0: ours.Add(run); for (var n = run.First; n <= run.Last; n++) plain.Add(n); break;
                    case 1: ours.Remove(run); for (var n = run.First; n <= run.Last; n++) plain.Remove(n); break;
                    default:
                        if (random.Next(10) > 0) break;
                        ours.RemoveThrough(first);
                        plain.RemoveWhere(n => n <= first);
                        break;
                }

                if (ours.Count != plain.Count || ours.IsEmpty != (plain.Count == 0)) return false;
                for (var n = 1L; n < 125; n++)
                {
                    if (ours.Contains(n) != plain.Contains(n)) return false;
                    var end = n - 1;
                    while (plain.Contains(end + 1)) end++;
                    if (ours.UnbrokenFrom(n) != end) return false;
                }

                if (ours.Runs.Any(r => r.Last < r.First) || ours.Runs.Zip(ours.Runs.Skip(1)).Any(p => p.Second.First <= p.First.Last + 1)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void With_a_bound_the_closest_runs_become_one_and_nothing_is_forgotten()
    {
        var set = new SeqSet(3);
        foreach (var n in new long[] { 1, 100, 110, 500, 900 }) set.Add(new(n, n));
        Assert.Equal([new(1, 110), new(500, 500), new(900, 900)], set.Runs);
    }
}

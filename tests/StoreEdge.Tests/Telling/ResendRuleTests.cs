using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class ResendRuleTests
{
    private static readonly ResendOptions Options = new() { After = TimeSpan.FromSeconds(10), AtMostEvery = TimeSpan.FromSeconds(60), Chunk = 100 };

    private static Instant At(double seconds) => new((long)(seconds * 1e9));

    private static ResendRule Begun()
    {
        var rule = new ResendRule(Options);
        rule.Begin(At(0));
        return rule;
    }

    [Fact]
    public void While_central_keeps_up_nothing_is_sent_again()
    {
        var rule = Begun();
        for (var second = 1; second < 1000; second++) Assert.Null(rule.Consider(At(second), sent: second * 10, acknowledged: second * 10 - 5));
    }

    [Fact]
    public void After_ten_silent_seconds_the_oldest_chunk_goes_out_and_each_fruitless_wait_doubles()
    {
        var rule = Begun();
        var resent = new List<int>();
        for (var second = 1; second <= 300; second++)
            if (rule.Consider(At(second), sent: 1000, acknowledged: 300) is { } again)
            {
                Assert.Equal(new Resend(300, 400), again);
                resent.Add(second);
            }

        // 1 s is when the rule first sees the acknowledgement it starts from; then 10, 20, 40, 60, 60, 60.
        Assert.Equal([11, 31, 71, 131, 191, 251], resent);
    }

    [Fact]
    public void A_trickle_of_new_events_does_not_hide_a_gap()
    {
        var rule = Begun();
        rule.Consider(At(0), 5, 3);
        Assert.DoesNotContain(Enumerable.Range(1, 9), s => rule.Consider(At(s), 5 + s, 3) is not null);
        Assert.Equal(new Resend(3, 15), rule.Consider(At(10), 15, 3));
    }

    [Fact]
    public void When_central_takes_a_chunk_the_next_follows_at_once()
    {
        var rule = Begun();
        rule.Consider(At(0), 250, 0);
        Assert.Equal(new Resend(0, 100), rule.Consider(At(10), 250, 0));
        Assert.Null(rule.Consider(At(10.1), 250, 40));
        Assert.Equal(new Resend(100, 200), rule.Consider(At(10.2), 250, 100));
        Assert.Equal(new Resend(200, 250), rule.Consider(At(10.3), 250, 200));
        Assert.Null(rule.Consider(At(10.4), 250, 250));
        Assert.Null(rule.Consider(At(100), 250, 250));
    }

    [Fact]
    public void A_gap_that_is_filled_lets_central_jump_and_nothing_more_is_sent()
    {
        var rule = Begun();
        rule.Consider(At(0), 1000, 6);
        Assert.Equal(new Resend(6, 106), rule.Consider(At(10), 1000, 6));
        Assert.Null(rule.Consider(At(10.1), 1000, 1000));
    }

    [Fact]
    public void A_new_connection_gets_the_full_wait()
    {
        var rule = Begun();
        rule.Consider(At(0), 10, 0);
        rule.Begin(At(9));
        Assert.Null(rule.Consider(At(18.9), 10, 0));
        Assert.NotNull(rule.Consider(At(19), 10, 0));
    }

    [Fact]
    public void Whatever_is_lost_central_has_everything_in_the_end()
    {
        // Central loses any of its deliveries at random, with a probability below one; sent once, everything else is the rule's doing.
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var loss = random.NextDouble() * 0.9;
            var sent = random.Next(1, 400);
            var held = new HashSet<long>();
            var rule = Begun();
            long acknowledged = 0;
            void Deliver(long after, long last)
            {
                for (var seq = after + 1; seq <= last; seq++)
                    if (random.NextDouble() >= loss) held.Add(seq);
                while (held.Contains(acknowledged + 1)) acknowledged++;
            }

            Deliver(0, sent);
            for (var second = 1; second < 500_000 && acknowledged < sent; second++)
                if (rule.Consider(At(second), sent, acknowledged) is { } again)
                {
                    if (again.After != acknowledged || again.Last > sent || again.Last - again.After > Options.Chunk) return false;
                    Deliver(again.After, again.Last);
                }

            return acknowledged == sent;
        }).QuickCheckThrowOnFailure();
    }
}

using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class LanesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(50)]
    public void However_full_the_backlog_is_a_new_event_has_room(int window)
    {
        foreach (var batches in new[] { true, false })
        {
            var lanes = new Lanes();
            lanes.Begin(window);
            var sent = 0;
            for (; lanes.HasRoom(Lane.Backlog); sent++) lanes.Sent(Lane.Backlog, batches);
            Assert.InRange(sent, 1, batches ? Lanes.MostBatches : window - 1);
            Assert.True(lanes.HasRoom(Lane.Live));
        }
    }

    [Fact]
    public void With_a_window_of_one_new_events_go_first()
    {
        var lanes = new Lanes();
        lanes.Begin(1);
        Assert.False(lanes.HasRoom(Lane.Backlog, newEventsWait: true));
        Assert.True(lanes.HasRoom(Lane.Backlog, newEventsWait: false));
    }

    [Fact]
    public void The_window_is_never_exceeded_and_always_given_back()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var lanes = new Lanes();
            var window = random.Next(1, 30);
            lanes.Begin(window);
            var open = new List<(Lane Lane, bool Batch)>();
            for (var step = 0; step < 300; step++)
            {
                var message = (Lane: (Lane)random.Next(2), Batch: random.Next(2) == 0);
                if (message.Lane == Lane.Live) message.Batch = false;
                if (lanes.HasRoom(message.Lane))
                {
                    lanes.Sent(message.Lane, message.Batch);
                    open.Add(message);
                }
                else if (open.Count > 0)
                {
                    var answered = open[random.Next(open.Count)];
                    open.Remove(answered);
                    lanes.Answered(answered.Lane, answered.Batch);
                }

                if (lanes.Unanswered != open.Count || open.Count > window || open.Count(o => o.Batch) > Lanes.MostBatches) return false;
                if (window > 1 && open.Count(o => o.Lane == Lane.Backlog) >= window) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }
}

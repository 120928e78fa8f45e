using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class LedgerTests
{
    private static readonly ResendOptions Options = new() { After = TimeSpan.FromSeconds(10), AtMostEvery = TimeSpan.FromSeconds(60), Chunk = 20 };

    private static Instant At(double seconds) => new((long)(seconds * 1e9));

    [Fact]
    public void What_is_older_than_the_connection_is_backlog_and_what_comes_after_is_new()
    {
        var ledger = new Ledger(Options, 10);
        ledger.Begin(At(0), last: 100, resumed: false);
        Assert.Equal(new SeqRun(11, 100), ledger.Backlog);
        Assert.Equal(100, ledger.Told);
        ledger.Sent(new(101, 101));
        Assert.Equal(101, ledger.Told);
        Assert.Equal(new SeqRun(11, 100), ledger.Backlog);
    }

    [Fact]
    public void A_broker_that_remembers_is_not_told_again_what_it_took_and_one_that_forgot_is()
    {
        var ledger = new Ledger(Options, 0);
        ledger.Begin(At(0), last: 100, resumed: false);
        ledger.Sent(new(1, 50));
        ledger.Taken(new(1, 50));
        ledger.Sent(new(101, 101));
        ledger.Taken(new(101, 101));
        Assert.Equal(50, ledger.TakenThrough);
        ledger.Begin(At(5), last: 105, resumed: true);
        Assert.Equal(new SeqRun(51, 100), ledger.Backlog);
        ledger.Sent(new(51, 100));
        Assert.Equal(new SeqRun(102, 105), ledger.Backlog);
        ledger.Begin(At(6), last: 105, resumed: false);
        Assert.Equal(new SeqRun(1, 105), ledger.Backlog);
    }

    [Fact]
    public void What_was_not_sent_yet_is_not_overdue()
    {
        var ledger = new Ledger(Options, 0);
        ledger.Begin(At(0), last: 100, resumed: false);
        ledger.Consider(At(0));
        ledger.Sent(new(1, 30));
        ledger.Acknowledge(30);
        for (var second = 1; second < 100; second++) Assert.Null(ledger.Consider(At(second)));
        ledger.Sent(new(31, 60));
        ledger.Consider(At(100));
        Assert.Equal(new Resend(30, 50), ledger.Consider(At(110)));
        Assert.Equal(new SeqRun(31, 50), ledger.Backlog);
    }

    [Fact]
    public void An_acknowledgement_settles_whatever_was_to_be_done_about_it()
    {
        var ledger = new Ledger(Options, 0);
        ledger.Begin(At(0), last: 100, resumed: false);
        ledger.SendAhead(40);
        ledger.Acknowledge(120);
        Assert.Null(ledger.Ahead);
        Assert.Null(ledger.Backlog);
        Assert.Equal((120L, 120L, 120L), (ledger.Acknowledged, ledger.Told, ledger.TakenThrough));
        ledger.Taken(new(90, 100));
        ledger.Return(new(90, 120));
        Assert.Null(ledger.Backlog);
    }

    [Fact]
    public void What_was_refused_for_now_goes_with_the_backlog()
    {
        var ledger = new Ledger(Options, 0);
        ledger.Begin(At(0), last: 0, resumed: false);
        ledger.Sent(new(1, 1));
        ledger.Return(new(1, 1));
        ledger.Defer(5);
        Assert.Equal(new SeqRun(1, 5), ledger.Backlog);
        Assert.Equal(5, ledger.Told);
    }

    /// <summary>
    /// A store against a world that loses messages on the way to central, leaves them unanswered, refuses some for now and some for good, ends connections and forgets sessions. What is refused for good
    /// becomes a hole that a later event declares.
    /// </summary>
    [Fact]
    public void Under_any_losses_refusals_and_ends_every_event_is_told_or_declared_and_central_reaches_the_end() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => new World(seed).Runs()).QuickCheckThrowOnFailure();

    private sealed class World(int seed)
    {
        private readonly Random random = new(seed);
        private readonly Ledger ledger = new(Options, 0);
        private readonly Lanes lanes = new();
        private readonly BatchSize size = new();
        private readonly List<Message> onTheWay = [];
        private readonly SortedDictionary<long, long> journal = [];
        private readonly HashSet<long> poison = [], held = [], declared = [];
        private readonly Dictionary<long, long> declaredBy = [];
        private DrainPace pace = null!;
        private long last, acknowledged;
        private double second;
        private double loss;

        private Instant Now => At(second);

        public bool Runs()
        {
            loss = random.NextDouble() * 0.7;
            pace = new(random.Next(1, 2_000), Now);
            var backlog = random.Next(0, 300);
            for (var i = 0; i < backlog; i++) Append();
            Connect(resumed: false);
            var trouble = random.Next(10, 400);
            for (var step = 0; step < trouble; step++) Step(trouble: true);
            for (var step = 0; step < 60_000 && ledger.Acknowledged < last; step++) Step(trouble: false);
            var every = Enumerable.Range(1, (int)last).All(n => held.Contains(n) || declared.Contains(n));
            return acknowledged == last && every && ledger.Acknowledged == last;
        }

        private void Append(long declares = 0)
        {
            last++;
            journal[last] = declares;
            if (declares > 0) declaredBy[declares] = last;
            else if (random.Next(30) == 0) poison.Add(last);
        }

        private void Connect(bool resumed)
        {
            foreach (var message in onTheWay)
                if (message.Events.Count > 1) size.Lost(message.Events.Count);
            onTheWay.Clear();
            lanes.Begin(random.Next(1, 25));
            size.Begin();
            ledger.Begin(Now, last, resumed);
        }

        private void Step(bool trouble)
        {
            second += random.NextDouble();
            if (trouble && random.Next(3) == 0) Append();
            if (trouble && random.Next(25) == 0) Connect(resumed: random.Next(2) == 0);
            if (ledger.Consider(Now) is { } again && !journal.ContainsKey(again.After + 1)) ledger.SendAhead(declaredBy[again.After + 1]);
            Send();
            var answered = onTheWay.Where(_ => random.Next(3) > 0).ToList();
            foreach (var message in answered) Answer(message, trouble);
            if (random.NextDouble() >= loss) ledger.Acknowledge(acknowledged);
        }

        private void Send()
        {
            while (lanes.HasRoom(Lane.Live) && ledger.Ahead is { } ahead) Hand(Lane.Live, new(ahead.First, ahead.First));
            while (lanes.HasRoom(Lane.Live) && last > ledger.Told) Hand(Lane.Live, new(ledger.Told + 1, ledger.Told + 1));
            while (lanes.HasRoom(Lane.Backlog, last > ledger.Told) && ledger.Backlog is { } run)
            {
                var allowed = pace.Allow(Now, (int)Math.Min(size.Events, run.Count));
                if (allowed == 0) return;
                pace.Spend(allowed);
                var events = journal.Keys.Where(n => n >= run.First && n <= run.Last).Take(allowed).ToList();
                Hand(Lane.Backlog, new(run.First, events.Count < allowed ? run.Last : events[^1]));
            }
        }

        private void Hand(Lane lane, SeqRun run)
        {
            ledger.Sent(run);
            var events = journal.Keys.Where(n => n >= run.First && n <= run.Last).ToList();
            if (events.Count == 0)
            {
                ledger.Taken(run);
                return;
            }

            lanes.Sent(lane, events.Count > 1);
            onTheWay.Add(new(lane, run, events));
        }

        private void Answer(Message message, bool trouble)
        {
            onTheWay.Remove(message);
            lanes.Answered(message.Lane, message.Events.Count > 1);
            if (message.Events.Any(poison.Contains))
            {
                if (message.Events.Count > 1)
                {
                    size.TooLarge(message.Events.Count);
                    ledger.Return(message.Run);
                    return;
                }

                journal.Remove(message.Events[0]);
                Append(declares: message.Events[0]);
                return;
            }

            if (trouble && random.Next(8) == 0)
            {
                ledger.Return(message.Run);
                return;
            }

            ledger.Taken(message.Run);
            size.Taken(message.Events.Count, TimeSpan.FromMilliseconds(random.Next(0, 200)));
            if (random.NextDouble() < loss) return;
            foreach (var seq in message.Events)
            {
                held.Add(seq);
                if (journal.TryGetValue(seq, out var hole) && hole > 0) declared.Add(hole);
            }

            while (held.Contains(acknowledged + 1) || declared.Contains(acknowledged + 1)) acknowledged++;
        }

        private sealed record Message(Lane Lane, SeqRun Run, List<long> Events);
    }
}

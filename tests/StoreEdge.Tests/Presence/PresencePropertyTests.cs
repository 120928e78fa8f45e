using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>What holds whatever is heard, and in whatever order: drawn stories of a store, judged by <see cref="PresenceStory"/>.</summary>
public sealed class PresencePropertyTests
{
    private static readonly ReceiverPlace Back = ReceiverPlace.Uncalibrated(new("back"), new("shelves"), ReceiverSide.Inside);
    private static readonly ReceiverPlace[] Both = [TrackerBench.Front, Back, TrackerBench.Street];
    private static readonly ReceiverPlace[] InsideOnly = [TrackerBench.Front, Back];
    private static readonly ReceiverPlace[] OutsideOnly = [TrackerBench.Street];

    // The ends of what the configuration lets through.
    private static readonly PresenceOptions Least = new()
    {
        ArrivalPackets = 1,
        ArrivalWindow = TimeSpan.FromSeconds(0.5),
        SilenceMinimum = TimeSpan.FromSeconds(1),
        SilenceUnlearned = TimeSpan.FromSeconds(1),
        SilenceMaximum = TimeSpan.FromSeconds(1),
        ReentryGrace = TimeSpan.Zero,
        PortalHold = TimeSpan.FromMinutes(1),
        PartyWindow = TimeSpan.Zero,
        HouseholdWindow = TimeSpan.Zero,
        BlindHold = TimeSpan.Zero,
        FurnitureAfter = TimeSpan.FromHours(1),
        FurnitureGone = TimeSpan.FromMinutes(1),
        ZoneMargin = 0,
        ZoneHold = TimeSpan.Zero,
        DwellMarks = [],
    };

    private static readonly PresenceOptions Most = new()
    {
        ArrivalPackets = 16,
        ArrivalWindow = TimeSpan.FromMinutes(1),
        SilenceMinimum = TimeSpan.FromHours(1),
        SilenceUnlearned = TimeSpan.FromHours(1),
        SilenceMaximum = TimeSpan.FromHours(1),
        ReentryGrace = TimeSpan.FromHours(1),
        PortalHold = TimeSpan.FromDays(1),
        PartyWindow = TimeSpan.FromMinutes(1),
        HouseholdWindow = TimeSpan.FromHours(1),
        BlindHold = TimeSpan.FromDays(1),
        FurnitureAfter = TimeSpan.FromDays(30),
        FurnitureGone = TimeSpan.FromDays(1),
        ZoneMargin = 30,
        ZoneHold = TimeSpan.FromMinutes(1),
    };

    public static TheoryData<string, string> Stores => new()
    {
        { "both", "default" }, { "inside", "default" }, { "outside", "default" }, { "none", "default" }, { "both", "least" }, { "inside", "least" }, { "both", "most" }, { "inside", "most" },
    };

    [Theory]
    [MemberData(nameof(Stores))]
    public void Whatever_happens_visits_begin_and_end_in_order(string places, string options) =>
        Prop.ForAll(Arb.From(Stories, Shrink), story => Play(places, options, story)).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void Whoever_was_furniture_and_on_the_portal_returns_to_the_visit_that_ended_on_the_portal()
    {
        // Furniture that is not heard for an hour is forgotten; the end of its owner's visit on the portal may be a moment ago.
        PresenceStory.Step[] story =
        [
            new(PresenceStory.Kind.Portal, 2, 1, -78, 261), new(PresenceStory.Kind.Gap, 1, 2, -75, 338), new(PresenceStory.Kind.Portal, 2, 3, -59, 267), new(PresenceStory.Kind.Gap, 2, 3, -76, 27),
            new(PresenceStory.Kind.Stay, 2, 1, -47, 244), new(PresenceStory.Kind.Portal, 2, 3, -50, 288), new(PresenceStory.Kind.Gap, 0, 1, -59, 252), new(PresenceStory.Kind.Pass, 3, 3, -94, 349),
            new(PresenceStory.Kind.Stay, 2, 3, -64, 312),
        ];
        Assert.True(Play("inside", "default", story).OfType<Arrival>().Last().Returned);
    }

    [Theory]
    [InlineData("both")]
    [InlineData("inside")]
    public void The_same_story_gives_the_same_events(string places) =>
        Prop.ForAll(Arb.From(Stories, Shrink), story => Play(places, "default", story).SequenceEqual(Play(places, "default", story))).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void In_which_order_the_receivers_tell_of_one_advertisement_does_not_matter()
    {
        var random = new Random(11);
        for (var walk = 0; walk < 40; walk++)
        {
            var louder = random.Next(-4, 8);
            var packets = Enumerable.Range(0, 600).Select(i => Packets(i * 0.2, louder, random)).ToList();
            var inOrder = Crossings(packets);
            Assert.NotEmpty(inOrder);
            for (var shuffles = 0; shuffles < 5; shuffles++)
            {
                var shuffled = Crossings([.. packets.Select(p => { var one = p.ToArray(); random.Shuffle(one); return one; })]);
                Assert.Equal(inOrder.Select(c => c.Arrived), shuffled.Select(c => c.Arrived));
                Assert.All(inOrder.Zip(shuffled), pair => Assert.InRange(Math.Abs(pair.First.At - pair.Second.At), 0, 0.41));
            }
        }
    }

    [Fact]
    public void A_crowd_of_a_hundred_thousand_stays_within_the_bound_and_is_forgotten()
    {
        var options = new PresenceOptions { MaximumSubjects = 20_000 };
        var visits = 0;
        var tracker = new PresenceTracker(Both, options, _ => new($"visit {++visits}"));
        List<PresenceEvent> events = [];
        for (var i = 0; i < 100_000; i++)
        {
            tracker.Observe(new(new($"k1-{i}"), Both[i % 3].Id, (sbyte)(-127 + i % 148), new(i * 1_000_000L), Assurance.Low), events);
            if (i % 1000 == 0) tracker.Tick(new(i * 1_000_000L), events);
        }

        Assert.InRange(tracker.Followed, 1, 20_000);
        tracker.Tick(new(1_000 * 1_000_000_000L), events);
        tracker.Tick(new(2_000 * 1_000_000_000L), events);
        Assert.Equal((0, 0), (tracker.Followed, tracker.Present));
    }

    private static Gen<PresenceStory.Step[]> Stories { get; } =
        (from kind in Gen.Frequency(
                (8, Gen.Constant(PresenceStory.Kind.Stay)), (2, Gen.Constant(PresenceStory.Kind.Packet)), (3, Gen.Constant(PresenceStory.Kind.Pass)),
                (1, Gen.Constant(PresenceStory.Kind.Gap)), (1, Gen.Constant(PresenceStory.Kind.Blind)), (1, Gen.Constant(PresenceStory.Kind.Sight)),
                (1, Gen.Constant(PresenceStory.Kind.Portal)), (1, Gen.Constant(PresenceStory.Kind.Renew)), (1, Gen.Constant(PresenceStory.Kind.EndPortal)),
                (1, Gen.Constant(PresenceStory.Kind.Restart)), (1, Gen.Constant(PresenceStory.Kind.NewKey)))
         from who in Gen.Choose(0, 3)
         from receiver in Gen.Choose(0, 3)
         from rssi in Gen.Frequency((6, Gen.Choose(-100, -45)), (1, Gen.Elements(-127, 20, 0, (int)Sighting.RssiUnknown)))
         from amount in Gen.Choose(0, 400)
         select new PresenceStory.Step(kind, who, receiver, (sbyte)rssi, amount)).ArrayOf();

    private static IEnumerable<PresenceStory.Step[]> Shrink(PresenceStory.Step[] story)
    {
        for (var length = story.Length / 2; length > 0; length /= 2)
            for (var at = 0; at + length <= story.Length; at += length)
                yield return [.. story[..at], .. story[(at + length)..]];
    }

    private static List<PresenceEvent> Play(string places, string options, PresenceStory.Step[] steps)
    {
        var story = new PresenceStory(
            places switch { "both" => Both, "inside" => InsideOnly, "outside" => OutsideOnly, _ => [] }, options switch { "least" => Least, "most" => Most, _ => new() });
        foreach (var step in steps) story.Take(step);
        return story.Events;
    }

    /// <summary>Half a minute before the door, a minute within, half a minute before it; all receivers hear each advertisement within 15 ms.</summary>
    private static Sighting[] Packets(double at, int louder, Random random)
    {
        var isInside = at is > 30 and < 90;
        return
        [
            .. Both.Select((place, i) => new Sighting(
                TrackerBench.Ana, place.Id, (sbyte)(louder + random.Next(-3, 4) + (place.Side == ReceiverSide.Outside ? isInside ? -82 : -62 : isInside ? -60 : -72)),
                new((long)(at * 1e9) + i * 4_000_000), Assurance.Low)),
        ];
    }

    private static List<(bool Arrived, double At)> Crossings(List<Sighting[]> packets)
    {
        var tracker = new PresenceTracker(Both, new(), _ => new("v"));
        List<PresenceEvent> events = [];
        foreach (var packet in packets)
        {
            foreach (var sighting in packet) tracker.Observe(sighting, events);
            tracker.Tick(packet.Max(p => p.At.Nanoseconds) is var now ? new(now) : default, events);
        }

        return [.. events.Where(e => e is Arrival or Departure).Select(e => (e is Arrival, e.At.Nanoseconds / 1e9))];
    }
}

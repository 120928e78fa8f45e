using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

public sealed class PresenceTrackerTests
{
    private static readonly Pseudonym Ana = new("k1-ana");
    private static readonly Pseudonym Bia = new("k1-bia");
    private static readonly ReceiverPlace Front = ReceiverPlace.Uncalibrated(new("front"), new("entrance"), ReceiverSide.Inside);
    private static readonly ReceiverPlace Back = ReceiverPlace.Uncalibrated(new("back"), new("shelves"), ReceiverSide.Inside);
    private static readonly ReceiverPlace Street = ReceiverPlace.Uncalibrated(new("street"), new("street"), ReceiverSide.Outside);

    private readonly List<PresenceEvent> events = [];
    private PresenceTracker tracker;
    private double clock;

    public PresenceTrackerTests() => tracker = With(Front);

    [Fact]
    public void One_packet_far_above_the_threshold_is_an_arrival()
    {
        Hear(Ana, -63, Front);
        var arrival = Assert.IsType<Arrival>(Assert.Single(events));
        Assert.Equal((Ana, new ZoneId("entrance"), (ReceiverId?)new ReceiverId("front"), Assurance.Low, Road.Beacon, false),
            (arrival.Subject, arrival.Zone, arrival.Receiver, arrival.Assurance, arrival.Road, arrival.Returned));
        Assert.Equal(1, tracker.Present);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Nearer_the_threshold_it_takes_seconds_and_not_packets(double interval)
    {
        Stay(Ana, -72, 2, interval, Front);
        Assert.Empty(events);
        Stay(Ana, -72, 2.1, interval, Front);
        Assert.IsType<Arrival>(Assert.Single(events));
    }

    [Fact]
    public void A_reflection_between_weak_packets_is_no_arrival()
    {
        for (var i = 0; i < 20; i++)
        {
            Stay(Ana, -88, 2, 0.5, Front);
            Hear(Ana, -72, Front);
            Pass(0.5);
        }

        Assert.Empty(events);
    }

    [Fact]
    public void Where_a_receiver_hangs_before_the_door_two_packets_half_a_second_apart_suffice()
    {
        tracker = With(Front, Street);
        Together(Ana, -78, -85, 0.4);
        Assert.Empty(events);
        Together(Ana, -78, -85, 0.3);
        Assert.IsType<Arrival>(Assert.Single(events));
    }

    [Fact]
    public void Packets_further_apart_than_the_window_are_no_arrival_there()
    {
        tracker = With(Front, Street);
        for (var i = 0; i < 10; i++)
        {
            Hear(Ana, -78, Front);
            Hear(Ana, -85, Street);
            Pass(3.5);
        }

        Assert.Empty(events);
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(0)]
    [InlineData(12)]
    public void The_door_learns_how_loud_a_device_is(int louder)
    {
        tracker = With(Front, Street);
        Together(Ana, -66 + louder, -64 + louder, 30);
        events.Clear();
        for (var i = 0; i < 2; i++)
        {
            Together(Ana, -64 + louder, -78 + louder, 40);
            Assert.IsType<Arrival>(Assert.Single(events));
            events.Clear();
            Together(Ana, -66 + louder, -64 + louder, 40);
            Assert.Equal(DepartureReason.Outside, Assert.IsType<Departure>(Assert.Single(events)).Reason);
            events.Clear();
        }
    }

    [Fact]
    public void Whoever_goes_deep_into_the_shop_and_comes_back_to_the_front_has_not_left()
    {
        tracker = With(Front, Street);
        Together(Ana, -66, -62, 10);
        Together(Ana, -60, -77, 20);
        Together(Ana, -80, -96, 600);
        Together(Ana, -56, -77, 60);
        Assert.IsType<Arrival>(Assert.Single(events, e => e is not Dwell));
    }

    [Fact]
    public void Somebody_below_the_threshold_does_not_arrive()
    {
        Stay(Ana, -81, 60, 0.1, Front);
        Assert.Empty(events);
    }

    [Fact]
    public void A_packet_without_rssi_proves_presence_but_no_arrival()
    {
        Stay(Ana, Sighting.RssiUnknown, 10, 0.1, Front);
        Assert.Empty(events);
        Stay(Ana, -60, 2, 0.1, Front);
        Stay(Ana, Sighting.RssiUnknown, 60, 0.1, Front);
        Assert.IsType<Arrival>(Assert.Single(events));
    }

    [Fact]
    public void Silence_ends_the_visit_and_the_span_ends_with_the_last_packet()
    {
        Stay(Ana, -60, 20, 0.1, Front);
        Pass(7);
        Assert.Single(events);
        Pass(2);
        var departure = Assert.IsType<Departure>(events[1]);
        Assert.Equal(DepartureReason.Silence, departure.Reason);
        Assert.InRange(departure.Present.TotalSeconds, 19.5, 20);
        Assert.Equal(events[0].Visit, departure.Visit);
        Assert.Equal(0, tracker.Present);
    }

    [Fact]
    public void A_slow_beacon_is_given_the_silence_of_a_slow_beacon()
    {
        Stay(Ana, -60, 60, 1.0, Front);
        Pass(13);
        Assert.Single(events);
        Pass(4);
        Assert.IsType<Departure>(events[1]);
    }

    [Fact]
    public void Seventy_per_cent_random_loss_ends_no_visit()
    {
        var random = new Random(7);
        tracker = new([Front], new() { FurnitureAfter = TimeSpan.FromDays(1) }, _ => new("v"));
        Stay(Ana, -60, 3, 0.5, Front);
        for (var i = 0; i < 20 * 3600 * 2; i++)
        {
            if (random.NextDouble() < 0.3) Hear(Ana, -65, Front);
            Pass(0.5);
        }

        Assert.DoesNotContain(events, e => e is Departure);
    }

    [Fact]
    public void A_phone_in_a_pocket_does_not_end_the_visit()
    {
        Stay(Ana, -65, 30, 0.5, Front);
        Stay(Ana, -84, 600, 0.5, Front);
        Assert.DoesNotContain(events, e => e is Departure);
    }

    [Fact]
    public void Staying_below_the_exit_threshold_ends_the_visit()
    {
        Stay(Ana, -65, 30, 0.5, Front);
        Stay(Ana, -94, 30, 0.5, Front);
        Assert.Equal(DepartureReason.Weak, events.OfType<Departure>().Single().Reason);
    }

    [Fact]
    public void Whoever_returns_within_the_grace_joins_the_visit_that_they_left()
    {
        Stay(Ana, -60, 10, 0.1, Front);
        Pass(60);
        Stay(Ana, -60, 10, 0.1, Front);
        var arrivals = events.OfType<Arrival>().ToList();
        Assert.Equal([false, true], arrivals.Select(a => a.Returned));
        Assert.Equal(arrivals[0].Visit, arrivals[1].Visit);

        Pass(400);
        Stay(Ana, -60, 10, 0.1, Front);
        var last = events.OfType<Arrival>().Last();
        Assert.False(last.Returned);
        Assert.NotEqual(arrivals[0].Visit, last.Visit);
    }

    [Fact]
    public void Whoever_is_strong_outside_is_not_inside()
    {
        tracker = With(Front, Street);
        Together(Ana, -70, -58, 30);
        Assert.Empty(events);
        Together(Ana, -60, -80, 30);
        Assert.IsType<Arrival>(Assert.Single(events));
        Together(Ana, -72, -60, 5);
        Assert.Equal(DepartureReason.Outside, Assert.IsType<Departure>(events[1]).Reason);
    }

    [Fact]
    public void Whoever_stands_inside_the_door_is_inside_although_the_street_hears_them()
    {
        tracker = With(Front, Street);
        Together(Ana, -48, -66, 30);
        Assert.IsType<Arrival>(Assert.Single(events));
    }

    [Fact]
    public void An_inside_receiver_that_misses_packets_does_not_send_anybody_out()
    {
        tracker = With(Front, Street);
        Together(Ana, -75, -76, 10);
        Stay(Ana, -76, 15, 0.1, Street);
        Assert.IsType<Arrival>(Assert.Single(events));
        Stay(Ana, -76, 20, 0.1, Street);
        Assert.Equal(DepartureReason.Outside, Assert.IsType<Departure>(events[1]).Reason);
    }

    [Fact]
    public void Between_the_thresholds_the_side_does_not_change()
    {
        tracker = With(Front, Street);
        Together(Ana, -62, -80, 10);
        Together(Ana, -66, -72, 60);
        Assert.Single(events);
        Together(Ana, -70, -62, 10);
        Together(Ana, -66, -72, 60);
        Assert.Equal(2, events.Count);
    }

    [Fact]
    public void The_zone_follows_the_stronger_receiver_and_not_a_passing_difference()
    {
        tracker = With(Front, Back);
        Both(Ana, -60, -80, 20);
        Both(Ana, -70, -67, 60);
        Assert.Single(events);
        var start = clock;
        Both(Ana, -85, -60, 10);
        var moved = Assert.IsType<ZoneChange>(events[1]);
        Assert.Equal((new ZoneId("entrance"), new ZoneId("shelves"), (ReceiverId?)new ReceiverId("back")), (moved.From, moved.Zone, moved.Receiver));
        Assert.InRange(moved.At.Nanoseconds / 1e9 - start, 0, 5);
    }

    [Fact]
    public void Dwell_is_told_at_its_marks_once()
    {
        Stay(Ana, -60, 1000, 0.5, Front);
        Assert.Equal([300.0, 900.0], events.OfType<Dwell>().Select(d => d.Present.TotalSeconds));
    }

    [Fact]
    public void A_mark_that_passed_while_they_were_away_is_not_told()
    {
        Stay(Ana, -60, 280, 0.5, Front);
        Pass(60);
        Stay(Ana, -60, 60, 0.5, Front);
        Assert.Equal([typeof(Arrival), typeof(Departure), typeof(Arrival)], events.Select(e => e.GetType()));
    }

    [Fact]
    public void Portal_and_beacon_of_one_customer_join_one_visit()
    {
        Stay(Ana, -60, 10, 0.5, Front);
        var visit = tracker.ObservePortal(Ana, Assurance.High, new("entrance"), Now, events);
        Assert.Equal(Assert.Single(events).Visit, visit);
        Stay(Ana, -60, 310, 0.5, Front);
        Assert.Equal(Assurance.High, events.OfType<Dwell>().Single().Assurance);
    }

    [Fact]
    public void A_beacon_heard_after_the_portal_joins_its_visit_and_then_tells_when_it_ends()
    {
        var visit = tracker.ObservePortal(Ana, Assurance.High, new("entrance"), Now, events);
        Stay(Ana, -60, 30, 0.1, Front);
        Pass(20);
        Assert.Equal([typeof(Arrival), typeof(Departure)], events.Select(e => e.GetType()));
        Assert.All(events, e => Assert.Equal(visit, e.Visit));
        Assert.Equal(Road.Portal, events[0].Road);
    }

    [Fact]
    public void A_portal_visit_ends_with_its_session_or_after_its_hold()
    {
        tracker.ObservePortal(Ana, Assurance.High, new("entrance"), Now, events);
        tracker.ObservePortal(Bia, Assurance.High, new("entrance"), Now, events);
        Assert.NotEqual(events[0].Visit, events[1].Visit);
        Pass(10);
        tracker.EndPortal(Ana, Now, events);
        Assert.Equal(Ana, Assert.IsType<Departure>(events[2]).Subject);
        Pass(21 * 60);
        Assert.Equal((Bia, DepartureReason.Portal), (events[^1].Subject, Assert.IsType<Departure>(events[^1]).Reason));
    }

    [Fact]
    public void A_guest_whose_phone_is_back_within_the_grace_joins_the_visit_that_they_left()
    {
        var guest = new Pseudonym("visit-1");
        var visit = tracker.ObservePortal(guest, Assurance.Low, new("entrance"), Now, events);
        tracker.EndPortal(guest, Now, events);
        Pass(60);
        Assert.Equal(visit, tracker.ObservePortal(guest, Assurance.Low, new("entrance"), Now, events));
        Assert.Equal([false, true], events.OfType<Arrival>().Select(a => a.Returned));
        tracker.EndPortal(guest, Now, events);
        Pass(400);
        Assert.NotEqual(visit, tracker.ObservePortal(guest, Assurance.Low, new("entrance"), Now, events));
    }

    [Fact]
    public void A_restart_neither_ends_nor_repeats_a_visit()
    {
        Stay(Ana, -60, 90, 0.5, Front);
        var visit = events[0].Visit;
        events.Clear();
        tracker = With(Front);
        tracker.Restore([new(visit, Ana, new("entrance"), Road.Beacon, Assurance.Low, TimeSpan.FromSeconds(95))], Now);
        Pass(5);
        Stay(Ana, -60, 220, 0.5, Front);
        Assert.Equal(300, Assert.IsType<Dwell>(Assert.Single(events)).Present.TotalSeconds);
        Pass(60);
        Assert.Equal(visit, Assert.IsType<Departure>(events[1]).Visit);
    }

    [Fact]
    public void Somebody_who_left_while_the_agent_was_down_departs_after_the_unlearned_silence()
    {
        tracker.Restore([new(new("v"), Ana, new("entrance"), Road.Beacon, Assurance.Low, TimeSpan.FromSeconds(10))], Now);
        Pass(29);
        Assert.Empty(events);
        Pass(2);
        Assert.IsType<Departure>(Assert.Single(events));
    }

    [Fact]
    public void Who_lies_between_two_zones_changes_hands_ever_more_slowly_and_in_the_end_to_where_they_stay()
    {
        tracker = With(Front, Back);
        Both(Ana, -60, -80, 10);
        for (var i = 0; i < 20; i++)
        {
            Both(Ana, -80, -60, 6);
            Both(Ana, -60, -80, 6);
        }

        Assert.InRange(events.OfType<ZoneChange>().Count(), 2, 4);
        var here = events.OfType<ZoneChange>().Last().Zone;
        var before = events.Count;
        Both(Ana, here == Front.Zone ? -80 : -60, here == Front.Zone ? -60 : -80, 60);
        Assert.IsType<ZoneChange>(Assert.Single(events.Skip(before), e => e is ZoneChange));
    }

    [Fact]
    public void A_sighting_that_changes_nothing_allocates_nothing()
    {
        tracker = With(Front, Back, Street);
        Stay(Ana, -60, 20, 0.1, Front);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            clock += 0.002;
            tracker.Observe(new(Ana, Front.Id, -60, Now, Assurance.Low), events);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Whoever_is_gone_is_forgotten()
    {
        Stay(Ana, -60, 10, 0.1, Front);
        Hear(Bia, -85, Front);
        Pass(150);
        Assert.Equal(1, tracker.Followed);
        Pass(400);
        Assert.Equal(0, tracker.Followed);
    }

    [Fact]
    public void Unknown_receivers_and_a_crowd_beyond_the_bound_are_counted()
    {
        tracker = new([Front], new() { MaximumSubjects = 1 }, _ => new("v"));
        Hear(Ana, -60, Back);
        Hear(Ana, -60, Front);
        Hear(Bia, -60, Front);
        Assert.Equal((2L, 1), (tracker.Ignored, tracker.Followed));
    }

    [Fact]
    public void A_visit_id_is_a_uuid_of_version_7_with_its_time_in_front()
    {
        var id = VisitIds.Create(DateTimeOffset.FromUnixTimeMilliseconds(0x0188_1234_5678), [0xFF, 1, 0xFF, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal("01881234-5678-7f01-bf03-040506070809", id.Value);
    }

    private Instant Now => new((long)(clock * 1e9));

    private static PresenceTracker With(params ReceiverPlace[] places)
    {
        var visits = 0;
        return new(places, new() { DwellMarks = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)] }, _ => new($"visit {++visits}"));
    }

    private void Hear(Pseudonym who, int rssi, ReceiverPlace place) => tracker.Observe(new(who, place.Id, (sbyte)rssi, Now, Assurance.Low), events);

    private void Pass(double seconds)
    {
        for (var end = clock + seconds; clock < end - 1e-6;)
        {
            clock += Math.Min(0.25, end - clock);
            tracker.Tick(Now, events);
        }
    }

    private void Stay(Pseudonym who, int rssi, double seconds, double interval, ReceiverPlace place)
    {
        for (var end = clock + seconds; clock < end - 1e-6;)
        {
            Hear(who, rssi, place);
            Pass(interval);
        }
    }

    private void Together(Pseudonym who, int inside, int outside, double seconds) => Both(who, inside, outside, seconds, Street);

    private void Both(Pseudonym who, int first, int second, double seconds, ReceiverPlace? other = null)
    {
        for (var end = clock + seconds; clock < end - 1e-6;)
        {
            Hear(who, first, Front);
            Hear(who, second, other ?? Back);
            Pass(0.1);
        }
    }
}

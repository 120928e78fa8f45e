using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Scenarios;
using StoreEdge.Simulator.World;

namespace StoreEdge.Simulator.Crowd;

/// <summary>
/// Draws everybody of a run before it starts: the same scenario, seed and length give the same people. Arrivals are crossings of the door (for passers-by,
/// of the middle of the street), so that some are on their way when the run begins.
/// </summary>
internal static class CrowdPlan
{
    public static IReadOnlyList<Person> Draw(Scenario scenario, ulong seed, double seconds)
    {
        var people = new List<Person>();
        var number = 0;
        foreach (var group in scenario.Population)
        {
            var times = group.Arrivals is { } rate ? Arrivals(rate, scenario.StartHour, seconds, Xoshiro.For(seed, "arrivals/" + group.Name)) : Enumerable.Repeat(0.0, group.Count);
            var (index, household, previous) = (0, 0, 0.0);
            foreach (var time in times)
            {
                var key = $"{group.Name}/{index++}";
                var chance = Xoshiro.For(seed, "person/" + key);
                var together = index > 1 && chance.Percent(group.HouseholdPercent);
                if (!together) household++;
                // Those who come together walk a step apart.
                previous = together ? previous + 0.8 : time;
                people.Add(Draw(scenario, group, number++, key, previous, seconds, group.HouseholdPercent > 0 ? $"H-{group.Name}-{household}" : null, chance));
            }
        }

        return people;
    }

    // A Poisson process whose rate changes on the hour: draw at the highest rate, keep in proportion (thinning).
    private static IEnumerable<double> Arrivals(ArrivalRate rate, int startHour, double seconds, Xoshiro chance)
    {
        var highest = rate.PerHour.Max();
        if (highest == 0) yield break;
        for (var at = chance.Exponential(3600 / highest); at < seconds; at += chance.Exponential(3600 / highest))
        {
            var hour = (startHour + (int)(at / 3600)) % 24;
            if (chance.Unit() * highest < rate.PerHour[hour]) yield return at;
        }
    }

    private static Person Draw(Scenario scenario, Group group, int number, string key, double at, double seconds, string? household, Xoshiro chance)
    {
        var beacon = group.Tag is { } tag ? Device(tag, group, chance) : null;
        var customer = group.Kind is GroupKind.Noise || beacon is { IsEnrolled: false } ? null : $"C-{1001 + number}";
        switch (group.Kind)
        {
            case GroupKind.PasserBy:
                return new(number, key, group.Name, group.Kind, Passing(scenario.Layout, at, chance.In(group.Speed), chance), null, null, beacon, customer, null, null, null);
            case GroupKind.Customer:
                var (track, enter, leave) = Visiting(scenario.Layout, group, at, chance);
                var phone = group.Portal is { } use ? Phone(use, enter, beacon is { IsEnrolled: true }, chance) : null;
                var known = beacon is { IsEnrolled: true } || phone is { GivesLoyalty: true };
                return new(
                    number, key, group.Name, group.Kind, track, enter, leave, beacon, known ? $"C-{1001 + number}" : null, known ? $"L{700_000 + number}" : null,
                    known ? household : null, phone);
            case GroupKind.Staff:
                return new(number, key, group.Name, group.Kind, Working(scenario.Layout, seconds, chance.In(group.Speed), chance), null, null, beacon, customer, null, null, null);
            default:
                // Fixed beacons hang inside; noise is half inside, half on the street.
                var outside = group.Kind == GroupKind.Noise && chance.Percent(50);
                var (a, b) = (scenario.Layout.Street[0], scenario.Layout.Street[1]);
                var along = chance.Unit();
                var place = outside ? new Point(a.X + (b.X - a.X) * along, a.Y + (b.Y - a.Y) * along) : scenario.Layout.Inside.At(chance.Unit(), chance.Unit());
                return new(number, key, group.Name, group.Kind, new Track(0, place).Stay(seconds), null, null, beacon, customer, null, null, null);
        }
    }

    private static Beacon Device(Tag tag, Group group, Xoshiro chance)
    {
        var format = tag.Formats[chance.Below(tag.Formats.Count)];
        // iBeacon 16+2+2, AltBeacon company 2 + 20, Eddystone-UID 10+6.
        var id = new byte[format switch { TagFormat.IBeacon => 20, TagFormat.AltBeacon => 22, _ => 16 }];
        chance.Fill(id);
        return new(
            format, id, chance.Percent(group.EnrolledPercent), group.Kind == GroupKind.Noise, chance.In(tag.IntervalMilliseconds) / 1000, chance.In(tag.PowerAt1Metre), chance.In(tag.BodyLossDb));
    }

    private static PhonePlan Phone(PortalUse use, double enter, bool hasTag, Xoshiro chance) => new(
        enter + chance.In(use.DelaySeconds), chance.Weighted(use.Languages), chance.Percent(use.LoyaltyPercent) || hasTag, chance.Percent(use.MarketingPercent),
        chance.Weighted(use.Choices), chance.In(use.ChoiceDelaySeconds));

    private static Track Passing(Layout layout, double at, double speed, Xoshiro chance)
    {
        var forth = chance.Percent(50);
        // People keep to their own line of the pavement, ±0.7 m.
        var aside = 1.4 * chance.Unit() - 0.7;
        Point Aside(Point p) => p with { Y = p.Y + aside };
        var half = layout.Street[0].DistanceTo(layout.Street[1]) / speed / 2;
        return new Track(at - half, Aside(layout.Street[forth ? 0 : 1])).Walk(Aside(layout.Street[forth ? 1 : 0]), speed);
    }

    private static (Track Track, double Enter, double Leave) Visiting(Layout layout, Group group, double at, Xoshiro chance)
    {
        var speed = chance.In(group.Speed);
        var stay = Math.Max(chance.LogNormal(group.Dwell.MedianSeconds, group.Dwell.Sigma), group.Dwell.MinimumSeconds);
        var from = layout.Street[chance.Below(2)];
        var track = new Track(at - from.DistanceTo(layout.Door) / speed, from).Walk(layout.Door, speed);
        var enter = track.End;
        while (true)
        {
            // A few steps, some browsing; home when the rest just suffices for the way to the door.
            var rest = enter + stay - track.End;
            var back = track.Last.DistanceTo(layout.Door) / speed;
            var target = Somewhere(layout, chance);
            var detour = track.Last.DistanceTo(target) / speed + target.DistanceTo(layout.Door) / speed;
            if (detour >= rest)
            {
                track.Stay(Math.Max(rest - back, 0)).Walk(layout.Door, speed);
                break;
            }

            track.Walk(target, speed).Stay(Math.Min(chance.Exponential(20), rest - detour));
        }

        var leave = track.End;
        track.Walk(layout.Street[chance.Below(2)], speed);
        return (track, enter, leave);
    }

    private static Track Working(Layout layout, double seconds, double speed, Xoshiro chance)
    {
        var track = new Track(0, Somewhere(layout, chance));
        while (track.End < seconds) track.Stay(chance.Exponential(60)).Walk(Somewhere(layout, chance), speed);
        return track;
    }

    private static Point Somewhere(Layout layout, Xoshiro chance) => layout.Zones[chance.Below(layout.Zones.Count)].Area.At(chance.Unit(), chance.Unit());
}

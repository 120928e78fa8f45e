using StoreEdge.Core;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>What a minute of one tag says about receivers that hang well, badly, or not at all.</summary>
public sealed class CalibrationTests
{
    private static readonly ReceiverPlace Street = ReceiverPlace.Uncalibrated(new("street"), new("street"), ReceiverSide.Outside);
    private static readonly ReceiverPlace Shop = ReceiverPlace.Uncalibrated(new("shop"), new("shop"), ReceiverSide.Inside);

    [Fact]
    public void Two_receivers_that_separate_well_get_thresholds_between_the_sides()
    {
        var result = Of(street: (-55, -85), shop: (-85, -60));
        var (street, shop) = (result.Receivers[0], result.Receivers[1]);
        Assert.True(result.IsTrusted);
        Assert.Equal((CalibrationVerdict.Good, CalibrationVerdict.Good), (street.Verdict, shop.Verdict));
        Assert.InRange(street.Place.EnterDbm, -72, -54);
        Assert.InRange(shop.Place.EnterDbm, -82, -58);
        Assert.All(result.Receivers, r => Assert.True(r.Place.ExitDbm < r.Place.EnterDbm));
        Assert.InRange(street.SeparationDb, 28, 32);
        Assert.InRange(result.IntervalMilliseconds, 199, 201);
        Assert.Equal(0, result.ArrivalsOutside);
        Assert.InRange(result.ArrivalDelay!.Value.TotalSeconds, 0, 3);
    }

    [Fact]
    public void Sides_that_sound_alike_are_not_trusted_and_leave_the_thresholds_alone()
    {
        var result = Of(street: (-62, -62), shop: (-70, -70));
        Assert.Equal(CalibrationVerdict.Overlaps, result.Receivers[0].Verdict);
        Assert.Equal((Street.EnterDbm, Street.ExitDbm), (result.Receivers[0].Place.EnterDbm, result.Receivers[0].Place.ExitDbm));
        Assert.InRange(result.Receivers[0].Overlap, 0.3, 0.5);
        Assert.False(result.IsTrusted);
    }

    [Fact]
    public void A_deaf_receiver_is_called_deaf_however_well_the_others_hear()
    {
        var result = Of(street: (-55, -85), shop: (null, null));
        Assert.Equal((CalibrationVerdict.Good, CalibrationVerdict.Deaf), (result.Receivers[0].Verdict, result.Receivers[1].Verdict));
        Assert.Equal(1, result.Receivers[1].Loss);
        Assert.False(result.IsTrusted);
        Assert.Null(result.ArrivalDelay);
    }

    [Fact]
    public void An_outside_receiver_too_far_from_the_door_is_told_so() =>
        Assert.Equal(CalibrationVerdict.TooFarFromTheDoor, Of(street: (-88, -89), shop: (-85, -60)).Receivers[0].Verdict);

    [Fact]
    public void Receivers_whose_sides_were_mixed_up_are_told_so() =>
        Assert.All(Of(street: (-85, -55), shop: (-60, -85)).Receivers, r => Assert.Equal(CalibrationVerdict.WrongSide, r.Verdict));

    [Fact]
    public void A_tag_that_hardly_ever_speaks_gives_no_thresholds()
    {
        var result = Of(street: (-55, -85), shop: (-85, -60), interval: 2);
        Assert.All(result.Receivers, r => Assert.Equal(CalibrationVerdict.TooFewPackets, r.Verdict));
        Assert.False(result.IsTrusted);
    }

    [Fact]
    public void Nothing_at_all_is_no_fault_of_the_program()
    {
        var nothing = new CalibrationPhase(Instant.Origin, Instant.Origin, []);
        var result = Calibration.Of([Street, Shop], nothing, nothing, new());
        Assert.All(result.Receivers, r => Assert.Equal(CalibrationVerdict.Deaf, r.Verdict));
        Assert.All(result.Receivers, r => Assert.True(double.IsFinite(r.DPrime) && double.IsFinite(r.Overlap)));
    }

    [Fact]
    public void A_receiver_that_misses_half_says_so()
    {
        var result = Of(street: (-55, -85), shop: (-85, -60), shopMisses: 2);
        Assert.InRange(result.Receivers[1].Loss, 0.45, 0.55);
        Assert.InRange(result.Receivers[1].PacketsPerSecond, 2.4, 2.6);
    }

    /// <summary>20 s outside and 40 s inside, a packet every 0.2 s, ±3 dB in a fixed pattern about the given means; null is never heard.</summary>
    private static CalibrationResult Of((int? Outside, int? Inside) street, (int? Outside, int? Inside) shop, double interval = 0.2, int shopMisses = 1)
    {
        CalibrationPhase Phase(double from, double to, int? atStreet, int? atShop)
        {
            List<CalibrationSample> samples = [];
            for (var i = 0; from + i * interval < to; i++)
            {
                var at = new Instant((long)((from + i * interval) * 1e9));
                if (atStreet is { } a) samples.Add(new(Street.Id, (sbyte)(a + i * 5 % 7 - 3), at));
                if (atShop is { } b && i % shopMisses == 0) samples.Add(new(Shop.Id, (sbyte)(b + i * 3 % 7 - 3), at));
            }

            return new(new((long)(from * 1e9)), new((long)(to * 1e9)), samples);
        }

        return Calibration.Of([Street, Shop], Phase(0, 20, street.Outside, shop.Outside), Phase(25, 65, street.Inside, shop.Inside), new());
    }
}

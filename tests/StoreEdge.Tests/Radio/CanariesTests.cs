using StoreEdge.Core;
using StoreEdge.Core.Radio;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Radio;

public sealed class CanariesTests
{
    private readonly Canaries canaries = new();
    private Instant now = At(100);

    [Fact]
    public void An_empty_store_is_no_silence()
    {
        canaries.HearOther(now);
        Assert.Null(canaries.SilentSince(now + TimeSpan.FromHours(10)));
    }

    /// <summary>Found in the lab: a wedged controller was taken for a working one, and not restarted, because a stranger had spoken last.</summary>
    [Fact]
    public void A_stranger_heard_between_two_words_of_a_canary_does_not_prove_that_the_radio_hears()
    {
        Hear(Beacon(1), 1, 40);
        canaries.HearOther(now + TimeSpan.FromSeconds(0.9));
        Assert.Equal(now, canaries.SilentSince(now + TimeSpan.FromSeconds(40)));
        Assert.False(canaries.HeardOthersSince(now));
        canaries.HearOther(now + TimeSpan.FromSeconds(20));
        Assert.True(canaries.HeardOthersSince(now));
    }

    [Fact]
    public void A_beacon_that_was_heard_a_few_times_only_is_not_missed()
    {
        Hear(Beacon(1), 0.5, 4);
        Assert.Equal(0, canaries.Learned);
        Assert.Null(canaries.SilentSince(now + TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData(0.1, 3)]
    [InlineData(0.5, 3)]
    [InlineData(1, 6)]
    [InlineData(4, 24)]
    public void A_learned_canary_is_missed_after_six_of_its_gaps_and_three_seconds_at_least(double interval, double patience)
    {
        Hear(Beacon(1), interval, 40);
        Assert.Equal(1, canaries.Learned);
        Assert.Null(canaries.SilentSince(now + TimeSpan.FromSeconds(patience - 0.01)));
        Assert.Equal(now, canaries.SilentSince(now + TimeSpan.FromSeconds(patience + 0.01)));
    }

    [Fact]
    public void A_beacon_that_is_heard_every_ten_seconds_is_no_canary()
    {
        Hear(Beacon(1), 10, 100);
        Assert.Equal(0, canaries.Learned);
    }

    [Fact]
    public void One_canary_that_is_heard_is_enough()
    {
        Hear(Beacon(1), 0.5, 10);
        Hear(Beacon(2), 0.5, 20);
        Assert.Null(canaries.SilentSince(now));
        Assert.Equal(now, canaries.SilentSince(now + TimeSpan.FromSeconds(4)));
    }

    [Fact]
    public void A_canary_that_comes_back_ends_the_silence_and_its_silence_teaches_nothing()
    {
        Hear(Beacon(1), 0.5, 20);
        now += TimeSpan.FromMinutes(1);
        canaries.Hear(Beacon(1), now);
        Assert.Null(canaries.SilentSince(now));
        Assert.NotNull(canaries.SilentSince(now + TimeSpan.FromSeconds(3.1)));
    }

    [Fact]
    public void A_canary_that_was_set_to_a_longer_interval_is_learned_anew()
    {
        Hear(Beacon(1), 0.2, 40);
        Hear(Beacon(1), 4, 8 + 8);
        Assert.Null(canaries.SilentSince(now + TimeSpan.FromSeconds(20)));
        Assert.NotNull(canaries.SilentSince(now + TimeSpan.FromSeconds(25)));
    }

    [Fact]
    public void A_flat_battery_is_forgotten_while_others_are_heard()
    {
        Hear(Beacon(1), 0.5, 20);
        var open = now;
        for (var i = 0; i < 600; i++) canaries.HearOther(now += TimeSpan.FromSeconds(1));
        Assert.Equal(0, canaries.ForgetGone(now + TimeSpan.FromSeconds(-1), open));
        Assert.Equal(1, canaries.ForgetGone(now, open));
        Assert.Null(canaries.SilentSince(now));
    }

    [Fact]
    public void A_radio_that_hears_nothing_at_all_forgets_nobody()
    {
        Hear(Beacon(1), 0.5, 20);
        canaries.HearOther(now);
        var later = now + TimeSpan.FromHours(8);
        Assert.Equal(0, canaries.ForgetGone(later, now));
        Assert.NotNull(canaries.SilentSince(later));
    }

    [Fact]
    public void A_radio_that_was_away_for_long_is_given_time_to_hear_its_canary_again()
    {
        Hear(Beacon(1), 0.5, 20);
        now += TimeSpan.FromHours(1);
        canaries.HearOther(now);
        Assert.Equal(0, canaries.ForgetGone(now, openSince: now + TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void A_filter_of_duplicates_shows_in_beacons_that_are_heard_once_while_others_are_heard()
    {
        canaries.Hear(Beacon(1), now);
        canaries.Hear(Beacon(2), now);
        now += TimeSpan.FromSeconds(70);
        Assert.False(canaries.HeardOnceOnly(now));
        canaries.HearOther(now);
        Assert.True(canaries.HeardOnceOnly(now));
        canaries.Hear(Beacon(2), now);
        Assert.False(canaries.HeardOnceOnly(now + TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Only_so_many_are_watched()
    {
        for (var i = 0; i < 100; i++) Hear(Beacon(i), 0.5, 6);
        Assert.Equal(Canaries.Most, canaries.Learned);
    }

    private static Instant At(double seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);

    private static BeaconId Beacon(int minor)
    {
        Assert.True(BeaconId.TryParse($"ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/{minor}", out var id));
        return id;
    }

    private void Hear(BeaconId beacon, double every, int times)
    {
        for (var i = 0; i < times; i++) canaries.Hear(beacon, now += TimeSpan.FromSeconds(every));
    }
}

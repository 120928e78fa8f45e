using System.Globalization;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Tests.Timekeeping;

public sealed class TrustedClockTests : IDisposable
{
    private static readonly DateTimeOffset Built = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Right = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero), Epoch = DateTimeOffset.UnixEpoch;

    private readonly string state = Directory.CreateTempSubdirectory("clock-").FullName;
    private ManualClock machine = new(Right);
    private bool synchronized;

    private string Kept => Path.Combine(state, KnownTime.FileName);

    [Fact]
    public void Nobody_knows_the_time_before_an_NTP_client_has_set_it()
    {
        var clock = Boot(Epoch);
        Assert.False(clock.IsSynchronized);
        Assert.Null(clock.Trusted);
        (synchronized, _) = (true, Set(Right));
        Assert.True(clock.IsSynchronized);
        Assert.Equal(Right, clock.Trusted);
    }

    [Fact]
    public void It_is_never_earlier_than_the_programs_own_source()
    {
        var clock = Boot(Epoch);
        Assert.Equal((Built, Built), (clock.LowerBound, clock.ForVerification));
    }

    [Theory]
    [InlineData(-20000)]
    [InlineData(-1)]
    [InlineData(365)]
    public void Once_the_time_was_known_in_a_boot_it_stays_known_however_the_wall_clock_is_set(int days)
    {
        var clock = Boot(Right, isSynchronized: true);
        Assert.Equal(Right, clock.LowerBound);
        synchronized = false;
        Set(Right.AddDays(days));
        machine.Advance(TimeSpan.FromHours(2));
        Assert.Equal((true, Right.AddHours(2), Right.AddHours(2)), (clock.IsKnown, clock.BestGuess, clock.ForVerification));
        Assert.Null(clock.Trusted);
        // Also for an agent that starts again in this boot, and not in the next one.
        clock.Keep();
        Assert.Equal((true, Right.AddHours(2)), (Restart("boot-1").IsKnown, Restart("boot-1").BestGuess));
        Assert.False(Restart("boot-2").IsKnown);
    }

    [Fact]
    public void A_wall_clock_that_nobody_vouches_for_is_the_best_guess_where_it_is_possible()
    {
        Boot(Right, isSynchronized: true).Keep();
        Assert.Equal(Right.AddYears(1), Boot(Right.AddYears(1), bootId: "boot-2").BestGuess);
        Assert.Equal(Right, Boot(Right.AddDays(-1), bootId: "boot-2").BestGuess);
        Assert.False(Restart("boot-2").IsKnown);
    }

    [Fact]
    public void Without_a_known_time_a_plausible_wall_clock_is_what_certificates_are_held_against() => Assert.Equal(Right, Boot(Right).ForVerification);

    [Fact]
    public void The_lower_bound_goes_on_with_the_monotonic_clock_however_the_wall_clock_is_set()
    {
        var clock = Boot(Right, isSynchronized: true);
        Assert.Equal(Right, clock.LowerBound);
        synchronized = false;
        Set(Epoch);
        machine.Advance(TimeSpan.FromHours(2));
        Assert.Equal((Right.AddHours(2), Right.AddHours(2)), (clock.LowerBound, clock.ForVerification));
    }

    [Fact]
    public void The_last_known_time_survives_a_restart_of_the_machine()
    {
        Boot(Right, isSynchronized: true).Keep();
        var clock = Boot(Epoch, bootId: "boot-2");
        Assert.Equal(Right, clock.LowerBound);
        // The kept time lies before this boot, so what its clock has counted has passed since.
        machine.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Right.AddMinutes(10), clock.LowerBound);
        Assert.Equal(Right.AddMinutes(10), Restart("boot-2").LowerBound);
    }

    [Fact]
    public void Within_one_boot_a_restart_of_the_agent_counts_from_the_moment_it_was_kept()
    {
        var clock = Boot(Right, isSynchronized: true);
        machine.Advance(TimeSpan.FromHours(1));
        clock.Keep();
        synchronized = false;
        machine.Advance(TimeSpan.FromHours(1));
        Set(Epoch);
        Assert.Equal(Right.AddHours(2), Restart("boot-1").LowerBound);
    }

    [Fact]
    public void Uptime_without_a_time_server_counts_for_the_next_boot_as_well()
    {
        Boot(Right, isSynchronized: true).Keep();
        var offline = Boot(Epoch, bootId: "boot-2");
        machine.Advance(TimeSpan.FromDays(3));
        offline.Keep();
        Assert.Equal(Right.AddDays(3), Boot(Epoch, bootId: "boot-3").LowerBound);
    }

    [Fact]
    public void A_right_clock_overrules_a_kept_time_that_a_wrong_time_server_had_set_ahead()
    {
        Boot(Right.AddYears(1), isSynchronized: true).Keep();
        var clock = Boot(Right, bootId: "boot-2");
        Assert.Equal(Right.AddYears(1), clock.ForVerification);
        synchronized = true;
        Assert.Equal((Right, Right), (clock.LowerBound, clock.ForVerification));
        clock.Keep();
        Assert.Equal(Right, Boot(Epoch, bootId: "boot-3").LowerBound);
    }

    [Fact]
    public void A_clock_that_claims_to_be_right_before_the_program_existed_is_not_believed()
    {
        var clock = Boot(Built.AddDays(-2), isSynchronized: true);
        Assert.False(clock.IsSynchronized);
        Assert.Null(clock.Trusted);
        Assert.Equal(Built, clock.LowerBound);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("2026-11-21T09:00:00.0000000+00:00 boot-1")]
    [InlineData("2026-11-21T09:00:00.0000000+00:00 boot-1 0")]
    [InlineData("2026-11-21T09:00:00.0000000+00:00 boot-1 0 roughly")]
    [InlineData("2026-11-21T09:00:00.0000000+00:00 boot-1 -5 exactly")]
    [InlineData("9999-12-31T23:59:59.0000000+00:00 boot-1 0 exactly")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void A_damaged_file_costs_certainty_and_nothing_else(string content)
    {
        File.WriteAllText(Kept, content);
        Assert.Equal(Built, Boot(Epoch).LowerBound);
    }

    [Fact]
    public void The_program_knows_when_its_source_was_committed()
    {
        Assert.True(BuildTime.Value > new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), BuildTime.Value.ToString("O", CultureInfo.InvariantCulture));
    }

    public void Dispose() => Directory.Delete(state, recursive: true);

    private DateTimeOffset Set(DateTimeOffset wall)
    {
        machine.SetWall(wall);
        return wall;
    }

    private TrustedClock Boot(DateTimeOffset wall, bool isSynchronized = false, string bootId = "boot-1")
    {
        (machine, synchronized) = (new(wall), isSynchronized);
        return Restart(bootId);
    }

    private TrustedClock Restart(string bootId) => new(machine, () => synchronized, Built, state, bootId);
}

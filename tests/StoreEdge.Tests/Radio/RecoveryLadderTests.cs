using StoreEdge.Core;
using StoreEdge.Core.Radio;

namespace StoreEdge.Tests.Radio;

public sealed class RecoveryLadderTests
{
    private readonly RecoveryLadder ladder = new();

    [Fact]
    public void The_rungs_come_in_order_each_with_time_to_work()
    {
        Assert.Equal(
            [
                (130, RecoveryStep.RestartScan), (145, RecoveryStep.PowerCycle), (160, RecoveryStep.Unblock), (175, RecoveryStep.DownUp), (190, RecoveryStep.UsbReset),
                (205, RecoveryStep.Reopen), (220, RecoveryStep.Warn), (820, RecoveryStep.RestartScan), (835, RecoveryStep.PowerCycle),
            ],
            Steps(100, 840, silentSince: 100, openSince: 0));
    }

    [Fact]
    public void Nothing_is_done_about_silence_that_no_canary_proves() => Assert.Empty(Steps(0, 100_000, silentSince: null, openSince: 0));

    [Fact]
    public void A_radio_that_was_just_opened_is_given_its_time() =>
        Assert.Equal((150, RecoveryStep.RestartScan), Steps(100, 151, silentSince: 20, openSince: 120).First());

    [Fact]
    public void A_step_that_is_not_possible_is_no_step()
    {
        Steps(100, 130, silentSince: 100, openSince: 0);
        ladder.Skip(At(130));
        Assert.Equal(0, ladder.Taken(RecoveryStep.RestartScan));
        Assert.Equal(RecoveryStep.PowerCycle, ladder.Next(At(131), At(100), At(0), false));
    }

    [Fact]
    public void While_others_are_heard_only_the_scan_is_restarted_and_then_a_person_is_told() =>
        Assert.Equal([(130, RecoveryStep.RestartScan), (145, RecoveryStep.Warn), (745, RecoveryStep.RestartScan), (760, RecoveryStep.Warn)], Steps(100, 761, silentSince: 100, openSince: 0, others: true));

    [Fact]
    public void What_helped_is_remembered_and_the_next_silence_begins_at_the_bottom()
    {
        Steps(100, 150, silentSince: 100, openSince: 0);
        Assert.Equal(RecoveryStep.None, ladder.Next(At(151), null, At(0), false));
        Assert.Equal((1, RecoveryStep.PowerCycle, RecoveryStep.PowerCycle), (ladder.Recoveries, ladder.Healer, ladder.Last));
        Assert.Equal(RecoveryStep.RestartScan, Steps(200, 231, silentSince: 200, openSince: 0).Single().Step);
        Assert.Equal((2, 1), (ladder.Taken(RecoveryStep.RestartScan), ladder.Taken(RecoveryStep.PowerCycle)));
    }

    private static Instant At(double seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);

    private List<(int At, RecoveryStep Step)> Steps(int from, int to, double? silentSince, double openSince, bool others = false)
    {
        var steps = new List<(int, RecoveryStep)>();
        for (var second = from; second <= to; second++)
            if (ladder.Next(At(second), silentSince is { } since ? At(since) : null, At(openSince), others) is not RecoveryStep.None and var step) steps.Add((second, step));
        return steps;
    }
}

using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Commands;

public sealed class DoctorRoundsTests
{
    private readonly ManualClock clock = new();
    private readonly List<string> said = [];

    [Fact]
    public async Task What_hangs_is_said_to_be_unknown_and_holds_up_nothing_else()
    {
        var (hanging, begun) = Hanging("disk");
        var making = Rounds().MakeAsync([hanging, DoctorRound.Of(new("clock", "relógio"), () => [HealthCheck.Pass("clock", new("Clock", "Relógio"), Phrase.Same("right"))])], CancellationToken.None);
        await begun;
        clock.Advance(DoctorRounds.Each);
        var found = await making;
        Assert.Equal([("doctor:disk", CheckVerdict.Unknown), ("clock", CheckVerdict.Pass)], found.Select(c => (c.Code, c.Verdict)));
        Assert.Equal(["disk", "clock"], said);
    }

    [Fact]
    public async Task Though_everything_hangs_it_is_over_in_time()
    {
        var (first, firstBegun) = Hanging("disk");
        var (second, secondBegun) = Hanging("network");
        var (third, _) = Hanging("radio");
        var making = Rounds().MakeAsync([first, second, third], CancellationToken.None);
        await firstBegun;
        clock.Advance(DoctorRounds.Each);
        await secondBegun;
        clock.Advance(DoctorRounds.Whole - DoctorRounds.Each);
        Assert.Equal(["doctor:disk", "doctor:network", "doctor:radio"], (await making).Select(c => c.Code));
        Assert.True(DoctorRounds.Whole + TimeSpan.FromSeconds(5) <= TimeSpan.FromSeconds(30));
    }

    private DoctorRounds Rounds() => new(phrase => said.Add(phrase.English), clock);

    private static (DoctorRound Round, Task Begun) Hanging(string name)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (new(Phrase.Same(name), _ =>
        {
            begun.SetResult();
            return new TaskCompletionSource<IReadOnlyList<HealthCheck>>().Task;
        }), begun.Task);
    }
}

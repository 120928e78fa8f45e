using System.Text;
using System.Text.Json;
using StoreEdge.Core;
using StoreEdge.Core.Telling;
using StoreEdge.Simulator.Fleet;

namespace StoreEdge.Tests.Simulator.Fleet;

public sealed class FleetCommandsTests
{
    private readonly FleetJournal journal = new("fleet-00000", new(new([], 1), "fleet-00000"), 1, new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));
    private readonly Ledger ledger = new(new(), 0);
    private readonly DrainPace pace = new(3, Instant.Origin);

    [Fact]
    public void Central_sets_the_pace_and_gives_it_back()
    {
        Assert.Equal("done", Carry("drain", """{"id":"a","eventsPerSecond":200}""").Result);
        Assert.Equal(200, pace.PerSecond);
        Assert.Equal("done", Carry("drain", """{"id":"b","eventsPerSecond":0}""").Result);
        Assert.Equal(3, pace.PerSecond);
        Assert.Equal("refused", Carry("drain", """{"id":"c","eventsPerSecond":-1}""").Result);
    }

    [Fact]
    public void The_same_command_again_is_answered_and_not_carried_out_again()
    {
        var commands = new FleetCommands(journal, ledger, pace, 3);
        var first = commands.Carry("drain", """{"id":"a","eventsPerSecond":200}"""u8, Instant.Origin);
        pace.Change(7, Instant.Origin);
        Assert.Same(first, commands.Carry("drain", """{"id":"a","eventsPerSecond":200}"""u8, Instant.Origin));
        Assert.Equal(7, pace.PerSecond);
    }

    [Fact]
    public void What_is_held_is_replayed_as_backlog_and_what_is_gone_is_refused()
    {
        for (var i = 0; i < 20; i++) journal.Append(TimeSpan.FromSeconds(i), timed: false);
        journal.Acknowledge(10, _ => { });
        ledger.Acknowledge(10);
        Assert.Equal("done", Carry("replay", $$"""{"id":"a","epoch":"{{journal.Epoch}}","from":5,"to":15}""").Result);
        Assert.Equal(new SeqRun(11, 15), ledger.Backlog);
        Assert.Equal("refused", Carry("replay", $$"""{"id":"b","epoch":"{{journal.Epoch}}","from":1,"to":10}""").Result);
        Assert.Equal("refused", Carry("replay", $$"""{"id":"c","epoch":"{{Guid.Empty}}","from":11,"to":12}""").Result);
    }

    [Fact]
    public void What_it_does_not_know_is_refused_under_its_own_id_and_nonsense_is_a_fault()
    {
        var answer = Carry("erase", """{"id":"x-1"}""");
        Assert.Equal(("x-1", "refused"), (answer.Id, answer.Result));
        Assert.ThrowsAny<JsonException>(() => Carry("drain", """{"id":"a","eventsPerSecond":"fast"}"""));
        Assert.ThrowsAny<JsonException>(() => Carry("erase", "[]"));
    }

    private StoreEdge.Contracts.ResponseMessage Carry(string name, string json) => new FleetCommands(journal, ledger, pace, 3).Carry(name, Encoding.UTF8.GetBytes(json), Instant.Origin);
}

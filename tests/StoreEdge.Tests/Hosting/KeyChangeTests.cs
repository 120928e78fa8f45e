using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Hosting;

/// <summary>One store over a change of the pseudonym key: what customers said must outlive it, and nothing must tie the two names together once the former key is gone.</summary>
public sealed class KeyChangeTests : IAsyncDisposable
{
    private static readonly PseudonymKey First = Key(1), Second = Key(2);
    private readonly string directory = Directory.CreateTempSubdirectory("key-change-").FullName;
    private readonly ManualClock clock = new();
    private HealthBoard health = null!;
    private JournalStore journal = null!;
    private EnrolmentRegistry registry = null!;
    private DecisionInputs inputs = null!;

    [Fact]
    public async Task Never_and_stop_survive_the_change_and_a_restart_and_the_former_name_is_gone()
    {
        Open(Both());
        await SayAsync("v1", First.OfCustomer("A"), "never", "shoes");
        await SayAsync("v1", First.OfCustomer("A"), "stop", null);
        await SeesAsync("v2", First.OfCustomer("B"), "shoes");
        await SayAsync("v2", First.OfCustomer("B"), "want", "shoes");
        await DepartAsync("v1", First.OfCustomer("A"));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.True(registry.Turn());

        // Even before anything is carried over the word counts under either name.
        Assert.True(inputs.HasStopped(Second.OfCustomer("A")));
        await CarryAsync();
        Assert.True(inputs.HasStopped(Second.OfCustomer("A")));
        Assert.False(inputs.HasStopped(Second.OfCustomer("B")));
        Assert.Equal(0, CountRows("preference", First.OfCustomer("A")));
        Assert.Equal(2, CountRows("preference", Second.OfCustomer("A")));
        Assert.Equal((0, 1), (CountRows("vote", First.OfCustomer("B")), CountRows("vote", Second.OfCustomer("B"))));

        await RestartAsync(new PseudonymKeys(Second));
        await CarryAsync();
        Assert.True(inputs.HasStopped(Second.OfCustomer("A")));
        Assert.Empty(health.Warnings);
    }

    [Fact]
    public async Task A_word_said_in_a_visit_that_outlives_the_change_counts_over_the_one_carried_over()
    {
        Open(Both());
        await SayAsync("v1", First.OfCustomer("A"), "stop", null);
        clock.Advance(TimeSpan.FromHours(2));
        registry.Turn();
        await CarryAsync();

        // The visit goes on under its name: they consent again, and later stop again.
        await journal.AppendAsync(new ConsentData("v1", First.OfCustomer("A").Value, "r", "1", "en", true, true, true, "high"), Instant.Now(clock), default);
        Assert.False(inputs.HasStopped(Second.OfCustomer("A")));
        Assert.False(inputs.HasStopped(First.OfCustomer("A")));
        await CarryAsync();
        Assert.False(inputs.HasStopped(Second.OfCustomer("A")));
        await SayAsync("v1", First.OfCustomer("A"), "stop", null);
        Assert.True(inputs.HasStopped(Second.OfCustomer("A")));
        await CarryAsync();
        Assert.True(inputs.HasStopped(Second.OfCustomer("A")));
    }

    [Fact]
    public async Task One_vote_of_a_day_stays_one_though_it_was_cast_under_both_names()
    {
        Open(Both());
        await SeesAsync("v1", First.OfCustomer("A"), "shoes");
        await SayAsync("v1", First.OfCustomer("A"), "never", "shoes");
        clock.Advance(TimeSpan.FromHours(2));
        registry.Turn();
        await SeesAsync("v2", Second.OfCustomer("A"), "shoes");
        await SayAsync("v2", Second.OfCustomer("A"), "want", "shoes");
        await CarryAsync();
        Assert.Equal((0.0, 1.0), (Tally("refused"), Tally("wanted")));
    }

    [Fact]
    public async Task A_restart_after_the_moment_changes_over_as_well()
    {
        Open(Both());
        await SayAsync("v1", First.OfCustomer("A"), "stop", null);
        clock.Advance(TimeSpan.FromHours(2));
        await RestartAsync(Both());
        Assert.Equal(2, registry.KeyId);
        await CarryAsync();
        Assert.Equal(1, CountRows("preference", Second.OfCustomer("A")));
    }

    [Fact]
    public async Task The_login_finds_the_visit_that_began_under_the_former_name()
    {
        Open(Both());
        await journal.AppendAsync(new ArrivalData("v1", First.OfCustomer("A").Value, "door", "r", "low", "beacon", "involuntary"), Instant.Now(clock), default);
        clock.Advance(TimeSpan.FromHours(2));
        registry.Turn();
        Assert.True(registry.TryFindLogin("5550001", out var typed));
        Assert.Equal(First.OfCustomer("A"), inputs.NameOfOpenVisit(typed));
        await DepartAsync("v1", First.OfCustomer("A"));
        Assert.Equal(Second.OfCustomer("A"), inputs.NameOfOpenVisit(typed));
    }

    [Fact]
    public async Task A_key_that_vanished_too_early_erases_nothing_and_says_so()
    {
        Open(new PseudonymKeys(First));
        await SayAsync("v1", First.OfCustomer("A"), "never", "shoes");
        await RestartAsync(new PseudonymKeys(Second));
        await CarryAsync();
        Assert.Equal("pseudonym-key-missing", Assert.Single(health.Warnings).Code);
        Assert.Equal(1, CountRows("preference", First.OfCustomer("A")));

        // The former generation is put back: all is well.
        clock.Advance(TimeSpan.FromHours(2));
        await RestartAsync(Both());
        await CarryAsync();
        Assert.Empty(health.Warnings);
        Assert.Equal(1, CountRows("preference", Second.OfCustomer("A")));
    }

    [Fact]
    public async Task Who_is_no_longer_enrolled_is_forgotten_with_the_former_key()
    {
        Open(Both());
        await SayAsync("v1", First.OfCustomer("Gone"), "never", "shoes");
        clock.Advance(TimeSpan.FromHours(2));
        registry.Turn();
        await CarryAsync();
        Assert.Equal(1, CountRows("preference", First.OfCustomer("Gone")));
        await RestartAsync(new PseudonymKeys(Second));
        await CarryAsync();
        Assert.Equal(0, CountRows("preference", First.OfCustomer("Gone")));
    }

    public async ValueTask DisposeAsync()
    {
        await journal.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static PseudonymKey Key(int id) => new(id, Enumerable.Repeat((byte)id, 32).ToArray());

    private PseudonymKeys Both() => new([(First, DateTimeOffset.MinValue), (Second, new ManualClock().GetUtcNow().AddHours(1))]);

    private void Open(PseudonymKeys keys)
    {
        health = new(clock, NullLogger<HealthBoard>.Instance);
        journal = JournalStore.Open(
            directory, new() { ClockSynchronized = () => true }, [new VisitsProjection(), new PreferencesProjection(), new ShowingsProjection(), new TracesProjection(), new VotesProjection(TimeZoneInfo.Utc)], clock, health, NullLogger<JournalStore>.Instance);
        registry = new(keys, clock);
        registry.Replace(new(1, [new("A", BeaconRole.Customer, null, "5550001", []), new("B", BeaconRole.Customer, null, null, [])]));
        inputs = new(journal, clock, health, registry.NamesOf);
    }

    private async Task RestartAsync(PseudonymKeys keys)
    {
        await journal.DisposeAsync();
        Open(keys);
    }

    private Task CarryAsync() => new RegistryLoop(registry, journal, clock, health).CarryAsync();

    private async Task SayAsync(string visit, Pseudonym who, string choice, string? offer) =>
        await journal.AppendAsync(new ChoiceData(visit, who.Value, choice, offer, null, "high"), Instant.Now(clock), default);

    /// <summary>They are here, and are shown it on their phone: only then have they a vote.</summary>
    private async Task SeesAsync(string visit, Pseudonym who, string offer)
    {
        await journal.AppendAsync(new ArrivalData(visit, who.Value, "door", null, "high", "portal", "voluntary"), Instant.Now(clock), default);
        await journal.AppendAsync(
            new DecisionData("d-" + visit, visit, who.Value, "phone", null, "phone", [offer], false, "", "en", "1", new string('0', 64), 1, []), Instant.Now(clock), default);
    }

    private async Task DepartAsync(string visit, Pseudonym who) =>
        await journal.AppendAsync(new DepartureData(visit, who.Value, "door", 60, "silence", "involuntary", "low"), Instant.Now(clock), default);

    private long CountRows(string table, Pseudonym subject) => journal.Query(database =>
    {
        using var command = database.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table} WHERE subject = $subject";
        command.Parameters.AddWithValue("$subject", subject.Value);
        return (long)command.ExecuteScalar()!;
    });

    private double Tally(string column) => journal.Query(database =>
    {
        using var command = database.CreateCommand();
        command.CommandText = $"SELECT coalesce(sum({column}), 0.0) FROM opinion";
        return (double)command.ExecuteScalar()!;
    });
}

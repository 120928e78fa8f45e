using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Desired;

namespace StoreEdge.Tests.Desired;

/// <summary>A technician's change is kept by the technician's word, and by nothing else.</summary>
public sealed class ConfirmationWatchTests : IDisposable
{
    private const string Wider = """{ "presence": { "zoneMargin": 8 } } // wider""";

    private readonly ManualClock clock = new();
    private readonly string directory = Directory.CreateTempSubdirectory("confirmation-").FullName;
    private int restarts, decided;

    [Fact]
    public async Task A_change_that_nobody_confirms_is_taken_back_after_ninety_seconds()
    {
        var (documents, watch) = Begin(Wider);
        Assert.Equal(8, Margin(documents));
        Assert.Equal(ConfirmationWatch.Within, watch.Left);
        using var stop = new CancellationTokenSource();
        var running = watch.RunAsync(stop.Token);
        clock.Advance(TimeSpan.FromSeconds(89));
        Assert.True(documents.NeedsConfirmation);
        clock.Advance(TimeSpan.FromSeconds(2));
        await Until(() => Volatile.Read(ref restarts) == 1);
        Assert.Equal((false, DesiredRecord.Reverted, (int?)null), (documents.NeedsConfirmation, documents[DesiredDocuments.Technician].State, Margin(documents)));
        Assert.Contains("did not confirm it within 90 s", documents[DesiredDocuments.Technician].Reason, StringComparison.Ordinal);
        Assert.False(await watch.ConfirmAsync());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_change_that_is_confirmed_is_in_force_in_the_next_process_too()
    {
        var (_, watch) = Begin(Wider);
        Assert.True(await watch.ConfirmAsync());
        Assert.Equal((1, 0, null), (decided, restarts, watch.Left));
        var next = new DesiredDocuments(directory);
        next.BeginProcess();
        next.BeginRun();
        Assert.Equal((8, false), (Margin(next), next.IsOnTrial));
    }

    [Fact]
    public async Task A_process_that_dies_in_the_trial_takes_the_change_back_and_what_was_kept_before_stays()
    {
        var (_, first) = Begin(Wider);
        await first.ConfirmAsync();
        Begin("""{ "presence": { "zoneMargin": 9 } }""");
        // kill -9: nothing is tidied up.
        var next = new DesiredDocuments(directory);
        next.BeginProcess();
        next.BeginRun();
        Assert.Equal((8, false, DesiredRecord.Reverted), (Margin(next), next.IsOnTrial, next[DesiredDocuments.Technician].State));
    }

    [Fact]
    public async Task A_process_that_is_told_to_stop_in_the_trial_takes_the_change_back_too()
    {
        var (_, first) = Begin(Wider);
        await first.ConfirmAsync();
        var (documents, _) = Begin("""{ "presence": { "zoneMargin": 9 } }""");
        documents.Pause();
        var next = new DesiredDocuments(directory);
        next.BeginProcess();
        next.BeginRun();
        Assert.Equal((8, false, "the service was stopped before anybody kept it"), (Margin(next), next.IsOnTrial, next[DesiredDocuments.Technician].Reason));
    }

    [Fact]
    public async Task A_link_that_is_well_proves_nothing_of_a_technicians_change_and_central_waits()
    {
        var (documents, _) = Begin(Wider);
        var trial = new TrialWatch(documents, TimeSpan.FromSeconds(10), () => [], () => Task.CompletedTask, () => restarts++, clock);
        using var stop = new CancellationTokenSource();
        var running = trial.RunAsync(stop.Token);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((true, true, 0), (documents.NeedsConfirmation, documents.HasTrial, restarts));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void Central_is_told_nothing_of_it()
    {
        var (documents, _) = Begin(Wider);
        Assert.Empty(documents.States());
        Assert.DoesNotContain(DesiredDocuments.Technician, DesiredDocuments.Kinds);
    }

    [Theory]
    [InlineData("""{ "state": { "directory": "/tmp" } }""", "state: is not set here")]
    [InlineData("""{ "mqtt": { "host": "10.6.6.6", "tls": false } }""", "mqtt: is not set here: whom the store gives its secrets to")]
    [InlineData("""{ "Technician": { "networks": ["0.0.0.0/0"] } }""", "Technician: is not set here")]
    [InlineData("[]", "one JSON object")]
    [InlineData("{ \"presence\": { \"zoneMargin\": } }", "not JSON")]
    [InlineData("""{ "presence": {}, "Presence": {} }""", "each key once")]
    public void A_layer_that_cannot_be_one_says_why(string document, string said)
    {
        var fault = Assert.Throws<ConfigurationException>(() => DesiredLayer.Parse(DesiredLayer.Technician, 3, document));
        Assert.Contains(said, Assert.Single(fault.Errors).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("technician's layer 3", fault.Errors[0].Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Central_is_stronger_than_the_technician_wherever_it_is_checked()
    {
        var (documents, _) = Begin(Wider);
        var layers = documents.LayersWith(DesiredDocuments.Config, new(1, """{ "presence": { "zoneMargin": 5 } }"""));
        Assert.Equal(["technician's layer 1", "desired config 1"], layers.Select(l => l.Source));
        documents.Revert("");
        documents.Try(DesiredDocuments.Config, new(1, """{ "presence": { "zoneMargin": 5 } }"""));
        Assert.Equal(["technician's layer 2", "desired config 1"], documents.LayersWith(DesiredDocuments.Technician, new(2, "{}")).Select(l => l.Source));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static int? Margin(DesiredDocuments documents) => (int?)documents.LayersInForce().Select(l => l.Values["presence"]?["zoneMargin"]).FirstOrDefault();

    private static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A process in the run after somebody has tried a change.</summary>
    private (DesiredDocuments Documents, ConfirmationWatch Watch) Begin(string document)
    {
        var documents = new DesiredDocuments(directory);
        documents.BeginProcess();
        documents.Try(DesiredDocuments.Technician, new(documents[DesiredDocuments.Technician].Highest + 1, document));
        documents.BeginRun();
        return (documents, new(documents, () =>
        {
            decided++;
            return Task.CompletedTask;
        }, () => Interlocked.Increment(ref restarts), clock));
    }
}

using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Journal;

/// <summary>While the store's own journal cannot be written another one stands in for it, and comes home.</summary>
public sealed class StandInTests : IAsyncDisposable
{
    private readonly Bench own = new(), other = new();

    [Fact]
    public async Task It_knows_what_customers_said_tells_what_central_lacks_and_declares_nothing_lost()
    {
        var former = await FillAsync(own);
        StandIn();
        Assert.NotEqual(former, other.Store.Epoch);
        Assert.Equal(1, Said(other, "stop", "k1-ana"));
        Assert.Equal(0, other.Number("SELECT count(*) FROM doubt"));
        Assert.Equal(2, Assert.Single(other.Store.Formers(), f => f.Epoch == former).Count);
        Assert.Equal([new JournalRenewedData(former, "not-writable", 3, 2, Complete: true)], Events(other.Store).Where(e => e is JournalRenewedData or GapData));
    }

    [Fact]
    public async Task What_was_said_meanwhile_holds_at_home_and_every_event_comes_home_once()
    {
        var former = await FillAsync(own);
        StandIn();
        var meanwhile = other.Store.Epoch;
        await SayAsync(other, new ChoiceData("v2", "k1-bia", "stop", null, null, "low"));
        await SayAsync(other, new ConsentData("v3", "k1-ana", Guid.NewGuid().ToString(), "1", "en", true, true, true, "low"));
        await SayAsync(other, new DepartureData("v1", "k1-ana", "door", 60, "silence", "involuntary", "low"));
        // Central holds the first of these, and everything of the former.
        other.Store.Acknowledge(2);
        other.Store.AcknowledgeFormer(former, 3);
        other.Settle();
        var birth = other.Store.NextCounter("birth").Value;
        await other.Store.DisposeAsync();
        var left = Copy(other.Directory);

        Home();
        Assert.Equal(former, own.Store.Epoch);
        Assert.Equal((1, 0), (Said(own, "stop", "k1-bia"), Said(own, "stop", "k1-ana")));
        Assert.Equal(0, own.Number("SELECT count(*) FROM doubt"));
        Assert.Equal(0, own.Number("SELECT count(*) FROM open_visit WHERE left_at IS NULL"));
        Assert.Equal(3, own.Store.AcknowledgedSeq);
        Assert.Equal([3L, 4L], own.Store.ReadFormerAfter(meanwhile, 0, 10).Select(e => e.Seq));
        Assert.Equal(new JournalRenewedData(meanwhile, "returned", 4, 2, Complete: true), Assert.Single(Events(own.Store).OfType<JournalRenewedData>()));
        Assert.Equal(birth + 1, own.Store.NextCounter("birth").Value);
        Assert.False(Directory.Exists(other.Directory));

        // As after a kill before the files were gone: nothing comes twice.
        await own.Store.DisposeAsync();
        Directory.Move(left, other.Directory);
        Home();
        Assert.Equal([3L, 4L], own.Store.ReadFormerAfter(meanwhile, 0, 10).Select(e => e.Seq));
        Assert.Equal((1, 0), (Said(own, "stop", "k1-bia"), Said(own, "stop", "k1-ana")));
        Directory.CreateDirectory(other.Directory);
    }

    [Fact]
    public async Task It_goes_on_after_a_restart_under_the_same_epoch()
    {
        await FillAsync(own);
        StandIn();
        var epoch = other.Store.Epoch;
        await SayAsync(other, new ChoiceData("v2", "k1-bia", "stop", null, null, "low"));
        await other.Store.DisposeAsync();
        StandIn();
        Assert.Equal(epoch, other.Store.Epoch);
        Assert.Single(Events(other.Store).OfType<JournalRenewedData>());
        Assert.Equal(1, Said(other, "stop", "k1-bia"));
    }

    [Fact]
    public async Task Where_nothing_of_the_other_can_be_read_nobody_is_believed_to_allow_anything()
    {
        await FillAsync(own);
        foreach (var file in Directory.GetFiles(own.Directory)) File.Delete(file);
        StandIn();
        Assert.Equal(1, other.Number("SELECT count(*) FROM doubt"));
        Assert.Equal(new JournalRenewedData(null, "not-writable", 0, 0, Complete: false), Assert.Single(Events(other.Store).OfType<JournalRenewedData>()));
    }

    [Fact]
    public async Task Where_something_said_meanwhile_is_lost_nobody_is_believed_at_home_and_the_hole_is_declared()
    {
        await FillAsync(own);
        StandIn();
        var meanwhile = other.Store.Epoch;
        for (var i = 0; i < 3; i++) await SayAsync(other, new ChoiceData("v2", "k1-bia", "never", "o" + i, "d", "low"));
        await other.Store.DisposeAsync();
        other.Tamper("DELETE FROM event WHERE seq = 3");
        Home();
        Assert.Equal(own.Store.LastSeq - 1, own.Number("SELECT since_seq FROM doubt"));
        Assert.Equal([new SeqRange(3, 3)], Assert.Single(Events(own.Store).OfType<GapData>(), g => g.Epoch == meanwhile).Ranges);
        Assert.False(Assert.Single(Events(own.Store).OfType<JournalRenewedData>()).Complete);
    }

    [Fact]
    public async Task One_that_cannot_be_read_at_all_is_told_and_does_not_keep_the_store_from_opening()
    {
        await FillAsync(own);
        StandIn();
        await other.Store.DisposeAsync();
        foreach (var file in Directory.GetFiles(other.Directory)) await File.WriteAllBytesAsync(file, new byte[100]);
        Home();
        Assert.Equal(new JournalRenewedData(null, "returned", 0, 0, Complete: false), Assert.Single(Events(own.Store).OfType<JournalRenewedData>()));
        Assert.Equal(1, own.Number("SELECT count(*) FROM doubt"));
        Directory.CreateDirectory(other.Directory);
    }

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(other.Directory)) Directory.CreateDirectory(other.Directory);
        await own.DisposeAsync();
        await other.DisposeAsync();
    }

    private void StandIn() => other.Open(new() { ClockSynchronized = () => true, StandsInFor = own.Directory }, new VisitsProjection(), new PreferencesProjection());

    private void Home() => own.Open(new() { ClockSynchronized = () => true, StandIn = other.Directory }, new VisitsProjection(), new PreferencesProjection());

    /// <summary>Three events, of which central holds the first: somebody comes in, and says stop.</summary>
    private static async Task<Guid> FillAsync(Bench bench)
    {
        var store = bench.Open(null, new VisitsProjection(), new PreferencesProjection());
        await SayAsync(bench, new ArrivalData("v1", "k1-ana", "door", "door-in", "low", "beacon", "involuntary"));
        await SayAsync(bench, new ChoiceData("v1", "k1-ana", "stop", null, null, "low"));
        await bench.AppendAsync("v1");
        store.Acknowledge(1);
        await store.DisposeAsync();
        return store.Epoch;
    }

    private static async Task SayAsync(Bench bench, IEventData data) => await bench.Store.AppendAsync(data, Instant.Now(bench.Clock), CancellationToken.None);

    private static long Said(Bench bench, string kind, string subject) => bench.Store.Query(database =>
    {
        using var command = database.CreateCommand();
        command.CommandText = "SELECT coalesce(max(value), 0) FROM preference WHERE kind = $kind AND subject = $subject";
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$subject", subject);
        return (long)command.ExecuteScalar()!;
    });

    private static List<IEventData> Events(JournalStore store) => [.. store.ReadAfter(0, 1000).Select(e => ContractsJson.Read(e.Type, e.Data.Span))];

    private static string Copy(string directory)
    {
        var copy = directory + "-left";
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(directory)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}

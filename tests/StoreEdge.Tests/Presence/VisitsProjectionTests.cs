using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Presence;

public sealed class VisitsProjectionTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("visits-").FullName;
    private readonly ManualClock clock = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Furniture_outlives_a_restart_until_its_owner_arrives()
    {
        await using (var journal = Open())
        {
            await journal.AppendAsync(new ArrivalData("v1", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            await journal.AppendAsync(new DepartureData("v1", "k1-ana", "entrance", 43200, "furniture", "involuntary", "low"), Instant.Now(clock), default);
            await journal.AppendAsync(new ArrivalData("v2", "k1-bia", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            await journal.AppendAsync(new DepartureData("v2", "k1-bia", "entrance", 60, "silence", "involuntary", "low"), Instant.Now(clock), default);
        }

        await using (var journal = Open())
        {
            Assert.Equal([new Pseudonym("k1-ana")], journal.Query(VisitsProjection.ReadFurniture));
            Assert.Empty(journal.Query(database => VisitsProjection.ReadOpen(database, clock.GetUtcNow())));
            await journal.AppendAsync(new ArrivalData("v3", "k1-ana", "entrance", "front", "low", "beacon", "involuntary"), Instant.Now(clock), default);
            Assert.Empty(journal.Query(VisitsProjection.ReadFurniture));
        }
    }

    private JournalStore Open() => JournalStore.Open(
        directory, new() { ClockSynchronized = () => true }, [new VisitsProjection()], clock, new HealthBoard(clock, NullLogger<HealthBoard>.Instance), NullLogger<JournalStore>.Instance);
}

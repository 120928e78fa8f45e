using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Tests.Offers;

namespace StoreEdge.Tests.Deciding;

/// <summary>The deciding rooms on a real journal in a directory of their own, with a clock that the test moves. Events go the way they go in a store.</summary>
internal sealed class DecidingBench : IAsyncDisposable
{
    private readonly List<CommittedEvent> all = [];
    private System.Threading.Channels.ChannelReader<CommittedEvent> feed = null!;

    private readonly IReadOnlyList<DisplayPlace> places;

    public DecidingBench(byte[] bundle, params DisplayPlace[] places)
    {
        this.places = places.Length > 0 ? places : [new(Door, new("entrance")), new(new("aisle"), new("aisle"))];
        File.WriteAllBytes(BundleFile, bundle);
        Open();
    }

    public static readonly DisplayId Door = new("door");

    /// <summary>Households by customer, as the enrolment list names them.</summary>
    public Dictionary<string, string> Enrolled { get; } = [];

    /// <summary>Which events the journal refuses; none to begin with.</summary>
    public Func<IEventData, bool> Refuses { get; set; } = _ => false;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("deciding-").FullName;

    public string BundleFile => Path.Combine(Directory, "bundle.json");

    /// <summary>The machine's clock; another one after <see cref="RebootAsync"/>.</summary>
    public ManualClock Clock { get; private set; } = new(OfferSamples.Noon.ToUniversalTime());

    /// <summary>Where the shop is; the machine's zone to begin with. It counts from the next <see cref="RebootAsync"/> on.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Local;

    /// <summary>Whether an NTP client keeps the machine's clock right.</summary>
    public bool Synchronized { get; set; } = true;

    public TrustedClock Trusted { get; private set; } = null!;

    private string BootId { get; set; } = "boot-1";

    public HealthBoard Health { get; private set; } = null!;

    public JournalStore Journal { get; private set; } = null!;

    public BundleStore Bundles { get; private set; } = null!;

    public PresentVisits Visits { get; private set; } = null!;

    public DisplayHub Hub { get; private set; } = null!;

    public PhoneOffers Phones { get; private set; } = null!;

    public DecidingLoop Loop { get; private set; } = null!;

    public DecisionInputs Inputs { get; private set; } = null!;

    /// <summary>The data of everything journaled so far.</summary>
    public IReadOnlyList<IEventData> Events
    {
        get
        {
            Collect();
            return [.. all.Select(e => e.Data)];
        }
    }

    public void Open()
    {
        var state = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "state")).FullName;
        Trusted = new(Clock, () => Synchronized, OfferSamples.Noon.AddDays(-30), state, BootId);
        var time = new StoreClock(Clock, Zone, Trusted);
        Health = new(time, NullLogger<HealthBoard>.Instance);
        Journal = JournalStore.Open(
            Path.Combine(Directory, "journal"), new() { ClockSynchronized = () => Trusted.IsSynchronized, TimeAtLeast = () => Trusted.LowerBound, BootId = () => BootId },
            [new PreferencesProjection(), new ShowingsProjection(), new TracesProjection(), new VotesProjection(Zone), new Refusal(() => Refuses)], time, Health, NullLogger<JournalStore>.Instance);
        Bundles = new(new(BundleFile, Path.Combine(Directory, "state")), Health);
        Bundles.Load();
        Visits = new(time, Trusted);
        Hub = new(places, Posters.Idle(Bundles.Current), Journal, time, Health);
        Inputs = new(Journal, time, Health, clock: Trusted, householdOf: subject => Enrolled.TryGetValue(subject.Value, out var household) ? new(household) : null);
        Phones = new(Journal, Bundles, Visits, Inputs, time);
        Loop = new(Journal, Bundles, Visits, Inputs, Phones, Hub, time, Health);
        Hub.Freed += display => Loop.PostFreed(display);
        Hub.ClaimOver += (display, claim) => Loop.PostClaimOver(display, claim);
        feed = Journal.Subscribe("test", 4096);
    }

    /// <summary>The power goes and comes back: everything that was only in memory is gone.</summary>
    public async Task RestartAsync()
    {
        Collect();
        await Journal.DisposeAsync();
        Open();
        await Loop.RecoverAsync(default);
    }

    /// <summary>The machine restarts in an orderly way, with this wall clock.</summary>
    public async Task RebootAsync(DateTimeOffset wall, bool synchronized = false)
    {
        Collect();
        await Journal.DisposeAsync();
        Trusted.Keep();
        (Clock, Synchronized, BootId) = (new(wall), synchronized, BootId + "+");
        Open();
        await Loop.RecoverAsync(default);
    }

    public async Task<CommittedEvent> HappensAsync(IEventData data)
    {
        var committed = await Journal.AppendAsync(data, Instant.Now(Clock), default);
        Loop.Post(committed);
        await Loop.DrainAsync(default);
        return committed;
    }

    /// <summary>The loop hears of what others journaled, from the event with this index on.</summary>
    public void Follow(int from)
    {
        Collect();
        foreach (var committed in all.Skip(from)) Loop.Post(committed);
    }

    public Task ArrivesAsync(string visit, string subject = "k1-ana", string zone = "entrance", string? party = null, string assurance = "low") =>
        HappensAsync(new ArrivalData(visit, subject, zone, "r1", assurance, "beacon", "involuntary", Party: party));

    public Task DepartsAsync(string visit, string subject = "k1-ana") => HappensAsync(new DepartureData(visit, subject, "entrance", 60, "silence", "involuntary", "low"));

    public Task ChoosesAsync(string visit, string choice, string? offer, string subject = "k1-ana", string? decision = null, string assurance = "low") =>
        HappensAsync(new ChoiceData(visit, subject, choice, offer, decision, assurance));

    /// <summary>What this store has counted.</summary>
    public Core.Offers.StoreVotes Votes(string offer) => Journal.Query(VotesProjection.Read).GetValueOrDefault(new(offer));

    public async Task KnowsAsync(string visit, params (string Name, string Json)[] attributes)
    {
        Loop.Accept(new ContextMessage(visit, attributes.ToDictionary(
            a => a.Name, a => new ContextAttribute(JsonDocument.Parse(a.Json).RootElement, Clock.GetUtcNow(), 3600, "service"))));
        await Loop.DrainAsync(default);
    }

    /// <summary>The page says that it drew what it was sent.</summary>
    public async Task<bool> DrawsAsync(DisplayId? display = null)
    {
        var showing = Hub.Current(display ?? Door)!;
        return await Hub.AcknowledgeAsync(display ?? Door, new(showing.Id, showing.Poster.ContentHash(), 2), default);
    }

    public async Task PassAsync(TimeSpan span)
    {
        Clock.Advance(span);
        await Hub.TickAsync(default);
        await Loop.DrainAsync(default);
    }

    public Task<IReadOnlyList<PhoneOffer>> PhoneAsync(string visit, string subject = "k1-ana") =>
        Phones.DecideForPhoneAsync(new(visit), new(subject), "en", default).AsTask();

    public string? OnDoor => Hub.Current(Door)?.Offer.Value;

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        SqliteConnection.ClearAllPools();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private void Collect()
    {
        Journal.NextCounter("settle");
        while (feed.TryRead(out var committed)) all.Add(committed);
    }

    private sealed class Refusal(Func<Func<IEventData, bool>> refuses) : IProjection
    {
        public string Name => "refusal";

        public IReadOnlyList<string> Migrations => [];

        public void Apply(SqliteConnection database, CommittedEvent committed)
        {
            if (refuses()(committed.Data)) throw new IOException("no room is left");
        }
    }
}

using System.Security.Cryptography;
using System.Threading.Channels;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What a test arrival asks of other rooms.</summary>
/// <param name="Arrive">Somebody comes into a zone; completes when that is on disk.</param>
/// <param name="Leave">They leave.</param>
/// <param name="Acknowledged">Up to which event central holds everything; null for a store without a link.</param>
internal sealed record TestArrivalDoors(Func<Pseudonym, ZoneId, CancellationToken, Task<VisitId>> Arrive, Action<Pseudonym> Leave, Func<long>? Acknowledged);

/// <summary>Something that a test arrival led to.</summary>
/// <param name="Type">The event's type; <c>acknowledged</c> where central holds the arrival.</param>
/// <param name="Place">The display, where it is about one.</param>
/// <param name="After">Since the test began.</param>
internal sealed record TestStep(string Type, string? Place, TimeSpan After);

/// <summary>
/// A technician's test: an arrival of nobody, flagged <c>test</c>, that goes the whole way of a real one: presence, journal, decision, display, central. Votes and caps leave it out, and so must
/// journeys. It leaves by itself.
/// </summary>
/// <param name="doors">Other rooms.</param>
/// <param name="committed">Events as they are committed.</param>
/// <param name="time">The clock.</param>
internal sealed class TestArrival(TestArrivalDoors doors, ChannelReader<CommittedEvent> committed, TimeProvider time)
{
    /// <summary>Long enough for a display to draw and be read, and for central to answer.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(20);

    private const int MostSteps = 20;

    private readonly Lock gate = new();
    private readonly List<TestStep> steps = [];
    private readonly Channel<Pseudonym> begun = Channel.CreateBounded<Pseudonym>(1);
    private Pseudonym? subject;
    private Instant since;
    private long arrivalSeq;

    /// <summary>Where the last one came in; null where there was none.</summary>
    public ZoneId? Zone { get; private set; }

    /// <summary>Whether one is here now.</summary>
    public bool IsRunning
    {
        get
        {
            lock (gate) return IsRunningWhileLocked;
        }
    }

    /// <summary>What the last one led to so far.</summary>
    public IReadOnlyList<TestStep> Steps
    {
        get
        {
            lock (gate)
            {
                if (arrivalSeq > 0 && doors.Acknowledged?.Invoke() >= arrivalSeq && steps.TrueForAll(s => s.Type != "acknowledged"))
                    steps.Add(new("acknowledged", null, Instant.Now(time) - since));
                return [.. steps];
            }
        }
    }

    /// <summary>One whose departure was never seen is over some time later all the same.</summary>
    private bool IsRunningWhileLocked => subject is not null && Instant.Now(time) - since < Lasts * 2;

    /// <summary>Begins one. It does not end with the browser that asked for it; where the arrival is not on disk by the time it would leave again, it has failed.</summary>
    /// <returns>False where one is here already.</returns>
    public async Task<bool> BeginAsync(ZoneId zone)
    {
        var nobody = new Pseudonym(Pseudonym.TestPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        lock (gate)
        {
            if (IsRunningWhileLocked) return false;
            (subject, since, Zone, arrivalSeq) = (nobody, Instant.Now(time), zone, 0);
            steps.Clear();
        }

        begun.Writer.TryWrite(nobody);
        using var late = new CancellationTokenSource(Lasts, time);
        await doors.Arrive(nobody, zone, late.Token);
        return true;
    }

    /// <summary>Follows what comes of it, and has it leave, until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(FollowAsync(stop), LeaveAsync(stop));

    private async Task FollowAsync(CancellationToken stop)
    {
        VisitId? visit = null;
        await foreach (var one in committed.ReadAllAsync(stop))
        {
            lock (gate)
            {
                if (one.Data is ArrivalData { Test: true } arrival && arrival.Subject == subject?.Value) (visit, arrivalSeq) = (new(arrival.VisitId), one.Seq);
                if (visit is null || one.Data.VisitId != visit.Value.Value) continue;
                if (steps.Count < MostSteps) steps.Add(new(one.Data.Type, PlaceOf(one.Data), Instant.Now(time) - since));
                if (one.Data is DepartureData) (subject, visit) = (null, null);
            }
        }
    }

    private async Task LeaveAsync(CancellationToken stop)
    {
        await foreach (var nobody in begun.Reader.ReadAllAsync(stop))
        {
            await Task.Delay(Lasts, time, stop);
            doors.Leave(nobody);
        }
    }

    private static string? PlaceOf(IEventData data) => data switch
    {
        DecisionData decision => decision.Display ?? decision.Place,
        RenderedData rendered => rendered.Display,
        ProofOfPlayData proof => proof.Display,
        ArrivalData arrival => arrival.Zone,
        _ => null,
    };
}

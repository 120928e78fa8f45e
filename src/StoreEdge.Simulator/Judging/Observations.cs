using StoreEdge.Contracts;
using StoreEdge.Simulator.Journey;

namespace StoreEdge.Simulator.Judging;

/// <summary>Gathers, from the events of one store, what the judgement needs. Written by the journey service, read at the end.</summary>
internal sealed class Observations(string storeId)
{
    private readonly Lock gate = new();
    private readonly List<ReportedArrival> arrivals = [];
    private readonly List<ReportedDeparture> departures = [];
    private readonly List<double> arrivalToRender = [];
    private readonly SortedDictionary<string, long> byType = [];
    private long rendered;

    /// <summary>Events older than this belong to an earlier run of the agent and are not ours to judge.</summary>
    public DateTimeOffset Since { get; set; } = DateTimeOffset.MaxValue;

    public void Note(ReceivedEvent received)
    {
        if (received.Envelope.StoreId != storeId || received.Envelope.Time < Since) return;
        lock (gate)
        {
            byType[received.Envelope.Type] = byType.GetValueOrDefault(received.Envelope.Type) + 1;
            switch (received.Data)
            {
                case ArrivalData { Test: false } a:
                    arrivals.Add(new(a.Subject, a.Road, received.Envelope.Time, received.ReceivedAt));
                    break;
                case DepartureData d:
                    departures.Add(new(d.Subject, d.Reason, received.Envelope.Time));
                    break;
                case RenderedData r:
                    rendered++;
                    if (r.ArrivalToRenderMilliseconds is { } span) arrivalToRender.Add(span);
                    break;
            }
        }
    }

    public IReadOnlyList<ReportedArrival> Arrivals
    {
        get
        {
            lock (gate) return [.. arrivals];
        }
    }

    public IReadOnlyList<ReportedDeparture> Departures
    {
        get
        {
            lock (gate) return [.. departures];
        }
    }

    public IReadOnlyList<double> ArrivalToRenderMilliseconds
    {
        get
        {
            lock (gate) return [.. arrivalToRender];
        }
    }

    public IReadOnlyDictionary<string, long> ByType
    {
        get
        {
            lock (gate) return new Dictionary<string, long>(byType);
        }
    }

    public long Rendered
    {
        get
        {
            lock (gate) return rendered;
        }
    }
}

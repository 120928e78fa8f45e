using StoreEdge.Contracts;
using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Fleet;

/// <summary>
/// A journal in memory: numbers events without holes and keeps each until central's cumulative acknowledgement. An event is eight bytes here, because all but its
/// moment follows from its number (<see cref="StoreDay"/>); so 10,000 stores can hold the 1,600 events each of a regional outage of eight hours in 130 MB.
/// Not for use by several threads.
/// </summary>
internal sealed class FleetJournal
{
    /// <summary>Monotonic times are told from here, so that the backlog's are not negative: a machine that has run for 30 days.</summary>
    private static readonly TimeSpan Uptime = TimeSpan.FromDays(30);

    private const int TimedBit = 1, SentBit = 2, TakenBit = 4, Shift = 3;

    private readonly string storeId;
    private readonly StoreDay day;
    private readonly DateTimeOffset start;
    private readonly string bootId;

    // A ring: (microseconds since the start) << 3, and whether it is timed, was ever sent, ever taken by a broker.
    private long[] kept = new long[16];

    public FleetJournal(string storeId, StoreDay day, ulong seed, DateTimeOffset start)
    {
        (this.storeId, this.day, this.start) = (storeId, day, start);
        var chance = Xoshiro.For(seed, storeId + "/journal");
        (Epoch, bootId) = (StoreDay.Uuid(chance), StoreDay.Uuid(chance).ToString());
    }

    public Guid Epoch { get; }

    public string BootId => bootId;

    /// <summary>The newest number; 0 where there is none.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Central's cumulative acknowledgement.</summary>
    public long AcknowledgedSeq { get; private set; }

    /// <summary>Numbers an event.</summary>
    /// <param name="at">When it happened, since the start of the run; the backlog's is negative.</param>
    /// <param name="timed">Whether its way to central's acknowledgement is to be told.</param>
    public void Append(TimeSpan at, bool timed)
    {
        if (LastSeq - AcknowledgedSeq == kept.Length)
        {
            var larger = new long[kept.Length * 2];
            for (var seq = AcknowledgedSeq + 1; seq <= LastSeq; seq++) larger[seq % larger.Length] = kept[seq % kept.Length];
            kept = larger;
        }

        LastSeq++;
        kept[LastSeq % kept.Length] = ((at.Ticks / TimeSpan.TicksPerMicrosecond) << Shift) | (timed ? TimedBit : 0L);
    }

    /// <summary>Forgets up to there.</summary>
    /// <param name="seq">Beyond the acknowledgement before, not beyond the newest.</param>
    /// <param name="timed">Sees the moment of each that is timed.</param>
    public void Acknowledge(long seq, Action<TimeSpan> timed)
    {
        for (var s = AcknowledgedSeq + 1; s <= seq; s++)
            if ((kept[s % kept.Length] & TimedBit) != 0) timed(MomentOf(s));
        AcknowledgedSeq = seq;
        if (LastSeq == seq && kept.Length > 1024) kept = new long[16];
    }

    /// <summary>Notes that it is sent.</summary>
    /// <returns>Whether it was sent before, and whether a broker had answered for it.</returns>
    public (bool Sent, bool Taken) MarkSent(long seq)
    {
        ref var entry = ref kept[seq % kept.Length];
        var before = ((entry & SentBit) != 0, (entry & TakenBit) != 0);
        entry |= SentBit;
        return before;
    }

    /// <summary>Notes that a broker answered for a run.</summary>
    public void MarkTaken(long first, long last)
    {
        for (var seq = Math.Max(first, AcknowledgedSeq + 1); seq <= last; seq++) kept[seq % kept.Length] |= TakenBit;
    }

    /// <summary>When a kept event happened, since the start of the run.</summary>
    public TimeSpan MomentOf(long seq) => TimeSpan.FromTicks((kept[seq % kept.Length] >> Shift) * TimeSpan.TicksPerMicrosecond);

    /// <summary>A kept event as it travels.</summary>
    public EventEnvelope EnvelopeOf(long seq)
    {
        var (data, moment) = (day.DataOf(seq), MomentOf(seq));
        var time = start + moment;
        return new(storeId, Epoch, seq, data.Type, time, time, bootId, (long)(Uptime + moment).TotalMilliseconds, "synchronized", ContractsJson.Write(data));
    }
}

using System.Text.Json.Serialization;

namespace StoreEdge.Contracts;

/// <summary>Numbers that will not come any more, and why: declared, so that nobody waits for them.</summary>
/// <param name="Epoch">The journal the numbers belong to: the present one, or a former one of this store.</param>
/// <param name="Ranges">Runs of numbers, ascending and apart; 1–500.</param>
/// <param name="Reason"><c>disk-full</c>, <c>corrupt</c>, <c>quarantined</c>, <c>dead-letter</c> or <c>erased</c>.</param>
public sealed record GapData(Guid Epoch, IReadOnlyList<SeqRange> Ranges, string Reason) : IEventData
{
    /// <summary>Given up to make room on a full disk.</summary>
    public const string DiskFull = "disk-full";

    /// <summary>The row could not be read any more.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>Lost with a damaged database.</summary>
    public const string Quarantined = "quarantined";

    /// <summary>Refused on the way; kept in the store and sent again on command.</summary>
    public const string DeadLetter = "dead-letter";

    /// <summary>The customer's data was erased.</summary>
    public const string Erased = "erased";

    /// <summary>More runs than this are told in further events.</summary>
    public const int MostRanges = 500;

    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Gap;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

/// <summary>A run of numbers, both ends included.</summary>
/// <param name="From">The first, 1 or more.</param>
/// <param name="To">The last, not below the first.</param>
public sealed record SeqRange(long From, long To);

/// <summary>Events that never got a number, because nothing could be written for a while, and memory was full or the agent ended meanwhile.</summary>
/// <param name="Count">How many.</param>
/// <param name="Reason"><c>disk-full</c>, <c>not-writable</c> or <c>fault</c>.</param>
/// <param name="From">When the first of them happened, as well as the clock knew.</param>
/// <param name="To">When the last of them happened.</param>
public sealed record UnrecordedData(long Count, string Reason, DateTimeOffset From, DateTimeOffset To) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.Unrecorded;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

/// <summary>The store has begun a new journal, hence a new epoch; what could be read of the former one is sent under its own epoch and numbers.</summary>
/// <param name="FormerEpoch">The journal before; null where not even that could be read.</param>
/// <param name="Reason"><c>corrupt</c>, <c>not-writable</c> (this one stands in for it, and the former returns) or <c>returned</c> (this is the store's own again; the former stood in for it).</param>
/// <param name="FormerLastSeq">The newest number of the former journal that is known; 0 where none is.</param>
/// <param name="Salvaged">How many of its events could be read that central had not acknowledged.</param>
/// <param name="Complete">Whether everything that it remembered (consents, stop, never, caps, visits) was read.</param>
public sealed record JournalRenewedData(Guid? FormerEpoch, string Reason, long FormerLastSeq, long Salvaged, bool Complete) : IEventData
{
    /// <summary>The former was damaged and set aside.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>The former cannot be written; this one stands in for it.</summary>
    public const string NotWritable = "not-writable";

    /// <summary>This is the store's own again; the former stood in for it.</summary>
    public const string Returned = "returned";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.JournalRenewed;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

/// <summary>
/// The store's clock was set. It corrects the times of this boot's events: the true time of one is <paramref name="Time"/> and what its monotonic time is beyond
/// <paramref name="MonotonicMilliseconds"/>. The latest of a boot counts.
/// </summary>
/// <param name="BootId">The kernel's boot id of the events that it corrects.</param>
/// <param name="MonotonicMilliseconds">The moment of <paramref name="Time"/> on that boot's monotonic clock.</param>
/// <param name="Time">The right time of that moment.</param>
/// <param name="OffsetSeconds">By how much the clock was set; positive where it had been slow.</param>
public sealed record ClockSynchronizedData(string BootId, long MonotonicMilliseconds, DateTimeOffset Time, double OffsetSeconds) : IEventData
{
    /// <inheritdoc/>
    [JsonIgnore]
    public string Type => EventTypes.ClockSynchronized;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? VisitId => null;
}

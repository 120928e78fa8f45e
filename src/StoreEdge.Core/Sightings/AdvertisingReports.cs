namespace StoreEdge.Core.Sightings;

/// <summary>The reports of one event whose framing <see cref="HciEvent.TryRead"/> has checked; enumerated in place.</summary>
public ref struct AdvertisingReports
{
    private readonly ReadOnlySpan<byte> packet;
    private readonly bool extended;
    private int remaining;
    private int offset;

    internal AdvertisingReports(ReadOnlySpan<byte> packet, int count, bool extended)
    {
        this.packet = packet;
        this.extended = extended;
        remaining = count;
        offset = 5;
    }

    /// <summary>The report reached by <see cref="MoveNext"/>.</summary>
    public AdvertisingReport Current { get; private set; }

    /// <summary>The same reports, for <c>foreach</c>.</summary>
    public readonly AdvertisingReports GetEnumerator() => this;

    /// <summary>Goes to the next report; false after the last.</summary>
    public bool MoveNext()
    {
        if (remaining == 0) return false;
        remaining--;
        Current = extended ? HciEvent.NextExtended(packet, ref offset) : HciEvent.NextLegacy(packet, ref offset);
        return true;
    }
}

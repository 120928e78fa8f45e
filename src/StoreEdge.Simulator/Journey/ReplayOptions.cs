namespace StoreEdge.Simulator.Journey;

/// <summary>How missing numbers are asked for.</summary>
internal sealed record ReplayOptions
{
    /// <summary>A run of numbers that stays missing, unchanged, for this long while later ones are held is asked for. A store that drains its backlog keeps changing it. 1 s–1 h.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The shortest span between two commands about one journal; it doubles with each that brought nothing, up to <see cref="AtMostEvery"/>.</summary>
    public TimeSpan Again { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan AtMostEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Journals asked about in one look, once a second: a fleet that came back from an outage is not asked all at once.</summary>
    public int MostAtOnce { get; init; } = 50;

    /// <summary>Runs that lie no further apart than this many numbers are asked for as one: what comes again needlessly costs less than another command.</summary>
    public int MergeWithin { get; init; } = 20;

    /// <summary>The most numbers of one command; a longer run is asked for piece by piece.</summary>
    public int MostNumbers { get; init; } = 10_000;
}

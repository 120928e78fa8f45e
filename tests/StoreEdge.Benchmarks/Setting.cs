namespace StoreEdge.Benchmarks;

/// <summary>How a scenario is to be run.</summary>
/// <param name="Rounds">How often each figure is taken; medians are told.</param>
/// <param name="Directory">Where files are written; must lie on the disk in question, not in memory.</param>
/// <param name="PublishDirectory">Where the two publishes are kept from run to run; null to make them anew.</param>
/// <param name="Frames">How many random frames the registry is shown.</param>
internal sealed record Setting(int Rounds, string Directory, string? PublishDirectory, long Frames = 100_000_000)
{
    /// <summary>A fresh directory for one round, gone afterwards.</summary>
    public Scratch Scratch() => new(Directory);
}

/// <summary>A directory for one round.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch(string under) => Path = Directory.CreateDirectory(System.IO.Path.Combine(under, $"storeedge-bench-{Guid.NewGuid():N}")).FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

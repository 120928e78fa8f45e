using System.Globalization;

namespace StoreEdge.SystemTests.Gate;

/// <summary>How many neighbours the kernel remembers, for as long as a test takes: a setting of the whole machine, that its network namespaces share.</summary>
internal sealed class RoomForNeighbours : IDisposable
{
    private readonly List<(string File, string Before)> former = [];

    /// <param name="thresholds">gc_thresh1 to gc_thresh3, of both protocols.</param>
    public RoomForNeighbours(params int[] thresholds)
    {
        foreach (var protocol in new[] { "ipv4", "ipv6" })
            for (var i = 0; i < thresholds.Length; i++)
            {
                var file = $"/proc/sys/net/{protocol}/neigh/default/gc_thresh{i + 1}";
                former.Add((file, File.ReadAllText(file)));
                File.WriteAllText(file, thresholds[i].ToString(CultureInfo.InvariantCulture));
            }
    }

    public void Dispose() => former.ForEach(f => File.WriteAllText(f.File, f.Before));
}

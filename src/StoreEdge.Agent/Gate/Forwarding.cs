namespace StoreEdge.Agent.Gate;

/// <summary>Whether the kernel passes packets on at all. Whether it should is the machine's owner's decision, so it is read and never written.</summary>
internal static class Forwarding
{
    /// <summary>What is not passed on: <c>IPv4</c>; null where all is well. IPv6 may be off on purpose, where the store's line has none.</summary>
    public static string? IsOff => Read("/proc/sys/net/ipv4/ip_forward") is "0" ? "IPv4" : null;

    /// <summary>Whether IPv6 is passed on.</summary>
    public static bool HasIPv6 => Read("/proc/sys/net/ipv6/conf/all/forwarding") is "1";

    /// <summary>How many neighbours the kernel remembers at most; null where that cannot be seen (in a network namespace other than the machine's).</summary>
    public static int? MostNeighbours => int.TryParse(Read("/proc/sys/net/ipv4/neigh/default/gc_thresh3"), out var most) ? most : null;

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}

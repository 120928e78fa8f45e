using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Netlink;

/// <summary>An interface of this machine, by its name.</summary>
public static class NetworkLink
{
    /// <summary>Its index, which changes when it is unplugged and plugged in again; null where there is none.</summary>
    public static int? IndexOf(string name) => Libc.if_nametoindex(name) is > 0 and var index ? (int)index : null;
}

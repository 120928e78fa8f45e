using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

internal static partial class LibMosquitto
{
    /// <summary>One turn of select, read, write and keep-alive. Any result but 0 means the connection is over.</summary>
    [LibraryImport(Soname, SetLastError = true)]
    internal static partial int mosquitto_loop(MosquittoHandle mosq, int timeout, int max_packets);

    /// <returns>The descriptor of the broker's socket, or −1.</returns>
    [LibraryImport(Soname)]
    internal static partial int mosquitto_socket(MosquittoHandle mosq);
}

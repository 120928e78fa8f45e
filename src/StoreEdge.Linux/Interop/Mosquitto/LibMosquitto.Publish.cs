using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

internal static partial class LibMosquitto
{
    /// <summary>Copies everything it is given. <paramref name="mid"/> is written before the message is queued, yet on_publish may run before this returns.</summary>
    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_publish_v5(
        MosquittoHandle mosq, out int mid, string topic, int payloadlen, ReadOnlySpan<byte> payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_subscribe_v5(MosquittoHandle mosq, out int mid, string sub, int qos, int options, nint properties);
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

internal static partial class LibMosquitto
{
    /// <summary>Blocks through name resolution and the TCP handshake; errno is set when it returns <see cref="MOSQ_ERR_ERRNO"/>.</summary>
    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int mosquitto_connect_bind_v5(MosquittoHandle mosq, string host, int port, int keepalive, string? bind_address, nint properties);

    [LibraryImport(Soname)]
    internal static partial int mosquitto_disconnect_v5(MosquittoHandle mosq, int reason_code, nint properties);

    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_username_pw_set(MosquittoHandle mosq, string? username, string? password);

    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_tls_set(MosquittoHandle mosq, string? cafile, string? capath, string? certfile, string? keyfile, nint pw_callback);

    /// <summary>Takes ownership of <paramref name="properties"/> only when it succeeds.</summary>
    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_will_set_v5(
        MosquittoHandle mosq, string topic, int payloadlen, ReadOnlySpan<byte> payload, int qos, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);
}

using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

/// <summary>struct mosquitto_message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct mosquitto_message
{
    internal int mid;
    internal byte* topic;
    internal byte* payload;
    internal int payloadlen;
    internal int qos;
    internal byte retain;
}

internal static unsafe partial class LibMosquitto
{
    [LibraryImport(Soname)]
    internal static partial void mosquitto_connect_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> on_connect);

    [LibraryImport(Soname)]
    internal static partial void mosquitto_disconnect_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> on_disconnect);

    [LibraryImport(Soname)]
    internal static partial void mosquitto_publish_v5_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> on_publish);

    [LibraryImport(Soname)]
    internal static partial void mosquitto_subscribe_v5_callback_set(
        MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> on_subscribe);

    [LibraryImport(Soname)]
    internal static partial void mosquitto_message_v5_callback_set(
        MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, mosquitto_message*, nint, void> on_message);

    /// <summary>May run on any thread that calls into the client.</summary>
    [LibraryImport(Soname)]
    internal static partial void mosquitto_log_callback_set(MosquittoHandle mosq, delegate* unmanaged[Cdecl]<nint, nint, int, byte*, void> on_log);
}

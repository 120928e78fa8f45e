using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

internal static partial class LibMosquitto
{
    /// <summary>Not thread safe: once per process, before anything else.</summary>
    [LibraryImport(Soname)]
    internal static partial int mosquitto_lib_init();

    /// <returns>A client, or null with errno EINVAL or ENOMEM.</returns>
    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint mosquitto_new(string id, [MarshalAs(UnmanagedType.U1)] bool clean_session, nint obj);

    [LibraryImport(Soname)]
    internal static partial void mosquitto_destroy(nint mosq);

    [LibraryImport(Soname)]
    internal static partial int mosquitto_threaded_set(MosquittoHandle mosq, [MarshalAs(UnmanagedType.U1)] bool threaded);

    [LibraryImport(Soname)]
    internal static partial int mosquitto_int_option(MosquittoHandle mosq, int option, int value);

    /// <summary>A static English text; not to be freed.</summary>
    [LibraryImport(Soname)]
    internal static partial nint mosquitto_strerror(int mosq_errno);
}

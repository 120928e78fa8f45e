using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

internal static partial class LibMosquitto
{
    [LibraryImport(Soname)]
    internal static partial int mosquitto_property_add_int32(ref nint proplist, int identifier, uint value);

    [LibraryImport(Soname, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_property_add_string(ref nint proplist, int identifier, string value);

    [LibraryImport(Soname)]
    internal static partial int mosquitto_property_add_binary(ref nint proplist, int identifier, ReadOnlySpan<byte> value, ushort len);

    [LibraryImport(Soname)]
    internal static partial void mosquitto_property_free_all(ref nint proplist);

    /// <returns>The property, or null when the list has none; the value is the caller's to free(3).</returns>
    [LibraryImport(Soname)]
    internal static partial nint mosquitto_property_read_string(nint proplist, int identifier, out nint value, [MarshalAs(UnmanagedType.U1)] bool skip_first);

    /// <inheritdoc cref="mosquitto_property_read_string"/>
    [LibraryImport(Soname)]
    internal static partial nint mosquitto_property_read_binary(
        nint proplist, int identifier, out nint value, out ushort len, [MarshalAs(UnmanagedType.U1)] bool skip_first);

    [LibraryImport(Soname)]
    internal static partial nint mosquitto_property_read_int16(nint proplist, int identifier, out ushort value, [MarshalAs(UnmanagedType.U1)] bool skip_first);

    [LibraryImport(Soname)]
    internal static partial nint mosquitto_property_read_int32(nint proplist, int identifier, out uint value, [MarshalAs(UnmanagedType.U1)] bool skip_first);
}

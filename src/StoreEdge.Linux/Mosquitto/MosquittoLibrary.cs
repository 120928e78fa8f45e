using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StoreEdge.Linux.Interop.Libc;
using StoreEdge.Linux.Interop.Mosquitto;

namespace StoreEdge.Linux.Mosquitto;

/// <summary>What must hold before libmosquitto may be used at all.</summary>
internal static class MosquittoLibrary
{
    private static readonly Lock Gate = new();
    private static bool initialised;

    /// <summary>Loads and initialises the library once; says how to install it when it is missing, and again tries at the next call.</summary>
    /// <param name="soname">Other than the real name only where its absence is tested.</param>
    internal static void EnsureUsable(string soname = LibMosquitto.Soname)
    {
        lock (Gate)
        {
            if (!NativeLibrary.TryLoad(soname, typeof(MosquittoLibrary).Assembly, DllImportSearchPath.SafeDirectories, out _))
                throw new MqttFailureException(new(MqttFailureKind.LibraryMissing, 0, $"{soname} is not installed: apt-get install libmosquitto1"));
            if (!initialised)
            {
                // The first call that keeps errno may have it overwritten by the JIT compiler; this one is allowed to.
                _ = Libc.shutdown(-1, Libc.SHUT_RDWR);
                _ = LibMosquitto.mosquitto_lib_init();
                initialised = true;
            }
        }
        CheckDescriptors(LowestFreeDescriptor());
    }

    /// <summary>A client opens three descriptors (a wake-up pair and the socket), each of which must stay below what select(2) can watch.</summary>
    internal static void CheckDescriptors(int lowestFree)
    {
        if (lowestFree + 3 <= LibMosquitto.FD_SETSIZE) return;
        throw new MqttFailureException(new(MqttFailureKind.TooManyDescriptors, lowestFree,
            $"this process has {lowestFree} open descriptors and libmosquitto can use only those below {LibMosquitto.FD_SETSIZE}: set LimitNOFILE=1024 or find what leaks"));
    }

    private static int LowestFreeDescriptor()
    {
        using SafeFileHandle probe = File.OpenHandle("/dev/null");
        return (int)probe.DangerousGetHandle();
    }
}

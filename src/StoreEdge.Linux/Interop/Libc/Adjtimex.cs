using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

/// <summary>What the kernel knows about its wall clock: adjtimex(2), read only.</summary>
public static unsafe partial class Adjtimex
{
    /// <summary>The flag that an NTP client clears once it has set the clock; from linux/timex.h.</summary>
    private const int STA_UNSYNC = 0x0040;

    /// <summary>The return value that stands for an unsynchronized clock; from linux/timex.h.</summary>
    private const int TIME_ERROR = 5;

    /// <summary>Whether an NTP client (or PTP, or a person through it) keeps the wall clock right. False where the kernel does not say.</summary>
    public static bool IsClockSynchronized()
    {
        Timex state = default;
        var result = adjtimex(&state);
        return result >= 0 && result != TIME_ERROR && (state.Status & STA_UNSYNC) == 0;
    }

    /// <summary>By how much the clock may be wrong, as whoever keeps it right last told the kernel; null where nobody does.</summary>
    public static TimeSpan? MostError()
    {
        Timex state = default;
        var result = adjtimex(&state);
        return result < 0 || result == TIME_ERROR || (state.Status & STA_UNSYNC) != 0 ? null : TimeSpan.FromMicroseconds(state.MaxError);
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int adjtimex(Timex* state);

    /// <summary>struct timex up to the member that is read; the rest, 208 bytes in all on 64-bit kernels, is room for the kernel to fill.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Timex
    {
        public uint Modes;
        public nint Offset, Frequency, MaxError, EstimatedError;
        public int Status;
        private fixed byte rest[256];
    }
}

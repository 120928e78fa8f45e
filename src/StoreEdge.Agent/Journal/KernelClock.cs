using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Agent.Journal;

/// <summary>What tells a reader of the journal how far to trust an event's wall time: which boot it was, and whether the clock was set.</summary>
internal static class KernelClock
{
    public const string Synchronized = "synchronized", Unsynchronized = "unsynchronized", Corrected = "corrected";

    /// <summary>A UUID that the kernel makes at every boot; monotonic times compare only within one.</summary>
    public static string ReadBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Whether an NTP client keeps the wall clock right.</summary>
    public static bool IsSynchronized() => Adjtimex.IsClockSynchronized();

    /// <summary>By how much the wall clock may be wrong; null where nobody keeps it right.</summary>
    public static TimeSpan? MostError() => Adjtimex.MostError();

    /// <summary>The word that events carry.</summary>
    /// <param name="synchronized">Whether the time was right when the event was written.</param>
    /// <param name="corrected">Whether it has been counted back since.</param>
    public static string Quality(bool synchronized, bool corrected) => synchronized ? Synchronized : corrected ? Corrected : Unsynchronized;
}

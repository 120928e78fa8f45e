using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENXIO = 6;
    internal const int EAGAIN = 11;
    internal const int EACCES = 13;
    internal const int EBUSY = 16;
    internal const int ENODEV = 19;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EPIPE = 32;
    internal const int EPROTONOSUPPORT = 93;
    internal const int EOPNOTSUPP = 95;
    internal const int EAFNOSUPPORT = 97;
    internal const int ENETDOWN = 100;
    internal const int ETIMEDOUT = 110;
    internal const int EALREADY = 114;
    internal const int EREMOTEIO = 121;
    internal const int ERFKILL = 132;

    /// <summary>Of the kernel's inside, and passed on by mistake: an operation that a driver does not have.</summary>
    internal const int ENOTSUPP = 524;

    /// <summary>errno of the last call. The first call that fails in a process may report a wrong one while the runtime compiles the way back, so one is made to fail at once.</summary>
    internal static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>What an errno means, in the C library's words.</summary>
    internal static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    /// <summary>Makes the failing call.</summary>
    internal static void WarmUp() => _ = close(-1);
}

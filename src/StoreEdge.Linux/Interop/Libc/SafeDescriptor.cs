using Microsoft.Win32.SafeHandles;

namespace StoreEdge.Linux.Interop.Libc;

/// <summary>A file descriptor that is closed exactly once, and not while a call uses it.</summary>
internal sealed class SafeDescriptor : SafeHandleMinusOneIsInvalid
{
    internal SafeDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number, for a call.</summary>
    internal int Number => handle.ToInt32();

    protected override bool ReleaseHandle() => Libc.close(Number) == 0;
}

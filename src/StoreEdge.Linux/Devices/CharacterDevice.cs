using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Devices;

/// <summary>
/// A character device that is read and written in whole packets, by one thread. Unlike a FileStream alone it can be closed at any moment, because it never blocks in
/// read(2): it reads only what poll(2) has announced.
/// </summary>
public sealed class CharacterDevice : IDisposable
{
    private const int EINTR = 4;
    private readonly FileStream stream;

    private CharacterDevice(FileStream stream) => this.stream = stream;

    /// <summary>Opens it for reading and writing.</summary>
    /// <param name="path">Such as <c>/dev/vhci</c>.</param>
    /// <exception cref="IOException">It is not there, or is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">The file's permissions do not allow it.</exception>
    public static CharacterDevice Open(string path) => new(new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0));

    /// <summary>Waits until there is something to read or the time is over; false for the latter.</summary>
    /// <param name="limit">0 asks without waiting; rounded up to whole milliseconds.</param>
    public unsafe bool WaitReadable(TimeSpan limit)
    {
        var (file, held) = (stream.SafeFileHandle, false);
        try
        {
            file.DangerousAddRef(ref held);
            Libc.PollFd one = new() { fd = (int)file.DangerousGetHandle(), events = Libc.POLLIN };
            var ready = Libc.poll(&one, 1, (int)Math.Ceiling(limit.TotalMilliseconds));
            // A signal is no news; the caller looks again.
            if (ready < 0 && Marshal.GetLastPInvokeError() != EINTR) throw new IOException($"poll: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            return ready > 0;
        }
        finally
        {
            if (held) file.DangerousRelease();
        }
    }

    /// <summary>Reads one packet.</summary>
    /// <returns>Its length; 0 at the end.</returns>
    public int Read(Span<byte> packet) => stream.Read(packet);

    /// <summary>Writes one packet.</summary>
    /// <exception cref="IOException">The device does not take it now.</exception>
    public void Write(ReadOnlySpan<byte> packet) => stream.Write(packet);

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}

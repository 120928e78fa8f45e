namespace StoreEdge.Linux.Bluetooth;

/// <summary>A socket on which whole packets go both ways: the kernel's, or a stand-in for it at the wire. Used by one thread.</summary>
public interface IPacketChannel : IDisposable
{
    /// <summary>How many packets the kernel dropped because this socket's queue was full.</summary>
    long Dropped { get; }

    /// <summary>Sends one packet.</summary>
    /// <exception cref="BluetoothFault">It cannot be sent.</exception>
    void Send(ReadOnlySpan<byte> packet);

    /// <summary>Takes the next packet, waiting for it where there is none.</summary>
    /// <param name="buffer">Room for it; what does not fit is lost.</param>
    /// <param name="patience">How long to wait; zero not to wait.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False when none came in time.</returns>
    /// <exception cref="BluetoothFault">The other end is gone.</exception>
    /// <exception cref="OperationCanceledException">The owner of the channel was told to stop.</exception>
    bool TryReceive(Span<byte> buffer, TimeSpan patience, out int length);
}

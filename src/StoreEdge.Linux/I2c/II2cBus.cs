namespace StoreEdge.Linux.I2c;

/// <summary>A bus on which devices answer to addresses. The kernel's is <see cref="I2cBus"/>; tests play one under the same contract.</summary>
public interface II2cBus : IDisposable
{
    /// <summary>Writes one message: start, address, all bytes, stop.</summary>
    /// <param name="address">7 bits.</param>
    /// <param name="bytes">1 to 8,192, which is what the kernel takes in one message.</param>
    /// <exception cref="Devices.DeviceFault">Nobody answered there, or the bus has gone.</exception>
    void Write(int address, ReadOnlySpan<byte> bytes);

    /// <summary>Writes one message and reads the answer without letting go of the bus in between.</summary>
    /// <param name="address">7 bits.</param>
    /// <param name="bytes">What is written; empty to read only.</param>
    /// <param name="answer">Filled whole.</param>
    /// <exception cref="Devices.DeviceFault">Nobody answered there, or the bus has gone.</exception>
    void WriteRead(int address, ReadOnlySpan<byte> bytes, Span<byte> answer);
}

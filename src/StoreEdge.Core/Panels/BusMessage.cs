namespace StoreEdge.Core.Panels;

/// <summary>One message to a device on a bus, and how long the device needs afterwards.</summary>
/// <param name="Bytes">After the address; at least one.</param>
/// <param name="Pause">Before the next message; zero where the bus itself is slow enough.</param>
public sealed record BusMessage(ReadOnlyMemory<byte> Bytes, TimeSpan Pause)
{
    /// <summary>A message that needs no pause.</summary>
    public static implicit operator BusMessage(byte[] bytes) => FromBytes(bytes);

    /// <summary>A message that needs no pause.</summary>
    public static BusMessage FromBytes(byte[] bytes) => new(bytes, TimeSpan.Zero);
}

namespace StoreEdge.Tests.Commands;

/// <summary>Takes nothing, as <c>/dev/full</c> does.</summary>
internal sealed class FullDisk : MemoryStream
{
    public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left on device");

    public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
}

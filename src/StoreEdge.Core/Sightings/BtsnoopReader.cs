namespace StoreEdge.Core.Sightings;

/// <summary>
/// Reads a btsnoop stream, file or socket, record by record through one buffer. Fill it with <see cref="FillAsync"/> or <see cref="Fill"/> whenever
/// <see cref="TryRead"/> asks for more. Not for use by several threads.
/// </summary>
public sealed class BtsnoopReader
{
    private readonly Stream stream;
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;
    private BtsnoopDatalink? datalink;

    /// <summary>Takes the stream, which stays the caller's to close.</summary>
    public BtsnoopReader(Stream stream) => this.stream = stream;

    /// <summary>Bytes of the stream before the element that comes next; where a malformed one starts.</summary>
    public long Position { get; private set; }

    /// <summary>Whether bytes remain of an element that is not whole: at the end of the stream, that it was cut.</summary>
    public bool IsMidway => end > start || datalink is null;

    /// <summary>Reads the next record from what is buffered; its bytes are valid until the next call of any method.</summary>
    public BtsnoopRead TryRead(out BtsnoopRecord record)
    {
        record = default;
        if (datalink is null)
        {
            var header = Btsnoop.TryReadHeader(buffer.AsSpan(start, end - start), out var found);
            if (header != BtsnoopRead.Done) return header;
            datalink = found;
            Consume(Btsnoop.HeaderLength);
        }

        var result = Btsnoop.TryReadRecord(buffer.AsSpan(start, end - start), datalink.Value, out record, out var consumed);
        if (result == BtsnoopRead.Done) Consume(consumed);
        return result;
    }

    /// <summary>Reads more of the stream; false at its end.</summary>
    public bool Fill()
    {
        MakeRoom();
        var read = stream.Read(buffer, end, buffer.Length - end);
        end += read;
        return read > 0;
    }

    /// <summary>Reads more of the stream; false at its end.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken stop)
    {
        MakeRoom();
        var read = await stream.ReadAsync(buffer.AsMemory(end), stop).ConfigureAwait(false);
        end += read;
        return read > 0;
    }

    private void Consume(int bytes)
    {
        start += bytes;
        Position += bytes;
    }

    private void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        // Only a record longer than the buffer gets here with a full one, and TryReadRecord bounds records.
        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
    }
}

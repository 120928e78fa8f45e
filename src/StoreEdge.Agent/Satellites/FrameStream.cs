using System.Buffers;
using System.Buffers.Binary;

namespace StoreEdge.Agent.Satellites;

/// <summary>One frame as it came: what it is and what is in it.</summary>
/// <param name="Kind">Its first byte, known or not.</param>
/// <param name="Body">The rest; valid until the next frame is read.</param>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Body);

/// <summary>
/// Cuts a byte stream into frames: four bytes of length (big-endian, of what follows), one byte of kind, the body. Memory grows with the bytes that really came, never
/// with a length that somebody claims.
/// </summary>
internal sealed class FrameReader(Stream stream, int mostBytes, Action? alive = null)
{
    private const int Prefix = 4, Portion = 16 * 1024;
    private byte[] buffer = new byte[Portion];
    private int begin;
    private int end;

    /// <summary>Waits for the next frame.</summary>
    /// <returns>Null at an orderly end of the stream, between two frames.</returns>
    /// <exception cref="FormatException">This is no frame of ours.</exception>
    /// <exception cref="IOException">The connection broke, be it within a frame.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken stop)
    {
        if (!await HaveAsync(Prefix, stop)) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(begin));
        if (length == 0 || length > mostBytes) throw new FormatException($"a frame of {length} bytes, where 1 to {mostBytes} are allowed");
        var whole = Prefix + (int)length;
        if (!await HaveAsync(whole, stop)) throw new IOException("the connection ended within a frame");
        var frame = new Frame((FrameKind)buffer[begin + Prefix], buffer.AsMemory(begin + Prefix + 1, (int)length - 1));
        begin += whole;
        return frame;
    }

    /// <summary>Makes a frame of a kind and what <paramref name="body"/> writes.</summary>
    public static byte[] Make(FrameKind kind, Action<FrameBodyWriter> body)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        bytes.GetSpan(Prefix + 1)[..Prefix].Clear();
        bytes.GetSpan(Prefix + 1)[Prefix] = (byte)kind;
        bytes.Advance(Prefix + 1);
        body(new(bytes));
        var frame = bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - Prefix);
        return frame;
    }

    /// <summary>Reads until <paramref name="count"/> bytes are there.</summary>
    /// <returns>False where the stream ended first without a single byte of them.</returns>
    private async ValueTask<bool> HaveAsync(int count, CancellationToken stop)
    {
        while (end - begin < count)
        {
            if (begin > 0)
            {
                buffer.AsSpan(begin, end - begin).CopyTo(buffer);
                (begin, end) = (0, end - begin);
            }

            if (end == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, Prefix + (long)mostBytes));
            var read = await stream.ReadAsync(buffer.AsMemory(end), stop);
            if (read == 0) return end == 0 ? false : throw new IOException("the connection ended within a frame");
            end += read;
            alive?.Invoke();
        }

        return true;
    }
}

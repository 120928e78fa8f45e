using System.IO.Pipelines;

namespace StoreEdge.Tests.Satellites;

/// <summary>The two ends of a connection within this process.</summary>
internal static class DuplexStreams
{
    public static (Stream Here, Stream There) Create()
    {
        var (one, other) = (new Pipe(), new Pipe());
        return (new End(one.Reader, other.Writer), new End(other.Reader, one.Writer));
    }

    private sealed class End(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream incoming = reader.AsStream();
        private readonly Stream outgoing = writer.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => incoming.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => incoming.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => outgoing.Write(buffer, offset, count);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await outgoing.WriteAsync(buffer, cancellationToken);
            await outgoing.FlushAsync(cancellationToken);
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                incoming.Dispose();
                outgoing.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Netlink;

/// <summary>The messages of one packet (struct nlmsghdr of linux/netlink.h). What is cut short or claims too much ends the packet.</summary>
internal readonly ref struct NetlinkMessages(ReadOnlySpan<byte> packet)
{
    internal const int HeaderLength = 16;

    private readonly ReadOnlySpan<byte> packet = packet;

    /// <summary>For foreach.</summary>
    public Enumerator GetEnumerator() => new(packet);

    internal ref struct Enumerator(ReadOnlySpan<byte> packet)
    {
        private ReadOnlySpan<byte> rest = packet;

        public NetlinkMessage Current { get; private set; }

        public bool MoveNext()
        {
            if (rest.Length < HeaderLength) return false;
            var length = MemoryMarshal.Read<uint>(rest);
            if (length < HeaderLength || length > rest.Length) return false;
            Current = new(MemoryMarshal.Read<ushort>(rest[4..]), MemoryMarshal.Read<uint>(rest[8..]), rest[HeaderLength..(int)length]);
            rest = rest[Math.Min(rest.Length, NetlinkAttributes.Aligned((int)length))..];
            return true;
        }
    }
}

/// <summary>One message.</summary>
/// <param name="type">nlmsg_type.</param>
/// <param name="sequence">nlmsg_seq: of the request that it answers.</param>
/// <param name="body">What follows the header.</param>
internal readonly ref struct NetlinkMessage(ushort type, uint sequence, ReadOnlySpan<byte> body)
{
    internal const ushort Error = 2, Done = 3;

    public ushort Type { get; } = type;

    public uint Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>The errno of an error message; 0 is an acknowledgement.</summary>
    public int Errno => Body.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(Body) : 0;
}

/// <summary>Attributes (struct nlattr). What is cut short or claims too much ends the list.</summary>
internal readonly ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    /// <summary>NLA_TYPE_MASK: the two highest bits say how the value is written.</summary>
    private const ushort TypeMask = 0x3FFF;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    public static int Aligned(int length) => (length + 3) & ~3;

    /// <summary>For foreach.</summary>
    public Enumerator GetEnumerator() => new(bytes);

    internal ref struct Enumerator(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> rest = bytes;

        public NetlinkAttribute Current { get; private set; }

        public bool MoveNext()
        {
            if (rest.Length < 4) return false;
            var length = MemoryMarshal.Read<ushort>(rest);
            if (length < 4 || length > rest.Length) return false;
            Current = new((ushort)(MemoryMarshal.Read<ushort>(rest[2..]) & TypeMask), rest[4..length]);
            rest = rest[Math.Min(rest.Length, Aligned(length))..];
            return true;
        }
    }
}

/// <summary>One attribute.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    public ushort Type { get; } = type;

    public ReadOnlySpan<byte> Value { get; } = value;
}

using System.Buffers.Binary;
using System.Text;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Fleet.Wire;

/// <summary>
/// Takes packets from the bytes of a broker, MQTT 5 and 3.1.1. Whatever the bytes are, it ends in a packet, in "more bytes are needed", or in
/// <see cref="MqttWireException"/>; what a client that subscribes with QoS 1 cannot be sent is refused.
/// </summary>
internal static class MqttReader
{
    /// <summary>Commands and acknowledgements fit many times over; a broker is told so with Maximum Packet Size where the version has it.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostLengthBytes = 4;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Takes the first packet.</summary>
    /// <param name="bytes">What came and was not taken yet.</param>
    /// <param name="protocol">What was agreed on.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="taken">How many bytes it had.</param>
    /// <returns>False where it is not complete yet.</returns>
    /// <exception cref="MqttWireException">It is malformed, too large, or not for us.</exception>
    public static bool TryTake(ReadOnlyMemory<byte> bytes, MqttProtocol protocol, out MqttPacket packet, out int taken)
    {
        (packet, taken) = (default, 0);
        var span = bytes.Span;
        var (length, at) = (0, 1);
        for (var shift = 0; ; shift += 7, at++)
        {
            if (at > MostLengthBytes) throw new MqttWireException("a remaining length of more than four bytes");
            if (at >= span.Length) return false;
            length |= (span[at] & 0x7F) << shift;
            if ((span[at] & 0x80) == 0) break;
        }

        // Said before the bytes are there, so that a broker cannot have us wait for, or hold, what is not taken anyway.
        if (length > MostBytes) throw new MqttWireException($"a packet of {length} bytes, beyond {MostBytes}");
        var (kind, flags) = (span[0] >> 4, span[0] & 0x0F);
        if (!Enum.IsDefined((MqttPacketKind)kind)) throw new MqttWireException($"a packet of kind {kind}, which no broker sends to this client");
        if (span.Length < at + 1 + length) return false;
        taken = at + 1 + length;
        if ((MqttPacketKind)kind != MqttPacketKind.Publish && flags != 0) throw new MqttWireException($"reserved flags {flags} on kind {kind}");
        packet = Read((MqttPacketKind)kind, flags, bytes.Slice(at + 1, length), protocol == MqttProtocol.V5);
        return true;
    }

    private static MqttPacket Read(MqttPacketKind kind, int flags, ReadOnlyMemory<byte> body, bool five)
    {
        var from = new Cursor(body.Span);
        var packet = kind switch
        {
            MqttPacketKind.ConnAck => ConnAck(ref from, five),
            MqttPacketKind.Publish => Publish(ref from, flags, body, five),
            MqttPacketKind.PubAck => PubAck(ref from, five),
            MqttPacketKind.SubAck => SubAck(ref from, five),
            MqttPacketKind.PingResp => new(kind),
            _ => Disconnect(ref from, five),
        };
        return from.Left == 0 ? packet : throw new MqttWireException($"{from.Left} bytes too many on {kind}");
    }

    private static MqttPacket ConnAck(ref Cursor from, bool five)
    {
        var flags = from.Byte();
        if (flags > 1) throw new MqttWireException($"CONNACK flags {flags}");
        var reason = from.Byte();
        var properties = five ? Properties.Read(ref from) : new();
        if (properties.ReceiveMaximum == 0) throw new MqttWireException("a Receive Maximum of 0");
        // Codes 1–5 of 3.1.1 are refusals as well.
        if (!five && reason != 0) reason |= MqttPacket.FirstRefusal;
        return new(MqttPacketKind.ConnAck, 0, reason)
        {
            SessionPresent = flags == 1,
            ReceiveMaximum = properties.ReceiveMaximum ?? ushort.MaxValue,
            MaximumPacketSize = properties.MaximumPacketSize ?? uint.MaxValue,
            ServerKeepAlive = properties.ServerKeepAlive is { } s ? TimeSpan.FromSeconds(s) : null,
        };
    }

    private static MqttPacket Publish(ref Cursor from, int flags, ReadOnlyMemory<byte> body, bool five)
    {
        var qos = (flags >> 1) & 3;
        if (qos > 1) throw new MqttWireException($"a PUBLISH of QoS {qos}; subscribed was QoS 1");
        var topic = from.Text();
        if (topic.Length == 0 || topic.AsSpan().ContainsAny('+', '#', '\0')) throw new MqttWireException("a PUBLISH without a topic name");
        var id = qos == 1 ? from.Identifier() : (ushort)0;
        var properties = five ? Properties.Read(ref from) : new();
        var payload = body.Slice(body.Length - from.Left);
        from.Skip(from.Left);
        return new(MqttPacketKind.Publish, id)
        {
            Message = new(topic, payload)
            {
                Qos = (MqttQos)qos,
                Retain = (flags & 1) == 1,
                ResponseTopic = properties.ResponseTopic,
                CorrelationData = properties.CorrelationData ?? ReadOnlyMemory<byte>.Empty,
            },
        };
    }

    private static MqttPacket PubAck(ref Cursor from, bool five)
    {
        var id = from.Identifier();
        var reason = five && from.Left > 0 ? from.Byte() : (byte)0;
        if (five && from.Left > 0) Properties.Read(ref from);
        return new(MqttPacketKind.PubAck, id, reason);
    }

    private static MqttPacket SubAck(ref Cursor from, bool five)
    {
        var id = from.Identifier();
        if (five) Properties.Read(ref from);
        if (from.Left == 0) throw new MqttWireException("a SUBACK without reasons");
        byte worst = 0;
        while (from.Left > 0) worst = Math.Max(worst, from.Byte());
        return new(MqttPacketKind.SubAck, id, worst);
    }

    private static MqttPacket Disconnect(ref Cursor from, bool five)
    {
        if (!five) throw new MqttWireException("a DISCONNECT from a broker of 3.1.1");
        var reason = from.Left > 0 ? from.Byte() : (byte)0;
        if (from.Left > 0) Properties.Read(ref from);
        return new(MqttPacketKind.Disconnect, 0, reason);
    }

    /// <summary>The properties of MQTT 5 §2.2.2 that matter here; the others are read over, unknown ones are refused.</summary>
    private record struct Properties(int? ReceiveMaximum, long? MaximumPacketSize, int? ServerKeepAlive, string? ResponseTopic, byte[]? CorrelationData)
    {
        public static Properties Read(ref Cursor from)
        {
            var all = new Cursor(from.Bytes(from.Variable()));
            var properties = default(Properties);
            while (all.Left > 0)
            {
                switch (all.Byte())
                {
                    case 0x08: properties.ResponseTopic = all.Text(); break;
                    case 0x09: properties.CorrelationData = all.Bytes(all.Short()).ToArray(); break;
                    case 0x13: properties.ServerKeepAlive = all.Short(); break;
                    case 0x21: properties.ReceiveMaximum = all.Short(); break;
                    case 0x27: properties.MaximumPacketSize = all.Long(); break;
                    case 0x01 or 0x17 or 0x19 or 0x24 or 0x25 or 0x28 or 0x29 or 0x2A: all.Skip(1); break;
                    case 0x22 or 0x23: all.Skip(2); break;
                    case 0x02 or 0x11 or 0x18: all.Skip(4); break;
                    case 0x0B: all.Variable(); break;
                    case 0x03 or 0x12 or 0x15 or 0x16 or 0x1A or 0x1C or 0x1F: all.Skip(all.Short()); break;
                    case 0x26: all.Skip(all.Short()); all.Skip(all.Short()); break;
                    case var unknown: throw new MqttWireException($"a property {unknown}");
                }
            }

            return properties;
        }
    }

    /// <summary>Reads on, never beyond the end.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> rest = bytes;

        public readonly int Left => rest.Length;

        public byte Byte() => Bytes(1)[0];

        public int Short() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

        public long Long() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

        public ushort Identifier() => Short() is > 0 and var id ? (ushort)id : throw new MqttWireException("a packet identifier of 0");

        public int Variable()
        {
            var value = 0;
            for (var shift = 0; shift < 28; shift += 7)
            {
                var next = Byte();
                value |= (next & 0x7F) << shift;
                if ((next & 0x80) == 0) return value;
            }

            throw new MqttWireException("a number of more than four bytes");
        }

        public string Text()
        {
            try
            {
                return Strict.GetString(Bytes(Short()));
            }
            catch (DecoderFallbackException)
            {
                throw new MqttWireException("a text that is not UTF-8");
            }
        }

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count > rest.Length) throw new MqttWireException($"{count} bytes are announced, {rest.Length} are left");
            var taken = rest[..count];
            rest = rest[count..];
            return taken;
        }

        public void Skip(int count) => Bytes(count);
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Simulator.Fleet.Wire;

/// <summary>Writes the packets of a client, MQTT 5 (§3) and 3.1.1; always QoS 1.</summary>
internal static class MqttWriter
{
    private const byte WillFlag = 0x04, WillQos1 = 0x08, WillRetain = 0x20, PasswordFlag = 0x40, UserFlag = 0x80;
    private const byte Retain = 0x01, Qos1 = 0x02;
    private const byte CorrelationData = 0x09, ContentType = 0x03, SessionExpiry = 0x11, ReceiveMaximum = 0x21, MaximumPacketSize = 0x27;

    /// <summary>Clean start is false: the broker keeps the session, as it does for the agent.</summary>
    public static byte[] Connect(FleetLinkOptions options)
    {
        var five = options.Protocol == MqttProtocol.V5;
        var body = new ArrayBufferWriter<byte>(256);
        Text(body, "MQTT");
        var flags = (options.Will is { } w ? WillFlag | WillQos1 | (w.Retain ? WillRetain : 0) : 0)
            | (options.Username is null ? 0 : UserFlag) | (options.Password is null ? 0 : PasswordFlag);
        Bytes(body, [(byte)(five ? 5 : 4), (byte)flags]);
        Short(body, (int)Math.Clamp(Math.Ceiling(options.KeepAlive.TotalSeconds), 1, ushort.MaxValue));
        if (five)
        {
            Bytes(body, [5 + 3 + 5, SessionExpiry]);
            Long(body, (uint)Math.Clamp(options.SessionExpiry.TotalSeconds, 0, uint.MaxValue - 1));
            Bytes(body, [ReceiveMaximum]);
            Short(body, options.ReceiveMaximum);
            Bytes(body, [MaximumPacketSize]);
            Long(body, MqttReader.MostBytes);
        }

        Text(body, options.ClientId);
        if (options.Will is { } will)
        {
            if (five) Properties(body, will);
            Text(body, will.Topic);
            Short(body, will.Payload.Length);
            Bytes(body, will.Payload.Span);
        }

        if (options.Username is { } user) Text(body, user);
        if (options.Password is { } password) Text(body, password);
        return Packet(0x10, body.WrittenSpan);
    }

    public static byte[] Publish(MqttMessage message, ushort id, MqttProtocol protocol)
    {
        var body = new ArrayBufferWriter<byte>(message.Topic.Length + message.Payload.Length + 64);
        Text(body, message.Topic);
        Short(body, id);
        if (protocol == MqttProtocol.V5) Properties(body, message);
        Bytes(body, message.Payload.Span);
        return Packet((byte)(0x30 | Qos1 | (message.Retain ? Retain : 0)), body.WrittenSpan);
    }

    public static byte[] Subscribe(ushort id, IReadOnlyList<string> filters, MqttProtocol protocol)
    {
        var body = new ArrayBufferWriter<byte>(256);
        Short(body, id);
        if (protocol == MqttProtocol.V5) Bytes(body, [0]);
        foreach (var filter in filters)
        {
            Text(body, filter);
            Bytes(body, [1]);
        }

        return Packet(0x82, body.WrittenSpan);
    }

    public static byte[] PubAck(ushort id) => [0x40, 2, (byte)(id >> 8), (byte)id];

    public static byte[] PingReq { get; } = [0xC0, 0];

    /// <summary>An orderly goodbye: the broker keeps the will to itself.</summary>
    public static byte[] Disconnect { get; } = [0xE0, 0];

    /// <summary>What a publication of this payload needs besides it, at most: the fixed header and its topic, identifier and properties.</summary>
    public static int Overhead(MqttMessage message) => 5 + 2 + message.Topic.Length + 2 + 4 + 3 + (message.ContentType?.Length ?? 0) + 3 + message.CorrelationData.Length;

    private static void Properties(ArrayBufferWriter<byte> body, MqttMessage message)
    {
        var inner = new ArrayBufferWriter<byte>(64);
        if (message.ContentType is { } type)
        {
            Bytes(inner, [ContentType]);
            Text(inner, type);
        }

        if (!message.CorrelationData.IsEmpty)
        {
            Bytes(inner, [CorrelationData]);
            Short(inner, message.CorrelationData.Length);
            Bytes(inner, message.CorrelationData.Span);
        }

        Variable(body, inner.WrittenCount);
        Bytes(body, inner.WrittenSpan);
    }

    private static byte[] Packet(byte first, ReadOnlySpan<byte> body)
    {
        var header = new ArrayBufferWriter<byte>(8);
        Bytes(header, [first]);
        Variable(header, body.Length);
        return [.. header.WrittenSpan, .. body];
    }

    private static void Bytes(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes) => to.Write(bytes);

    private static void Short(ArrayBufferWriter<byte> to, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.GetSpan(2), (ushort)value);
        to.Advance(2);
    }

    private static void Long(ArrayBufferWriter<byte> to, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to.GetSpan(4), value);
        to.Advance(4);
    }

    private static void Variable(ArrayBufferWriter<byte> to, int value)
    {
        do
        {
            var more = value > 0x7F;
            Bytes(to, [(byte)((value & 0x7F) | (more ? 0x80 : 0))]);
            value >>= 7;
        }
        while (value > 0);
    }

    private static void Text(ArrayBufferWriter<byte> to, string text)
    {
        Short(to, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, to);
    }
}

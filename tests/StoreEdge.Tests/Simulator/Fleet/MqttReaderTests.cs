using System.Text;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Fleet.Wire;

namespace StoreEdge.Tests.Simulator.Fleet;

public sealed class MqttReaderTests
{
    /// <summary>One of each kind with its protocol, as mosquitto and ejabberd send them.</summary>
    private static readonly (MqttProtocol Protocol, byte[] Bytes)[] Good =
    [
        (MqttProtocol.V5, [0x20, 14, 1, 0, 11, 0x21, 0, 20, 0x27, 0, 1, 0, 0, 0x13, 0, 5]),
        (MqttProtocol.V311, [0x20, 2, 0, 0]),
        (MqttProtocol.V5, PublishOf(0x32, "stores/v1/s/cmd/drain", 7, [0x08, 0, 1, (byte)'r', 0x09, 0, 2, 1, 2, 0x26, 0, 1, (byte)'k', 0, 1, (byte)'v'], "{}")),
        (MqttProtocol.V311, PublishOf(0x33, "stores/v1/s/ack", 7, null, "{}")),
        (MqttProtocol.V5, [0x40, 2, 0, 9]),
        (MqttProtocol.V5, [0x40, 4, 0, 9, 16, 0]),
        (MqttProtocol.V311, [0x40, 2, 0, 9]),
        (MqttProtocol.V5, [0x90, 5, 0, 1, 0, 1, 1]),
        (MqttProtocol.V311, [0x90, 4, 0, 1, 1, 128]),
        (MqttProtocol.V5, [0xD0, 0]),
        (MqttProtocol.V5, [0xE0, 2, 0x8E, 0]),
    ];

    [Fact]
    public void A_connection_says_what_the_broker_grants()
    {
        var packet = Take(Good[0].Bytes, MqttProtocol.V5);
        Assert.Equal((MqttPacketKind.ConnAck, true, 20, 65_536L), (packet.Kind, packet.SessionPresent, packet.ReceiveMaximum, packet.MaximumPacketSize));
        Assert.Equal(TimeSpan.FromSeconds(5), packet.ServerKeepAlive);
    }

    [Fact]
    public void A_refusal_of_the_older_version_is_a_refusal() =>
        Assert.True(Take([0x20, 2, 0, 5], MqttProtocol.V311).Reason >= MqttPacket.FirstRefusal);

    [Fact]
    public void A_command_carries_where_its_answer_goes()
    {
        var message = Take(Good[2].Bytes, MqttProtocol.V5).Message!;
        Assert.Equal(("stores/v1/s/cmd/drain", "r", "{}"), (message.Topic, message.ResponseTopic, Encoding.UTF8.GetString(message.Payload.Span)));
        Assert.Equal([1, 2], message.CorrelationData.ToArray());
    }

    [Fact]
    public void A_retained_acknowledgement_is_known_as_such()
    {
        var packet = Take(Good[3].Bytes, MqttProtocol.V311);
        Assert.Equal((7, true, "{}"), (packet.Id, packet.Message!.Retain, Encoding.UTF8.GetString(packet.Message.Payload.Span)));
    }

    [Fact]
    public void The_worst_of_the_answers_to_a_subscription_counts() => Assert.Equal(128, Take(Good[8].Bytes, MqttProtocol.V311).Reason);

    [Fact]
    public void Bytes_that_are_not_all_there_are_waited_for()
    {
        foreach (var (protocol, bytes) in Good)
            for (var length = 0; length < bytes.Length; length++)
                Assert.False(MqttReader.TryTake(bytes.AsMemory(0, length), protocol, out _, out var taken) || taken != 0);
    }

    [Fact]
    public void Packets_that_come_together_are_taken_one_by_one()
    {
        byte[] all = [.. Good[4].Bytes, .. Good[9].Bytes, .. Good[2].Bytes];
        Assert.True(MqttReader.TryTake(all, MqttProtocol.V5, out var first, out var at));
        Assert.True(MqttReader.TryTake(all.AsMemory(at), MqttProtocol.V5, out var second, out var more));
        Assert.True(MqttReader.TryTake(all.AsMemory(at + more), MqttProtocol.V5, out var third, out _));
        Assert.Equal([MqttPacketKind.PubAck, MqttPacketKind.PingResp, MqttPacketKind.Publish], [first.Kind, second.Kind, third.Kind]);
    }

    [Theory]
    [InlineData("10 00", "no client is sent a CONNECT")]
    [InlineData("00 00", "kind 0")]
    [InlineData("F0 00", "AUTH was never agreed on")]
    [InlineData("50 02 00 01", "PUBREC belongs to QoS 2")]
    [InlineData("D0 FF FF FF FF 01", "a length of five bytes")]
    [InlineData("30 FF FF 7F", "two million bytes are announced")]
    [InlineData("D1 00", "reserved flags")]
    [InlineData("D0 01 00", "a byte too many")]
    [InlineData("40 02 00 00", "packet identifier 0")]
    [InlineData("40 01 00", "half an identifier")]
    [InlineData("34 05 00 01 61 00 01", "QoS 2")]
    [InlineData("36 05 00 01 61 00 01", "QoS 3")]
    [InlineData("32 05 00 00 00 01 00", "an empty topic")]
    [InlineData("32 06 00 01 23 00 01 00", "a wildcard in a topic name")]
    [InlineData("32 06 00 01 FF 00 01 00", "a topic that is not UTF-8")]
    [InlineData("32 06 00 09 61 00 01 00", "a topic longer than the packet")]
    [InlineData("32 08 00 01 61 00 01 05 7F 00", "properties beyond the end")]
    [InlineData("32 08 00 01 61 00 01 02 7F 00", "an unknown property")]
    [InlineData("20 06 00 00 03 21 00 00", "a Receive Maximum of 0")]
    [InlineData("20 03 02 00 00", "unknown flags")]
    [InlineData("90 03 00 01 00", "no reasons")]
    public void What_no_broker_may_send_ends_the_connection(string hex, string why) =>
        Assert.True(Assert.Throws<MqttWireException>(() => Take(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), MqttProtocol.V5)).Message.Length > 0, why);

    [Fact]
    public void Hostile_bytes_end_in_a_packet_in_patience_or_in_a_named_refusal()
    {
        var random = new Random(20_261_122);
        for (var i = 0; i < 200_000; i++)
        {
            var protocol = i % 2 == 0 ? MqttProtocol.V5 : MqttProtocol.V311;
            byte[] bytes;
            if (i % 4 == 0) random.NextBytes(bytes = new byte[random.Next(64)]);
            else
            {
                bytes = [.. Good[random.Next(Good.Length)].Bytes];
                for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            }

            try
            {
                if (MqttReader.TryTake(bytes, protocol, out _, out var taken)) Assert.InRange(taken, 2, bytes.Length);
                else Assert.Equal(0, taken);
            }
            catch (MqttWireException)
            {
                // Named, and the connection ends.
            }
        }
    }

    private static MqttPacket Take(byte[] bytes, MqttProtocol protocol)
    {
        Assert.True(MqttReader.TryTake(bytes, protocol, out var packet, out var taken));
        Assert.Equal(bytes.Length, taken);
        return packet;
    }

    private static byte[] PublishOf(byte first, string topic, byte id, byte[]? properties, string payload)
    {
        byte[] body = [0, (byte)topic.Length, .. Encoding.UTF8.GetBytes(topic), 0, id, .. properties is null ? [] : (byte[])[(byte)properties.Length, .. properties], .. Encoding.UTF8.GetBytes(payload)];
        return [first, (byte)body.Length, .. body];
    }
}

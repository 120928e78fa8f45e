using System.Runtime.InteropServices;
using StoreEdge.Linux.Mosquitto;
using static StoreEdge.Linux.Interop.Mosquitto.LibMosquitto;

namespace StoreEdge.Linux.Interop.Mosquitto;

/// <summary>Turns the MQTT 5 properties that are used here into native lists and back; every native list it makes is the caller's to free.</summary>
internal static unsafe class MosquittoProperties
{
    internal static nint ForConnect(MosquittoOptions options)
    {
        nint list = 0;
        if (options.SessionExpiry > TimeSpan.Zero)
            Check(mosquitto_property_add_int32(ref list, MQTT_PROP_SESSION_EXPIRY_INTERVAL, Seconds(options.SessionExpiry)));
        return list;
    }

    internal static nint ForMessage(MqttMessage message)
    {
        nint list = 0;
        if (message.Expiry is { } expiry) Check(mosquitto_property_add_int32(ref list, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, Seconds(expiry)));
        if (message.ContentType is { } type) Check(mosquitto_property_add_string(ref list, MQTT_PROP_CONTENT_TYPE, type));
        if (message.ResponseTopic is { } topic) Check(mosquitto_property_add_string(ref list, MQTT_PROP_RESPONSE_TOPIC, topic));
        if (message.CorrelationData is { IsEmpty: false } data)
            Check(mosquitto_property_add_binary(ref list, MQTT_PROP_CORRELATION_DATA, data.Span, checked((ushort)data.Length)));
        return list;
    }

    internal static MqttMessage ToMessage(mosquitto_message* native, nint properties)
    {
        var message = new MqttMessage(Marshal.PtrToStringUTF8((nint)native->topic)!, new ReadOnlySpan<byte>(native->payload, native->payloadlen).ToArray())
        {
            Qos = (MqttQos)native->qos,
            Retain = native->retain != 0,
        };
        if (properties == 0) return message;
        return message with
        {
            Expiry = mosquitto_property_read_int32(properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, out var seconds, false) != 0 ? TimeSpan.FromSeconds(seconds) : null,
            ContentType = ReadString(properties, MQTT_PROP_CONTENT_TYPE),
            ResponseTopic = ReadString(properties, MQTT_PROP_RESPONSE_TOPIC),
            CorrelationData = ReadBinary(properties, MQTT_PROP_CORRELATION_DATA),
        };
    }

    /// <summary>MQTT 5 allows whole seconds up to 2³²−1; a fraction rounds up, so that a short validity never becomes none at all.</summary>
    private static uint Seconds(TimeSpan span) => (uint)Math.Clamp(Math.Ceiling(span.TotalSeconds), 1, uint.MaxValue);

    private static string? ReadString(nint properties, int identifier)
    {
        if (mosquitto_property_read_string(properties, identifier, out var value, false) == 0) return null;
        try
        {
            return Marshal.PtrToStringUTF8(value);
        }
        finally
        {
            NativeMemory.Free((void*)value);
        }
    }

    private static byte[]? ReadBinary(nint properties, int identifier)
    {
        if (mosquitto_property_read_binary(properties, identifier, out var value, out var length, false) == 0) return null;
        try
        {
            return new ReadOnlySpan<byte>((void*)value, length).ToArray();
        }
        finally
        {
            NativeMemory.Free((void*)value);
        }
    }

    private static void Check(int rc)
    {
        if (rc != MOSQ_ERR_SUCCESS) throw new ArgumentException($"libmosquitto refused an MQTT property (error {rc}): strings must be UTF-8 without NUL, at most 65,535 bytes");
    }
}

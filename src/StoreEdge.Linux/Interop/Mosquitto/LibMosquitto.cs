namespace StoreEdge.Linux.Interop.Mosquitto;

/// <summary>libmosquitto 2.0 as in /usr/include/mosquitto.h: native names and numbers kept, no policy here.</summary>
internal static partial class LibMosquitto
{
    /// <summary>Debian package libmosquitto1.</summary>
    internal const string Soname = "libmosquitto.so.1";

    /// <summary>mosquitto_loop calls select(2) and refuses descriptors from here on (sys/select.h).</summary>
    internal const int FD_SETSIZE = 1024;

    internal const int MOSQ_ERR_SUCCESS = 0;
    internal const int MOSQ_ERR_INVAL = 3;
    internal const int MOSQ_ERR_TLS = 8;
    internal const int MOSQ_ERR_ERRNO = 14;
    internal const int MOSQ_ERR_EAI = 15;
    internal const int MOSQ_ERR_KEEPALIVE = 19;
    internal const int MOSQ_ERR_OVERSIZE_PACKET = 25;

    internal const int MOSQ_LOG_WARNING = 1 << 2;
    internal const int MOSQ_LOG_ERR = 1 << 3;

    internal const int MOSQ_OPT_PROTOCOL_VERSION = 1;
    internal const int MOSQ_OPT_SEND_MAXIMUM = 5;
    internal const int MOSQ_OPT_TCP_NODELAY = 11;

    internal const int MQTT_PROTOCOL_V311 = 4;
    internal const int MQTT_PROTOCOL_V5 = 5;

    internal const int MQTT_PROP_MESSAGE_EXPIRY_INTERVAL = 2;
    internal const int MQTT_PROP_CONTENT_TYPE = 3;
    internal const int MQTT_PROP_RESPONSE_TOPIC = 8;
    internal const int MQTT_PROP_CORRELATION_DATA = 9;
    internal const int MQTT_PROP_SESSION_EXPIRY_INTERVAL = 17;
    internal const int MQTT_PROP_RECEIVE_MAXIMUM = 33;
}

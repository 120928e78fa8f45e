using System.Runtime.InteropServices;
using static StoreEdge.Linux.Interop.Mosquitto.LibMosquitto;

namespace StoreEdge.Linux.Mosquitto;

/// <summary>Gives every code of libmosquitto, errno and MQTT its distinct kind of failure.</summary>
internal static class FailureNames
{
    // errno values of Linux, asm-generic/errno.h.
    private const int ENETDOWN = 100, ENETUNREACH = 101, ECONNREFUSED = 111, ETIMEDOUT = 110, EHOSTDOWN = 112, EHOSTUNREACH = 113;

    /// <summary>From the return of mosquitto_connect.</summary>
    internal static MqttFailure OfConnect(int rc, int errno, string place, string? log) => rc switch
    {
        MOSQ_ERR_EAI => new(MqttFailureKind.NameNotResolved, errno, $"{place}: the name has no address"),
        MOSQ_ERR_TLS => new(MqttFailureKind.Tls, rc, $"{place}: {log ?? "TLS failed"}"),
        MOSQ_ERR_ERRNO => OfErrno(errno, place),
        MOSQ_ERR_INVAL => new(MqttFailureKind.BadOption, rc, $"{place}: libmosquitto refused an option ({ErrorText(rc)})"),
        _ => new(MqttFailureKind.ConnectionLost, rc, $"{place}: {ErrorText(rc)}"),
    };

    internal static MqttFailure OfErrno(int errno, string place)
    {
        var text = $"{place}: {Marshal.GetPInvokeErrorMessage(errno)}";
        return errno switch
        {
            ECONNREFUSED => new(MqttFailureKind.ConnectionRefused, errno, text),
            ETIMEDOUT => new(MqttFailureKind.TimedOut, errno, text),
            ENETDOWN or ENETUNREACH or EHOSTDOWN or EHOSTUNREACH => new(MqttFailureKind.Unreachable, errno, text),
            _ => new(MqttFailureKind.ConnectionLost, errno, text),
        };
    }

    /// <summary>From a CONNACK: MQTT 3.1.1 codes 1–5 (§3.2.2.3) or MQTT 5 codes from 128 (§3.2.2.2).</summary>
    internal static MqttFailure OfConnack(int code, string place) => code switch
    {
        4 or 134 => new(MqttFailureKind.LoginRefused, code, $"{place}: the broker refused the user name or password"),
        5 or 135 or 138 or 140 => new(MqttFailureKind.LoginRefused, code, $"{place}: the broker does not authorise this client"),
        1 or 132 => new(MqttFailureKind.ProtocolRefused, code, $"{place}: the broker does not speak this version of MQTT"),
        _ => new(MqttFailureKind.Refused, code, $"{place}: the broker refused with reason {code}"),
    };

    /// <summary>From the disconnect callback or the loop's return: MQTT reason codes start at 128, libmosquitto's errors end below 32.</summary>
    internal static MqttFailure OfEnd(int code, string place) => code switch
    {
        142 => new(MqttFailureKind.SessionTakenOver, code, $"{place}: another client connected with this client id"),
        >= 128 => new(MqttFailureKind.Dismissed, code, $"{place}: the broker disconnected with reason {code}"),
        0 => new(MqttFailureKind.Dismissed, code, $"{place}: the broker disconnected"),
        MOSQ_ERR_KEEPALIVE => new(MqttFailureKind.ConnectionLost, code, $"{place}: no answer to a ping"),
        _ => new(MqttFailureKind.ConnectionLost, code, $"{place}: {ErrorText(code)}"),
    };

    private static string ErrorText(int rc) => Marshal.PtrToStringUTF8(mosquitto_strerror(rc)) ?? $"libmosquitto error {rc}";
}

using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>What to call each failure of the link on the health board, and what to do about it.</summary>
internal static class LinkAdvice
{
    /// <summary>Every code that the link raises about its connection.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. Enum.GetValues<MqttFailureKind>().Select(Code)];

    public static string Code(MqttFailureKind kind) => kind switch
    {
        MqttFailureKind.LibraryMissing => "broker-library-missing",
        MqttFailureKind.TooManyDescriptors => "broker-descriptors",
        MqttFailureKind.BadOption => "broker-option-refused",
        MqttFailureKind.NameNotResolved => "broker-name-not-resolved",
        MqttFailureKind.ConnectionRefused => "broker-connection-refused",
        MqttFailureKind.Unreachable => "broker-unreachable",
        MqttFailureKind.TimedOut => "broker-timed-out",
        MqttFailureKind.Tls => "broker-tls-failed",
        MqttFailureKind.TlsFiles => "broker-tls-files",
        MqttFailureKind.TlsKeyMismatch => "broker-tls-key-mismatch",
        MqttFailureKind.TlsAuthority => "broker-tls-authority",
        MqttFailureKind.TlsName => "broker-tls-name",
        MqttFailureKind.TlsExpired => "broker-tls-expired",
        MqttFailureKind.TlsNotYetValid => "broker-tls-not-yet-valid",
        MqttFailureKind.TlsClock => "broker-tls-clock",
        MqttFailureKind.TlsClientExpired => "broker-tls-client-expired",
        MqttFailureKind.TlsClientRefused => "broker-tls-client-refused",
        MqttFailureKind.TlsExpected => "broker-tls-expected",
        MqttFailureKind.TlsNotSpoken => "broker-tls-not-spoken",
        MqttFailureKind.LoginRefused => "broker-login-refused",
        MqttFailureKind.ProtocolRefused => "broker-protocol-refused",
        MqttFailureKind.Refused => "broker-refused",
        MqttFailureKind.ConnectionLost => "broker-connection-lost",
        MqttFailureKind.SessionTakenOver => "broker-session-taken-over",
        MqttFailureKind.Dismissed => "broker-dismissed",
        _ => "broker-stopped",
    };

    /// <param name="kind">What failed.</param>
    /// <param name="options">The link's.</param>
    /// <param name="section">The section of the configuration that they came from.</param>
    public static string NextAction(MqttFailureKind kind, BrokerOptions options, string section = LinkIdentity.CentralSection) =>
        Words(kind, options).Replace("'mqtt", $"'{section}", StringComparison.Ordinal);

    private static string Words(MqttFailureKind kind, BrokerOptions options) => kind switch
    {
        MqttFailureKind.LibraryMissing => "Install the library: apt-get install libmosquitto1. It is used at the next attempt.",
        MqttFailureKind.TooManyDescriptors => "Restart the service and report it: something does not close its files. LimitNOFILE=1024 in the unit makes it show earlier.",
        MqttFailureKind.BadOption => "Check the files and values under 'mqtt' in the configuration: storeedge check-config.",
        MqttFailureKind.NameNotResolved => $"Check the name server of this machine (resolvectl query {options.Host}) and 'mqtt.host'.",
        MqttFailureKind.ConnectionRefused => $"Check that the broker runs and listens on port {options.Port}, and 'mqtt.port'.",
        MqttFailureKind.Unreachable => $"Check cable, gateway and routes of this machine (ip route get {options.Host}).",
        MqttFailureKind.TimedOut => $"Check that no firewall drops port {options.Port} on the way to {options.Host}.",
        MqttFailureKind.Tls => "Compare the broker's certificate with 'mqtt.tls': authority, host name, dates; and this machine's clock (timedatectl).",
        MqttFailureKind.TlsFiles => "Put a readable PEM file where 'mqtt.caFile', 'mqtt.certificateFile' and 'mqtt.keyFile' point, and let the service's user read it; it is used at the next attempt.",
        MqttFailureKind.TlsKeyMismatch => "Put the key that was made together with the certificate into 'mqtt.keyFile'; both files are used at the next attempt.",
        MqttFailureKind.TlsAuthority => "Put the certificate of the authority that signed the broker's into 'mqtt.caFile'. If nobody changed the broker's authority, ask who answers at that address.",
        MqttFailureKind.TlsName => $"Set 'mqtt.host' to a name that is in the broker's certificate, or have a certificate made for {options.Host}.",
        MqttFailureKind.TlsExpired => "Have whoever runs the broker renew the certificate that is named above.",
        MqttFailureKind.TlsNotYetValid => "Wait for the certificate's first day, or have whoever runs the broker put the former one back.",
        MqttFailureKind.TlsClock => "Set this machine's clock first (timedatectl; it needs a time server), and only if it is right, renew the certificate that is named above.",
        MqttFailureKind.TlsClientExpired => "Put a renewed certificate and its key into 'mqtt.certificateFile' and 'mqtt.keyFile'; they are used within seconds, without a restart.",
        MqttFailureKind.TlsClientRefused => "Ask whoever runs the broker whether it trusts the authority of 'mqtt.certificateFile', and whether that certificate is on its revocation list.",
        MqttFailureKind.TlsExpected => "Set 'mqtt.tls' to true (and 'mqtt.caFile' for a private authority), or 'mqtt.port' to the port without TLS.",
        MqttFailureKind.TlsNotSpoken => "Set 'mqtt.port' to the broker's TLS port (8883 by custom), or 'mqtt.tls' to false.",
        MqttFailureKind.LoginRefused => "Check 'mqtt.username' and the password file with whoever runs the broker; a corrected file is used at the next attempt.",
        MqttFailureKind.ProtocolRefused => "Set 'mqtt.protocol' to \"3.1.1\" for a broker without MQTT 5, and 'mqtt.tls' if the port expects TLS.",
        MqttFailureKind.Refused => "Look for this client id in the broker's log.",
        MqttFailureKind.ConnectionLost => "None if it passes: the agent reconnects by itself and sends what waits. If it repeats, look at the network, the broker's log, and for a second machine with this store's id.",
        MqttFailureKind.SessionTakenOver => "Find the second machine that uses this store's id, and give it its own.",
        MqttFailureKind.Dismissed => "Look in the broker's log for the reason; the agent reconnects by itself.",
        _ => "None.",
    };
}

using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;
using StoreEdge.Linux.Interop.Mosquitto;
using StoreEdge.Linux.Interop.OpenSsl;
using static StoreEdge.Linux.Interop.Mosquitto.LibMosquitto;

namespace StoreEdge.Linux.Mosquitto;

// The network thread: connect, turn the loop, and at the end let everybody who waits know.
public sealed partial class MosquittoClient
{
    /// <summary>How long a goodbye may take before the socket is simply closed.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A pause between turns before CONNACK: the library answers a TLS handshake that was cut off with success, for ever and without waiting.</summary>
    private static readonly TimeSpan HandshakePause = TimeSpan.FromMilliseconds(5);

    private const int HandshakeTurnMilliseconds = 50;
    private const int TurnMilliseconds = 1000;

    private volatile Exception? fault;
    private MqttFailure? endSeen;
    private string? lastLog;

    private unsafe void Configure(MosquittoHandle handle)
    {
        Check(mosquitto_threaded_set(handle, true), "threads");
        Check(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, options.Protocol == MqttProtocol.V5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311), "protocol");
        Check(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, options.MaximumInFlight), "window");
        Check(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1), "no delay");
        if (options.Username is not null) Check(mosquitto_username_pw_set(handle, options.Username, options.Password), "user name and password");
        if (options.Tls is { } && SslContext.IsPossible)
        {
            // Without defaults, or the library would want the files as well. It takes a reference of its own to the context, so ours ends here.
            using var context = SslContext.Create(material!, options.Host, options.VerificationTime, isAtLeast: !options.TimeIsSure);
            Check(mosquitto_void_option(handle, MOSQ_OPT_SSL_CTX, context), "TLS context");
            Check(mosquitto_int_option(handle, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0), "TLS context");
        }
        else if (options.Tls is { } tls)
            Check(mosquitto_tls_set(handle, tls.AuthorityFile, tls.AuthorityFile is null ? "/etc/ssl/certs" : null, tls.CertificateFile, tls.KeyFile, 0),
                $"TLS files (authority {tls.AuthorityFile}, certificate {tls.CertificateFile}, key {tls.KeyFile})");
        if (options.Will is { } will)
        {
            var properties = options.Protocol == MqttProtocol.V5 ? MosquittoProperties.ForMessage(will) : 0;
            Check(mosquitto_will_set_v5(handle, will.Topic, will.Payload.Length, will.Payload.Span, (int)will.Qos, will.Retain, properties), "will");
        }
        mosquitto_connect_v5_callback_set(handle, &OnConnect);
        mosquitto_disconnect_v5_callback_set(handle, &OnDisconnect);
        mosquitto_publish_v5_callback_set(handle, &OnPublish);
        mosquitto_subscribe_v5_callback_set(handle, &OnSubscribe);
        mosquitto_message_v5_callback_set(handle, &OnMessage);
        mosquitto_log_callback_set(handle, &OnLog);
    }

    private void Check(int rc, string what)
    {
        if (rc != MOSQ_ERR_SUCCESS) throw new MqttFailureException(new(MqttFailureKind.BadOption, rc, $"{place}: libmosquitto refused the {what}"));
    }

    private void Run()
    {
        var end = TcpConnect() ?? Turn();
        if (!connected.Task.IsCompleted && !stop.IsSet && end.Kind is MqttFailureKind.Tls or MqttFailureKind.ProtocolRefused && end.Code < 0x80)
            end = new TlsProbe(options, material, time).ExplainAsync(end, place, stopping.Token).GetAwaiter().GetResult();
        List<TaskCompletionSource<MqttReason>> unanswered;
        lock (gate)
        {
            over = true;
            unanswered = [.. pending.Values];
            pending.Clear();
        }
        mosquitto!.Dispose();
        foreach (var completion in unanswered) completion.SetResult(MqttReason.Unanswered);
        if (fault is { } thrown)
        {
            connected.TrySetException(thrown);
            ended.SetException(thrown);
            return;
        }
        connected.TrySetException(new MqttFailureException(end));
        ended.SetResult(end);
    }

    private MqttFailure? TcpConnect()
    {
        var properties = options.Protocol == MqttProtocol.V5 ? MosquittoProperties.ForConnect(options) : 0;
        inTcpHandshake = true;
        int rc, errno;
        using (time.CreateTimer(static client => ((MosquittoClient)client!).AbortOverdueHandshake(), this, AbortCheckInterval, AbortCheckInterval))
        {
            rc = mosquitto_connect_bind_v5(mosquitto!, options.Host, options.Port, (int)options.KeepAlive.TotalSeconds, null, properties);
            errno = Marshal.GetLastPInvokeError();
            inTcpHandshake = false;
        }
        if (properties != 0) mosquitto_property_free_all(ref properties);
        if (rc == MOSQ_ERR_SUCCESS) return null;
        if (stop.IsSet) return new(MqttFailureKind.Stopped, 0, $"{place}: stopped");
        if (IsOverdue) return new(MqttFailureKind.TimedOut, errno, $"{place}: nothing answered within {options.ConnectTimeout.TotalSeconds:0} s");
        return FailureNames.OfConnect(rc, errno, place, lastLog);
    }

    private MqttFailure Turn()
    {
        long? goodbyeAt = null;
        while (true)
        {
            var inSession = connected.Task.IsCompleted;
            var rc = mosquitto_loop(mosquitto!, inSession ? TurnMilliseconds : HandshakeTurnMilliseconds, 1);
            var errno = Marshal.GetLastPInvokeError();
            if (stop.IsSet && (rc != MOSQ_ERR_SUCCESS || endSeen is not null)) return new(MqttFailureKind.Stopped, 0, $"{place}: stopped");
            if (endSeen is { } end) return Explain(end);
            if (rc != MOSQ_ERR_SUCCESS) return Explain(rc == MOSQ_ERR_ERRNO ? FailureNames.OfErrno(errno, place) : FailureNames.OfConnect(rc, errno, place, lastLog));
            if (fault is not null) return new(MqttFailureKind.Stopped, 0, "the message callback failed");
            if (stop.IsSet)
            {
                if (goodbyeAt is null)
                {
                    goodbyeAt = time.GetTimestamp();
                    _ = mosquitto_disconnect_v5(mosquitto!, 0, 0);
                }
                else if (time.GetElapsedTime(goodbyeAt.Value) > GoodbyeTimeout)
                {
                    return new(MqttFailureKind.Stopped, 0, $"{place}: stopped without the broker's notice");
                }
            }
            if (inSession) continue;
            if (IsOverdue)
                return new(MqttFailureKind.TimedOut, 0, $"{place}: accepted the connection but did not answer as an MQTT broker within {options.ConnectTimeout.TotalSeconds:0} s");
            stop.Wait(HandshakePause);
        }
    }

    private bool IsOverdue => time.GetElapsedTime(startedAt) >= options.ConnectTimeout;

    /// <summary>Before CONNACK, a torn connection says more together with what OpenSSL logged.</summary>
    private MqttFailure Explain(MqttFailure end)
    {
        if (connected.Task.IsCompleted || end.Kind != MqttFailureKind.ConnectionLost) return end;
        if (options.Tls is not null) return end with { Kind = MqttFailureKind.Tls, Detail = $"{place}: {lastLog ?? "the broker closed the connection during TLS"}" };
        return end with
        {
            Kind = MqttFailureKind.ProtocolRefused,
            Detail = $"{place}: closed before answering: it expects TLS, speaks another version than MQTT {(options.Protocol == MqttProtocol.V5 ? "5" : "3.1.1")}, or is no MQTT broker",
        };
    }

    /// <summary>connect(2) would wait two minutes for a black hole; shutting the socket down wakes it, once for each address of the name.</summary>
    private void AbortOverdueHandshake()
    {
        if (!inTcpHandshake || !(stop.IsSet || IsOverdue)) return;
        try
        {
            if (mosquitto_socket(mosquitto!) is >= 0 and var descriptor) _ = Libc.shutdown(descriptor, Libc.SHUT_RDWR);
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended meanwhile.
        }
    }
}

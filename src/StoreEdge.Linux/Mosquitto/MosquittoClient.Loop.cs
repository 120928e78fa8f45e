using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Libc;
using StoreEdge.Linux.Interop.Mosquitto;
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

    private volatile Exception? _fault;
    private MqttFailure? _endSeen;
    private string? _lastLog;

    private unsafe void Configure(MosquittoHandle handle)
    {
        Check(mosquitto_threaded_set(handle, true), "threads");
        Check(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, _options.Protocol == MqttProtocol.V5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311), "protocol");
        Check(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, _options.MaximumInFlight), "window");
        Check(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1), "no delay");
        if (_options.Username is not null) Check(mosquitto_username_pw_set(handle, _options.Username, _options.Password), "user name and password");
        if (_options.Tls is { } tls)
            Check(mosquitto_tls_set(handle, tls.AuthorityFile, tls.AuthorityFile is null ? "/etc/ssl/certs" : null, tls.CertificateFile, tls.KeyFile, 0),
                $"TLS files (authority {tls.AuthorityFile}, certificate {tls.CertificateFile}, key {tls.KeyFile})");
        if (_options.Will is { } will)
        {
            var properties = _options.Protocol == MqttProtocol.V5 ? MosquittoProperties.ForMessage(will) : 0;
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
        if (rc != MOSQ_ERR_SUCCESS) throw new MqttFailureException(new(MqttFailureKind.BadOption, rc, $"{_place}: libmosquitto refused the {what}"));
    }

    private void Run()
    {
        var end = TcpConnect() ?? Turn();
        List<TaskCompletionSource<MqttReason>> unanswered;
        lock (_gate)
        {
            _over = true;
            unanswered = [.. _pending.Values];
            _pending.Clear();
        }
        _handle!.Dispose();
        foreach (var completion in unanswered) completion.SetResult(MqttReason.Unanswered);
        if (_fault is { } fault)
        {
            _connected.TrySetException(fault);
            _ended.SetException(fault);
            return;
        }
        _connected.TrySetException(new MqttFailureException(end));
        _ended.SetResult(end);
    }

    private MqttFailure? TcpConnect()
    {
        var properties = _options.Protocol == MqttProtocol.V5 ? MosquittoProperties.ForConnect(_options) : 0;
        _inTcpHandshake = true;
        int rc, errno;
        using (_time.CreateTimer(static client => ((MosquittoClient)client!).AbortOverdueHandshake(), this, AbortCheckInterval, AbortCheckInterval))
        {
            rc = mosquitto_connect_bind_v5(_handle!, _options.Host, _options.Port, (int)_options.KeepAlive.TotalSeconds, null, properties);
            errno = Marshal.GetLastPInvokeError();
            _inTcpHandshake = false;
        }
        if (properties != 0) mosquitto_property_free_all(ref properties);
        if (rc == MOSQ_ERR_SUCCESS) return null;
        if (_stop.IsSet) return new(MqttFailureKind.Stopped, 0, $"{_place}: stopped");
        if (IsOverdue) return new(MqttFailureKind.TimedOut, errno, $"{_place}: nothing answered within {_options.ConnectTimeout.TotalSeconds:0} s");
        return FailureNames.OfConnect(rc, errno, _place, _lastLog);
    }

    private MqttFailure Turn()
    {
        long? goodbyeAt = null;
        while (true)
        {
            var connected = _connected.Task.IsCompleted;
            var rc = mosquitto_loop(_handle!, connected ? TurnMilliseconds : HandshakeTurnMilliseconds, 1);
            var errno = Marshal.GetLastPInvokeError();
            if (_stop.IsSet && (rc != MOSQ_ERR_SUCCESS || _endSeen is not null)) return new(MqttFailureKind.Stopped, 0, $"{_place}: stopped");
            if (_endSeen is { } end) return Explain(end);
            if (rc != MOSQ_ERR_SUCCESS) return Explain(rc == MOSQ_ERR_ERRNO ? FailureNames.OfErrno(errno, _place) : FailureNames.OfConnect(rc, errno, _place, _lastLog));
            if (_fault is not null) return new(MqttFailureKind.Stopped, 0, "the message callback failed");
            if (_stop.IsSet)
            {
                if (goodbyeAt is null)
                {
                    goodbyeAt = _time.GetTimestamp();
                    _ = mosquitto_disconnect_v5(_handle!, 0, 0);
                }
                else if (_time.GetElapsedTime(goodbyeAt.Value) > GoodbyeTimeout)
                {
                    return new(MqttFailureKind.Stopped, 0, $"{_place}: stopped without the broker's notice");
                }
            }
            if (connected) continue;
            if (IsOverdue)
                return new(MqttFailureKind.TimedOut, 0, $"{_place}: accepted the connection but did not answer as an MQTT broker within {_options.ConnectTimeout.TotalSeconds:0} s");
            _stop.Wait(HandshakePause);
        }
    }

    private bool IsOverdue => _time.GetElapsedTime(_startedAt) >= _options.ConnectTimeout;

    /// <summary>Before CONNACK, a torn connection says more together with what OpenSSL logged.</summary>
    private MqttFailure Explain(MqttFailure end)
    {
        if (_connected.Task.IsCompleted || end.Kind != MqttFailureKind.ConnectionLost) return end;
        if (_options.Tls is not null) return end with { Kind = MqttFailureKind.Tls, Detail = $"{_place}: {_lastLog ?? "the broker closed the connection during TLS"}" };
        return end with
        {
            Kind = MqttFailureKind.ProtocolRefused,
            Detail = $"{_place}: closed before answering: it expects TLS, speaks another version than MQTT {(_options.Protocol == MqttProtocol.V5 ? "5" : "3.1.1")}, or is no MQTT broker",
        };
    }

    /// <summary>connect(2) would wait two minutes for a black hole; shutting the socket down wakes it, once for each address of the name.</summary>
    private void AbortOverdueHandshake()
    {
        if (!_inTcpHandshake || !(_stop.IsSet || IsOverdue)) return;
        try
        {
            if (mosquitto_socket(_handle!) is >= 0 and var descriptor) _ = Libc.shutdown(descriptor, Libc.SHUT_RDWR);
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended meanwhile.
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StoreEdge.Linux.Interop.Mosquitto;
using StoreEdge.Linux.Interop.OpenSsl;
using static StoreEdge.Linux.Interop.Mosquitto.LibMosquitto;

namespace StoreEdge.Linux.Mosquitto;

// What the library calls. An exception that left one of these would end the process, so each is kept and ends the connection instead.
public sealed unsafe partial class MosquittoClient
{
    private static MosquittoClient Self(nint obj) => (MosquittoClient)GCHandle.FromIntPtr(obj).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint mosq, nint obj, int reason, int flags, nint properties)
    {
        var self = Self(obj);
        try
        {
            if (reason != 0)
            {
                self.endSeen ??= FailureNames.OfConnack(reason, self.place);
                return;
            }
            // From here on the log would cost an allocation and a format per message, for nothing that is read.
            mosquitto_log_callback_set(self.mosquitto!, null);
            var maximum = properties != 0 && mosquitto_property_read_int16(properties, MQTT_PROP_RECEIVE_MAXIMUM, out var value, false) != 0 ? value : ushort.MaxValue;
            var server = self.options.Tls is not null && SslContext.IsPossible ? SslContext.PeerCertificate(mosquitto_ssl_get(mosq)) : null;
            self.connected.TrySetResult(new((flags & 1) != 0, maximum, server is null ? null : CertificateFacts.Of(server)));
        }
        catch (Exception e)
        {
            self.fault ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnect(nint mosq, nint obj, int reason, nint properties)
    {
        var self = Self(obj);
        try
        {
            self.endSeen ??= FailureNames.OfEnd(reason, self.place);
        }
        catch (Exception e)
        {
            self.fault ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint mosq, nint obj, int mid, int reason, nint properties)
    {
        var self = Self(obj);
        try
        {
            self.Answer(mid, reason);
        }
        catch (Exception e)
        {
            self.fault ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint mosq, nint obj, int mid, int count, int* granted, nint properties)
    {
        var self = Self(obj);
        try
        {
            self.Answer(mid, count > 0 ? granted[0] : 0x80);
        }
        catch (Exception e)
        {
            self.fault ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosq, nint obj, mosquitto_message* message, nint properties)
    {
        var self = Self(obj);
        try
        {
            self.received(MosquittoProperties.ToMessage(message, properties));
        }
        catch (Exception e)
        {
            self.fault ??= e;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint mosq, nint obj, int level, byte* text)
    {
        if ((level & (MOSQ_LOG_ERR | MOSQ_LOG_WARNING)) == 0) return;
        // The first error is the cause; what follows is its consequence.
        Self(obj).lastLog ??= Marshal.PtrToStringUTF8((nint)text);
    }
}

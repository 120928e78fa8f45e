using System.Net;
using System.Net.Sockets;
using StoreEdge.Linux.Interop.Mosquitto;
using StoreEdge.Linux.Interop.OpenSsl;
using static StoreEdge.Linux.Interop.Mosquitto.LibMosquitto;

namespace StoreEdge.Linux.Mosquitto;

/// <summary>
/// One connection to an MQTT broker, from its first attempt to its end; for the next connection make a new client. A client used anew would bring
/// along the library's own queue, whose messages would overtake the caller's order.
/// The network is driven by a thread of its own: the library's would die without a word when a name or a certificate is wrong.
/// </summary>
public sealed partial class MosquittoClient : IAsyncDisposable
{
    /// <summary>How often a blocked TCP handshake is checked against its deadline.</summary>
    private static readonly TimeSpan AbortCheckInterval = TimeSpan.FromMilliseconds(250);

    private readonly MosquittoOptions options;
    private readonly Action<MqttMessage> received;
    private readonly TimeProvider time;
    private readonly string place;
    private readonly TaskCompletionSource<MqttSession> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MqttFailure> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Guards <see cref="pending"/> and <see cref="over"/>. Taken around a publish, because its PUBACK may be handled before the call returns the id.</summary>
    private readonly Lock gate = new();
    private readonly Dictionary<int, TaskCompletionSource<MqttReason>> pending = [];
    private bool over;
    private bool disposed;

    private MosquittoHandle? mosquitto;
    private TlsMaterial? material;
    private long startedAt;
    private readonly ManualResetEventSlim stop = new();
    private readonly CancellationTokenSource stopping = new();
    private volatile bool inTcpHandshake;

    /// <summary>Prepares a connection; nothing happens before <see cref="ConnectAsync"/>.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="received">Called for every message on the network thread, which it holds up while it runs. An exception ends the connection.</param>
    /// <param name="time">The clock of the deadlines.</param>
    public MosquittoClient(MosquittoOptions options, Action<MqttMessage> received, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.received = received;
        this.time = time;
        place = $"{options.Host}:{options.Port}";
    }

    /// <summary>Whether certificates can be held against another time than the machine's clock: not where libssl.so.3 is missing.</summary>
    public static bool KeepsVerificationTime => SslContext.IsPossible;

    /// <summary>Completes when the connection (or the attempt) is over, with the reason; faults when the message callback threw.</summary>
    public Task<MqttFailure> Ended => ended.Task;

    /// <summary>Connects and waits for the broker's consent. To be called once.</summary>
    /// <exception cref="MqttFailureException">The attempt failed, with its distinct reason.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public async Task<MqttSession> ConnectAsync(CancellationToken cancellation)
    {
        startedAt = time.GetTimestamp();
        try
        {
            MosquittoLibrary.EnsureUsable();
            if (options.Tls is { } files) material = options.Material ?? TlsMaterial.Read(files);
            await ResolveAsync(cancellation).ConfigureAwait(false);
            mosquitto = MosquittoHandle.Create(options.ClientId, options.CleanStart, this);
            Configure(mosquitto);
        }
        catch (MqttFailureException failure)
        {
            mosquitto?.Dispose();
            ended.TrySetResult(failure.Failure);
            throw;
        }
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "mqtt" }.Start();
        using (cancellation.UnsafeRegister(static client => ((MosquittoClient)client!).Stop(), this))
        {
            try
            {
                return await connected.Task.ConfigureAwait(false);
            }
            catch (MqttFailureException) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }
        }
    }

    /// <summary>Hands one message to the broker. At most <see cref="MosquittoOptions.MaximumInFlight"/> should be unanswered at a time.</summary>
    /// <returns>The broker's answer (for QoS 0: that it left); <see cref="MqttReason.Unanswered"/> once the connection is over. Never faults for the network's sake.</returns>
    public Task<MqttReason> PublishAsync(MqttMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var properties = options.Protocol == MqttProtocol.V5 ? MosquittoProperties.ForMessage(message) : 0;
        try
        {
            return Ask((MosquittoHandle handle, out int mid) => mosquitto_publish_v5(
                handle, out mid, message.Topic, message.Payload.Length, message.Payload.Span, (int)message.Qos, message.Retain, properties));
        }
        finally
        {
            if (properties != 0) mosquitto_property_free_all(ref properties);
        }
    }

    /// <summary>Subscribes to a topic filter.</summary>
    /// <returns>The broker's answer: the granted QoS (0–2) or a refusal.</returns>
    public Task<MqttReason> SubscribeAsync(string filter, MqttQos qos) =>
        Ask((MosquittoHandle handle, out int mid) => mosquitto_subscribe_v5(handle, out mid, filter, (int)qos, 0, 0));

    /// <summary>Says goodbye, so that the will is not sent, and waits for the end of the network thread. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        Stop();
        if (mosquitto is not null) await ((Task)ended.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        stopping.Dispose();
    }

    private delegate int NativeRequest(MosquittoHandle handle, out int mid);

    private Task<MqttReason> Ask(NativeRequest request)
    {
        lock (gate)
        {
            if (over || !connected.Task.IsCompletedSuccessfully) return Task.FromResult(MqttReason.Unanswered);
            // A result of "no connection" means that the library queued the message all the same; this client ends then, and its queue with it.
            var rc = request(mosquitto!, out var mid);
            if (rc == MOSQ_ERR_OVERSIZE_PACKET) return Task.FromResult(MqttReason.PacketTooLarge);
            if (rc == MOSQ_ERR_INVAL) throw new ArgumentException("libmosquitto refused the topic or the payload");
            if (rc != MOSQ_ERR_SUCCESS) return Task.FromResult(MqttReason.Unanswered);
            var completion = new TaskCompletionSource<MqttReason>(TaskCreationOptions.RunContinuationsAsynchronously);
            pending[mid] = completion;
            return completion.Task;
        }
    }

    private void Answer(int mid, int reason)
    {
        TaskCompletionSource<MqttReason>? completion;
        lock (gate) pending.Remove(mid, out completion);
        completion?.SetResult(new(reason));
    }

    /// <summary>Resolves once before the library does, because this wait can be cancelled and bounded.</summary>
    private async Task ResolveAsync(CancellationToken cancellation)
    {
        if (IPAddress.TryParse(options.Host, out _)) return;
        try
        {
            await Dns.GetHostAddressesAsync(options.Host, cancellation).WaitAsync(options.ConnectTimeout, time, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new MqttFailureException(new(MqttFailureKind.NameNotResolved, (int)e.SocketErrorCode, $"{place}: {e.Message}"));
        }
        catch (TimeoutException)
        {
            throw new MqttFailureException(new(MqttFailureKind.NameNotResolved, 0, $"{place}: no name server answered within {options.ConnectTimeout.TotalSeconds:0} s"));
        }
    }

    private void Stop()
    {
        stop.Set();
        stopping.Cancel();
        if (mosquitto is not { IsClosed: false } handle || inTcpHandshake) return;
        try
        {
            _ = mosquitto_disconnect_v5(handle, 0, 0);
        }
        catch (ObjectDisposedException)
        {
            // The network thread ended between the check and the call.
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Hosting;

/// <summary>An address at which guests stand on the <see cref="Doorstep"/> first.</summary>
internal sealed class GuestEndPoint(IPEndPoint address) : EndPoint
{
    /// <summary>Where to listen.</summary>
    public IPEndPoint Address { get; } = address;

    public override string ToString() => $"http://{Address}";
}

/// <summary>Gives the web server the connections that go on from the doorstep.</summary>
/// <param name="step">Makes the doorstep, which hands connections on by what it is given.</param>
/// <param name="options">For the connections that go on.</param>
/// <param name="log">Told of connections that break.</param>
internal sealed class GuestListenerFactory(Func<Func<Socket, GuestConnection, Action>, Doorstep> step, SocketConnectionFactoryOptions options, ILogger<GuestListenerFactory> log)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Connections that the kernel keeps while they are not accepted: Kestrel's own number.</summary>
    private const int Waiting = 512;

    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the fault of a doorstep that nobody knew; the web server itself would go on deaf.</summary>
    public Task Failed => failed.Task;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is GuestEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    /// <exception cref="IOException">The address is not this machine's, or not to be had.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var guests = (GuestEndPoint)endpoint;
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(guests.Address);
            socket.Listen(Waiting);
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            throw fault.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(fault.Message, fault) : new IOException(fault.Message, fault);
        }

        return ValueTask.FromResult<IConnectionListener>(new GuestListener(guests, socket, step, options, fault => failed.TrySetException(fault), log));
    }
}

/// <summary>One address of guests.</summary>
internal sealed class GuestListener : IConnectionListener
{
    private readonly Socket socket;
    private readonly SocketConnectionContextFactory contexts;
    private readonly Channel<ConnectionContext> onward = Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });
    private readonly CancellationTokenSource over = new();
    private readonly Task standing;

    public GuestListener(GuestEndPoint guests, Socket socket, Func<Func<Socket, GuestConnection, Action>, Doorstep> step, SocketConnectionFactoryOptions options, Action<Exception> onFault, ILogger log)
    {
        (EndPoint, this.socket) = (guests, socket);
        contexts = new(options, log);
        var doorstep = step(HandOn);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        standing = done.Task;
        new Thread(() =>
        {
            try
            {
                doorstep.Run(socket, over.Token);
                done.SetResult();
                onward.Writer.TryComplete();
            }
            catch (Exception fault)
            {
                // The thread's boundary: whoever runs the server ends it.
                done.SetResult();
                onward.Writer.TryComplete();
                onFault(fault);
            }
        }) { Name = "doorstep", IsBackground = true }.Start();
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await onward.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && onward.Reader.TryRead(out var context) ? context : null;

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await over.CancelAsync().ConfigureAwait(false);
        await standing.ConfigureAwait(false);
        socket.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync().ConfigureAwait(false);
        while (onward.Reader.TryRead(out var context)) await context.DisposeAsync().ConfigureAwait(false);
        contexts.Dispose();
        over.Dispose();
    }

    private Action HandOn(Socket connection, GuestConnection guest)
    {
        var context = contexts.Create(connection);
        context.Features.Set(guest);
        onward.Writer.TryWrite(context);
        return context.Abort;
    }
}

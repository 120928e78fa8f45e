using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Core;
using StoreEdge.Linux.Sockets;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// Where guests' connections stand before anything is made of them. Whoever asks for another host is led to the portal from here: a full shop's phones probe all the time, and all of them get the same few
/// bytes, so one thread answers them as fast as the kernel hands them over. Only what is plain beyond doubt is answered (<see cref="ProbeHead"/>), and only to a phone that may not pass. A connection
/// with anything else goes on to the web server and its <see cref="Signpost"/>, with every byte still unread, and stays there.
/// </summary>
/// <param name="front">The way in.</param>
/// <param name="patience">How long a connection may stand here without a request.</param>
/// <param name="onward">Takes a connection that goes on; what it gives back ends it.</param>
/// <param name="time">Now.</param>
internal sealed class Doorstep(FrontDoor front, TimeSpan patience, Func<Socket, GuestConnection, Action> onward, TimeProvider time)
{
    /// <summary>The listening socket; connections have tokens above it.</summary>
    private const long Listening = 0;

    /// <summary>As much of a request as is looked at; longer heads are the web server's.</summary>
    private const int MostHead = 8 * 1024;

    /// <summary>How many of the oldest go where the process has no descriptor left.</summary>
    private const int Leaving = 8;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly Dictionary<long, Visitor> visitors = [];
    private readonly ConcurrentQueue<Visitor> found = new();
    private readonly byte[] head = new byte[MostHead];
    private long tokens;
    private bool isFull, hasRoom;
    private Instant now, swept;

    /// <summary>Serves until told to stop; then closes what still stands here. Occupies the calling thread.</summary>
    /// <param name="listener">Bound and listening.</param>
    /// <param name="stop">The end.</param>
    /// <exception cref="SocketException">The kernel has no room to watch connections.</exception>
    public void Run(Socket listener, CancellationToken stop)
    {
        using var readiness = new Readiness(most: 64);
        // Whoever finds a phone may do so after the end; then nobody is woken any more.
        using var waking = stop.Register(readiness.Wake);
        listener.Blocking = false;
        readiness.Add(listener, Listening);
        swept = Instant.Now(time);
        var ready = new long[64];
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var count = readiness.Wait(ready, Beat);
                now = Instant.Now(time);
                foreach (var token in ready.AsSpan(0, count))
                {
                    if (token == Listening) Accept(listener, readiness);
                    else if (visitors.TryGetValue(token, out var visitor)) Serve(visitor, readiness, stop);
                }

                while (found.TryDequeue(out var visitor)) Watch(visitor, readiness);
                var isBeat = now - swept >= Beat;
                if (isBeat) Sweep();
                if (!isFull || !(isBeat || hasRoom)) continue;
                readiness.Add(listener, Listening);
                (isFull, hasRoom) = (false, false);
            }
        }
        finally
        {
            foreach (var visitor in visitors.Values.ToList()) Close(visitor);
        }
    }

    /// <summary>One at a time: whoever else waits has the listening socket ready again at once.</summary>
    private void Accept(Socket listener, Readiness readiness)
    {
        Socket socket;
        try
        {
            socket = listener.Accept();
        }
        catch (SocketException full) when (full.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            // No descriptor for it: the oldest guests make room, for others of this process as well. Who waits is not looked at before they have gone, or at the next beat.
            for (var i = 0; i < Leaving; i++) front.Connections.LetOldestGo();
            readiness.Remove(listener);
            (isFull, hasRoom) = (true, false);
            return;
        }
        catch (SocketException)
        {
            // It left while it waited.
            return;
        }

        if (socket is not { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local })
        {
            socket.Dispose();
            return;
        }

        (socket.Blocking, socket.NoDelay) = (false, true);
        var visitor = new Visitor(++tokens, socket, new(remote.Address, () => Shut(socket)), front.Origins.Of(local.Address, local.Port)) { Since = now };
        if (!front.Connections.TryEnter(visitor.Connection))
        {
            socket.Dispose();
            return;
        }

        visitors.Add(visitor.Token, visitor);
        Watch(visitor, readiness);
    }

    /// <summary>From any thread: the loop finds the connection ended.</summary>
    private static void Shut(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // It is over already.
        }
    }

    private void Serve(Visitor visitor, Readiness readiness, CancellationToken stop)
    {
        try
        {
            Answer(visitor, readiness, stop);
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or OperationCanceledException))
        {
            // A connection's boundary: a door that fails (the kernel refuses to list who may pass) is asked again behind the web server, which can say so to this phone alone.
            HandOn(visitor, readiness);
        }
    }

    private void Answer(Visitor visitor, Readiness readiness, CancellationToken stop)
    {
        var arrived = visitor.Socket.Receive(head, SocketFlags.Peek, out var fault);
        if (fault == SocketError.WouldBlock) return;
        if (fault != SocketError.Success || arrived == 0)
        {
            Close(visitor);
            return;
        }

        var left = head.AsSpan(0, arrived);
        while (!left.IsEmpty)
        {
            if (!ProbeHead.TryRead(left, out var probe) || visitor.Here.IsCalled(probe.Host))
            {
                // What was cut by the end of the buffer may be whole when it is looked at anew.
                if (left.Length < arrived) return;
                HandOn(visitor, readiness);
                return;
            }

            if (visitor.Connection.Device is null && !visitor.IsSought && !TrySeek(visitor, readiness, stop)) return;
            // Before it is asked: a phone that is let in just now has what was led here cut off.
            visitor.Connection.IsRedirected = true;
            if (visitor.Connection.Device is { } device && front.Passes(device))
            {
                HandOn(visitor, readiness);
                return;
            }

            if (!TryPoint(visitor, probe))
            {
                Close(visitor);
                return;
            }

            left = left[probe.Length..];
        }
    }

    /// <summary>Answers, and takes the request out of what has arrived.</summary>
    /// <returns>Whether the connection stays. Whoever does not take so short an answer is not there to read it.</returns>
    private bool TryPoint(Visitor visitor, ProbeHead probe)
    {
        (visitor.Since, visitor.IsSought) = (now, false);
        var answer = visitor.Here.Redirect(time, now, probe.Ends, probe.WantsBody);
        return visitor.Socket.Send(answer, SocketFlags.None, out var fault) == answer.Length && fault == SocketError.Success
            && visitor.Socket.Receive(head.AsSpan(0, probe.Length), SocketFlags.None, out fault) == probe.Length && !probe.Ends;
    }

    /// <summary>Asks the door whose connection it is.</summary>
    /// <returns>Whether it said so at once; otherwise the connection is looked at again once it has.</returns>
    private bool TrySeek(Visitor visitor, Readiness readiness, CancellationToken stop)
    {
        var asked = front.Door.FindAsync(Caller.Plain(visitor.Connection.Address), stop);
        if (asked.IsCompletedSuccessfully)
        {
            (visitor.Connection.Device, visitor.IsSought) = (asked.Result, true);
            return true;
        }

        readiness.Remove(visitor.Socket);
        _ = FindAsync(visitor, asked.AsTask(), readiness);
        return false;
    }

    private async Task FindAsync(Visitor visitor, Task<DeviceKey?> asked, Readiness readiness)
    {
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A door that fails is asked again by the web server, which can say so.
        if (asked.IsCompletedSuccessfully) (visitor.Connection.Device, visitor.IsSought) = (await asked.ConfigureAwait(false), true);
        else visitor.GoesOn = true;
        found.Enqueue(visitor);
        readiness.Wake();
    }

    private void Watch(Visitor visitor, Readiness readiness)
    {
        if (visitor.GoesOn) HandOn(visitor, readiness);
        else if (visitors.ContainsKey(visitor.Token)) readiness.Add(visitor.Socket, visitor.Token);
    }

    private void HandOn(Visitor visitor, Readiness readiness)
    {
        if (!visitors.Remove(visitor.Token)) return;
        readiness.Remove(visitor.Socket);
        visitor.Connection.PassTo(onward(visitor.Socket, visitor.Connection));
    }

    private void Sweep()
    {
        swept = now;
        foreach (var visitor in visitors.Values.Where(v => now - v.Since > patience).ToList()) Close(visitor);
    }

    private void Close(Visitor visitor)
    {
        if (!visitors.Remove(visitor.Token)) return;
        visitor.Socket.Dispose();
        front.Connections.Leave(visitor.Connection);
        hasRoom = true;
    }

    /// <summary>A connection while it stands here.</summary>
    private sealed class Visitor(long token, Socket socket, GuestConnection connection, Here here)
    {
        public long Token { get; } = token;

        public Socket Socket { get; } = socket;

        public GuestConnection Connection { get; } = connection;

        public Here Here { get; } = here;

        /// <summary>When it last asked for something.</summary>
        public Instant Since { get; set; }

        /// <summary>Whether the door has been asked for the request that is there.</summary>
        public bool IsSought { get; set; }

        /// <summary>Whether it goes on to the web server whatever it asks.</summary>
        public bool GoesOn { get; set; }
    }
}

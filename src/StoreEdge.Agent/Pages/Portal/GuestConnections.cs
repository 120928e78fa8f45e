using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The connections of guests, bounded: so many in all, so many from one address. Where there is no room for another, the oldest goes, so that a crowd of silent connections keeps no phone out.
/// </summary>
/// <param name="most">In all: half of the descriptors that the unit allows (LimitNOFILE=1024), so that the other half is everybody else's.</param>
/// <param name="mostOfOne">From one address: a browser opens six at a time to one host, and a phone asks on behalf of several programs.</param>
internal sealed class GuestConnections(int most = 512, int mostOfOne = 32)
{
    private readonly Lock gate = new();
    private readonly LinkedList<GuestConnection> oldestFirst = [];
    private readonly Dictionary<IPAddress, int> ofAddress = [];
    private long refused, displaced;

    /// <summary>How many were closed at once because their address had too many.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>How many were closed to make room.</summary>
    public long Displaced => Interlocked.Read(ref displaced);

    /// <summary>How many are open.</summary>
    public int Open
    {
        get
        {
            lock (gate) return oldestFirst.Count;
        }
    }

    /// <summary>Stands before everything that reads from a connection; one that came over the <see cref="Doorstep"/> has entered there.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async context =>
    {
        if (context.Features.Get<GuestConnection>() is not { } connection)
        {
            connection = new((context.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Any, context.Abort);
            if (!TryEnter(connection))
            {
                context.Abort();
                return;
            }

            context.Features.Set(connection);
        }

        try
        {
            await next(context);
        }
        finally
        {
            Leave(connection);
        }
    };

    /// <summary>Closes the oldest, so that there is room for what must be opened.</summary>
    public void LetOldestGo()
    {
        GuestConnection? leaving;
        lock (gate)
        {
            leaving = oldestFirst.First?.Value;
            if (leaving is not null) Remove(leaving);
        }

        if (leaving is null) return;
        Interlocked.Increment(ref displaced);
        leaving.Abort();
    }

    /// <summary>
    /// Closes what an address has open to other hosts than ours: it was redirected here by the gate, would stay so for as long as it is open, and its phone may now reach those hosts themselves.
    /// </summary>
    public void CloseRedirected(IPAddress address)
    {
        List<GuestConnection> closing;
        lock (gate) closing = [.. oldestFirst.Where(c => c.IsRedirected && Same(c.Address, address))];
        foreach (var connection in closing) connection.Abort();
    }

    private static bool Same(IPAddress a, IPAddress b) => (a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a).Equals(b.IsIPv4MappedToIPv6 ? b.MapToIPv4() : b);

    /// <summary>Makes room for a connection, unless its address has too many.</summary>
    /// <returns>Whether it may stay; then it must <see cref="Leave"/>.</returns>
    public bool TryEnter(GuestConnection connection)
    {
        GuestConnection? leaving = null;
        lock (gate)
        {
            var count = ofAddress.GetValueOrDefault(connection.Address);
            if (count >= mostOfOne)
            {
                Interlocked.Increment(ref refused);
                return false;
            }

            ofAddress[connection.Address] = count + 1;
            if (oldestFirst.Count >= most)
            {
                leaving = oldestFirst.First!.Value;
                Remove(leaving);
            }

            connection.Place = oldestFirst.AddLast(connection);
        }

        if (leaving is null) return true;
        Interlocked.Increment(ref displaced);
        leaving.Abort();
        return true;
    }

    /// <summary>A connection is over; nothing happens where it has been displaced.</summary>
    public void Leave(GuestConnection connection)
    {
        lock (gate) Remove(connection);
    }

    private void Remove(GuestConnection connection)
    {
        if (connection.Place is not { } place) return;
        oldestFirst.Remove(place);
        connection.Place = null;
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(ofAddress, connection.Address);
        if (--count == 0) ofAddress.Remove(connection.Address);
    }
}

/// <summary>One connection of a guest.</summary>
/// <param name="address">Where it comes from.</param>
/// <param name="end">Ends it, from any thread, without waiting.</param>
internal sealed class GuestConnection(IPAddress address, Action end)
{
    private volatile Action end = end;
    private volatile bool isEnded;

    /// <summary>Where it comes from.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>Where it stands among the others; null once it has left. Its owner locks.</summary>
    public LinkedListNode<GuestConnection>? Place { get; set; }

    /// <summary>Whether it was opened for another host than ours.</summary>
    public bool IsRedirected { get; set; }

    /// <summary>The phone, once the door has said so: a connection stays with one phone.</summary>
    public DeviceKey? Device { get; set; }

    /// <summary>Somebody else has it now, and ends it otherwise.</summary>
    public void PassTo(Action newEnd)
    {
        end = newEnd;
        // Between the two it may have been ended the old way.
        if (isEnded) newEnd();
    }

    /// <summary>Ends it, without waiting.</summary>
    public void Abort()
    {
        isEnded = true;
        end();
    }
}

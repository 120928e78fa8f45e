using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Netlink;

/// <summary>A network with nothing in it, for as long as one piece of work takes: what is tried there touches no packet of this machine.</summary>
public static class EmptyNetwork
{
    /// <summary>Works in one. Needs CAP_SYS_ADMIN.</summary>
    /// <exception cref="NetlinkFault">The kernel does not make one for this process.</exception>
    public static T Try<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T? made = default;
        Exception? fault = null;
        // The thread ends with the network: no other work may ever run on it.
        var thread = new Thread(() =>
        {
            try
            {
                Libc.WarmUp();
                if (Libc.unshare(Libc.CLONE_NEWNET) != 0) throw NetlinkSocket.Fault(Libc.Errno, "a network of its own");
                made = work();
            }
            catch (IOException wrong)
            {
                fault = wrong;
            }
        });
        thread.Start();
        thread.Join();
        if (fault is not null) throw new NetlinkFault(fault.Message, fault);
        return made!;
    }
}

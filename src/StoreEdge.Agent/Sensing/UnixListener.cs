using System.Net.Sockets;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Sensing;

/// <summary>Unix stream sockets to listen on, in place of what a killed agent left.</summary>
internal static class UnixListener
{
    /// <summary>Listens. Nobody can connect before the socket has its <paramref name="mode"/>.</summary>
    /// <exception cref="IOException">Somebody else listens there, or something that is no socket is in the way.</exception>
    /// <exception cref="SocketException">The path cannot be bound.</exception>
    public static Socket Open(string path, UnixFileMode mode, int backlog)
    {
        RemoveStale(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory) Directory.CreateDirectory(directory);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, mode);
            listener.Listen(backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Removes a socket that a killed agent left; never one that somebody listens on, nor anything that is not a socket.</summary>
    private static void RemoveStale(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return;
        // An empty file, too, refuses a connection as a socket does that nobody listens on.
        if (!FileKind.IsSocket(path)) throw new IOException($"{path} is no socket; remove it or name another path");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"another process listens on {path}; stop it or name another path");
    }
}

using System.Net.Sockets;
using System.Text;

namespace StoreEdge.Linux.Systemd;

/// <summary>
/// Tells systemd how the service is (sd_notify(3)): one datagram per message to the socket named by <c>NOTIFY_SOCKET</c>, a path or, starting with <c>@</c>,
/// an abstract name. Outside systemd every message is silently nobody's.
/// </summary>
public sealed class ServiceNotifier
{
    private readonly string? address;

    /// <summary>A notifier for a given socket, or for none.</summary>
    /// <param name="socket">As in <c>NOTIFY_SOCKET</c>; null or empty when there is no service manager.</param>
    /// <param name="watchdogInterval">Silence after which systemd kills the service; null when it does not watch.</param>
    public ServiceNotifier(string? socket, TimeSpan? watchdogInterval)
    {
        address = string.IsNullOrEmpty(socket) ? null : socket[0] == '@' ? '\0' + socket[1..] : socket;
        WatchdogInterval = watchdogInterval;
    }

    /// <summary>Whether somebody listens.</summary>
    public bool IsPresent => address is not null;

    /// <summary>Silence after which systemd kills the service (feed at half of it); null when it does not watch.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>From <c>NOTIFY_SOCKET</c>, <c>WATCHDOG_USEC</c> and <c>WATCHDOG_PID</c> as systemd sets them for this process.</summary>
    public static ServiceNotifier FromEnvironment()
    {
        var watchedPid = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        var watched = long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), out var microseconds) && microseconds > 0
            && (watchedPid is null || watchedPid == $"{Environment.ProcessId}");
        return new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), watched ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    /// <summary>The service has started.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>The service reads its configuration again and is back with <see cref="Ready"/>.</summary>
    /// <param name="status">One line for <c>systemctl status</c>.</param>
    /// <param name="monotonicMicroseconds">Now on CLOCK_MONOTONIC, by which systemd tells this reload from an earlier one.</param>
    public void Reloading(string status, long monotonicMicroseconds) => Send($"RELOADING=1\nMONOTONIC_USEC={monotonicMicroseconds}\nSTATUS={OneLine(status)}");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    /// <summary>The service has just shown that it works.</summary>
    public void FeedWatchdog() => Send("WATCHDOG=1");

    /// <summary>The service is going down on purpose.</summary>
    public void Stopping() => Send("STOPPING=1");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string state)
    {
        if (address is null) return;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // The service manager is being replaced or has gone. A store does not close for that; a watchdog that stays hungry tells it soon enough.
        }
    }
}

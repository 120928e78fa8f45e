using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace StoreEdge.Linux.Wifi;

/// <summary>
/// The control interface of hostapd: datagrams at a socket of the file system, a command each way and, once attached, its events (hostapd's <c>ctrl_iface</c>; the bound path of the asking
/// side is where it answers to).
/// </summary>
public sealed class AccessPointControl : IDisposable
{
    /// <summary>hostapd answers at once; one that takes longer hangs, or is no hostapd.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    /// <summary>A hostapd that was killed says nothing, and one that was started again knows us no more: so often it is asked whether it is there.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);

    private readonly Socket socket;
    private readonly string own;
    private readonly TimeProvider time;
    private readonly byte[] buffer = new byte[4096];

    private AccessPointControl(Socket socket, string own, TimeProvider time) => (this.socket, this.own, this.time) = (socket, own, time);

    /// <summary>Asks an access point to tell its events from now on.</summary>
    /// <param name="path">Its control socket, such as <c>/run/hostapd/wlan0</c>.</param>
    /// <param name="directory">Where this side's socket may be; hostapd must be able to reach it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="IOException">Nobody is there, it may not be asked, or it answers something else.</exception>
    public static async Task<AccessPointControl> AttachAsync(string path, string directory, TimeProvider time, CancellationToken stop)
    {
        var own = Path.Combine(directory, $"hostapd-{Environment.ProcessId}-{Guid.NewGuid():N}");
        // sun_path has 108 bytes with its end.
        if (Encoding.UTF8.GetByteCount(own) > 107) throw new IOException($"the path of a socket is at most 107 bytes long, and {own} is longer");
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var control = new AccessPointControl(socket, own, time);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(own));
            // hostapd may run as another user than we do.
            File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop).ConfigureAwait(false);
            var answer = await control.AskAsync("ATTACH", _ => { }, stop).ConfigureAwait(false);
            return answer == "OK" ? control : throw new IOException($"it answers '{answer}' to ATTACH");
        }
        catch (SocketException fault)
        {
            control.Dispose();
            throw new IOException(fault.Message, fault);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>The stations that are connected now, for who has just attached and does not know; and who came or went while they were asked for, in that order.</summary>
    /// <exception cref="IOException">It answers no more.</exception>
    public async Task<IReadOnlyList<AccessPointEvent>> StationsAsync(CancellationToken stop)
    {
        List<AccessPointEvent> here = [];
        var answer = await AskAsync("STA-FIRST", e => here.Add(e), stop).ConfigureAwait(false);
        while (answer.Length >= 17 && AccessPointEvent.TryParse($"AP-STA-CONNECTED {answer[..17]}", out var station))
        {
            here.Add(station);
            answer = await AskAsync($"STA-NEXT {answer[..17]}", e => here.Add(e), stop).ConfigureAwait(false);
        }

        return here;
    }

    /// <summary>Events until it goes.</summary>
    /// <exception cref="IOException">It answers no more.</exception>
    public async IAsyncEnumerable<AccessPointEvent> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var missed = new Queue<AccessPointEvent>();
        while (true)
        {
            string? said;
            using (var patience = new CancellationTokenSource(AskEvery, time))
            using (var both = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token))
                said = await ReceiveAsync(both.Token, stop).ConfigureAwait(false);
            if (said is null)
            {
                var answer = await AskAsync("PING", missed.Enqueue, stop).ConfigureAwait(false);
                if (answer != "PONG") throw new IOException($"it answers '{answer}' to PING");
                while (missed.TryDequeue(out var earlier)) yield return earlier;
            }
            else if (AccessPointEvent.TryParse(said, out var what))
            {
                yield return what;
            }
            else if (said.Contains("CTRL-EVENT-TERMINATING", StringComparison.Ordinal))
            {
                throw new IOException("it has ended");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        File.Delete(own);
    }

    /// <summary>One command and its answer; events that come before the answer are handed on.</summary>
    private async Task<string> AskAsync(string command, Action<AccessPointEvent> meanwhile, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(LongestAnswer, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(command), both.Token).ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            throw new IOException(fault.Message, fault);
        }

        while (true)
        {
            var said = await ReceiveAsync(both.Token, stop).ConfigureAwait(false) ?? throw new IOException($"it does not answer within {LongestAnswer.TotalSeconds:0} s");
            if (!said.StartsWith('<')) return said.TrimEnd('\n');
            if (AccessPointEvent.TryParse(said, out var what)) meanwhile(what);
        }
    }

    /// <summary>One datagram; null where patience ended before it came.</summary>
    private async Task<string?> ReceiveAsync(CancellationToken patience, CancellationToken stop)
    {
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, patience).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }
}

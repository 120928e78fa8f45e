using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Health;

namespace StoreEdge.SystemTests.Gate;

/// <summary>The control interface of hostapd, played at its socket; the virtual lab has the real one.</summary>
public sealed class AccessPointTests : IDisposable
{
    private const string Ana = "02:00:00:aa:00:01", Bea = "02:00:00:aa:00:02";
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-ap-").FullName;
    private readonly HealthBoard health = new(TimeProvider.System, NullLogger<HealthBoard>.Instance);
    private readonly ConcurrentQueue<string> left = new();
    private readonly CancellationTokenSource over = new();

    private string Path => System.IO.Path.Combine(directory, "wlan0");

    public void Dispose()
    {
        over.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Who_leaves_for_good_has_gone_who_is_back_at_once_has_not_and_who_left_unheard_is_missed_afterwards()
    {
        var running = Watch(TimeSpan.FromMilliseconds(300));
        await Eventually.True(() => health.Warnings.Any(w => w.Code == "access-point-unheard:wlan0"), "a warning without an access point");
        using (var first = new PlayedHostapd(Path, Ana, Bea))
        {
            await Eventually.True(() => first.IsAttached && health.Warnings.Count == 0, "the attachment");
            first.Says($"<3>AP-STA-DISCONNECTED {Ana}");
            first.Says($"<3>AP-STA-CONNECTED {Ana}");
            first.Says("<2>something else entirely");
            first.Says($"<3>AP-STA-DISCONNECTED {Bea}");
            await Eventually.True(() => left.Contains($"{Bea} Left"), "the going of one");
            Assert.DoesNotContain(left, l => l.StartsWith(Ana, StringComparison.Ordinal));
            first.Says("<3>CTRL-EVENT-TERMINATING ");
            await Eventually.True(() => health.Warnings.Count == 1, "a warning about its end");
        }

        using var second = new PlayedHostapd(Path);
        await Eventually.True(() => left.Contains($"{Ana} Left"), "the going of who is not there any more");
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(["wlan0"], Directory.EnumerateFileSystemEntries(directory).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public async Task Something_else_at_that_path_is_no_access_point()
    {
        using var other = new PlayedHostapd(Path) { Answer = "UNKNOWN COMMAND\n" };
        var running = Watch(TimeSpan.FromSeconds(1));
        await Eventually.True(() => health.Warnings.Any(w => w.Text.Contains("'UNKNOWN COMMAND' to ATTACH", StringComparison.Ordinal)), "a warning with what it said");
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Task Watch(TimeSpan leftAfter) =>
        new AccessPointWatcher(Path, directory, leftAfter, _ => { }, (device, end) => left.Enqueue($"{device.Value} {end}"), health, TimeProvider.System).RunAsync(over.Token);

    /// <summary>Answers ATTACH, PING, STA-FIRST and STA-NEXT as hostapd does, and says to whoever attached what it is told to.</summary>
    private sealed class PlayedHostapd : IDisposable
    {
        private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly string path;
        private readonly List<string> stations;
        private readonly Thread thread;
        private volatile EndPoint? attached;

        public PlayedHostapd(string path, params string[] stations)
        {
            (this.path, this.stations) = (path, [.. stations]);
            File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            thread = new(Serve) { IsBackground = true };
            thread.Start();
        }

        public bool IsAttached => attached is not null;

        /// <summary>In place of every answer.</summary>
        public string? Answer { get; set; }

        public void Says(string message)
        {
            // Whom it has said to be gone it does not list any more.
            lock (stations)
            {
                if (message.Split(' ') is ["<3>AP-STA-DISCONNECTED", var gone]) stations.Remove(gone);
                if (message.Split(' ') is ["<3>AP-STA-CONNECTED", var come]) stations.Add(come);
                socket.SendTo(Encoding.ASCII.GetBytes(message), attached!);
            }
        }

        public void Dispose()
        {
            socket.Dispose();
            thread.Join();
        }

        private void Serve()
        {
            var buffer = new byte[512];
            try
            {
                while (true)
                {
                    EndPoint from = new UnixDomainSocketEndPoint(path);
                    var count = socket.ReceiveFrom(buffer, ref from);
                    var asked = Encoding.ASCII.GetString(buffer, 0, count);
                    lock (stations) socket.SendTo(Encoding.ASCII.GetBytes(Answer ?? Of(asked)), from);
                    if (asked == "ATTACH") attached = from;
                }
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // The end.
            }
        }

        private string Of(string asked) => asked switch
        {
            "ATTACH" => "OK\n",
            "PING" => "PONG\n",
            "STA-FIRST" => stations is [var first, ..] ? $"{first}\nflags=[AUTH][ASSOC][AUTHORIZED]\naid=1\n" : "FAIL\n",
            _ when asked.StartsWith("STA-NEXT ", StringComparison.Ordinal) && stations.IndexOf(asked[9..]) is >= 0 and var at && at + 1 < stations.Count => $"{stations[at + 1]}\nflags=[AUTH]\n",
            _ => "FAIL\n",
        };
    }
}

using System.Net.Sockets;
using System.Text;
using StoreEdge.Linux.Systemd;

namespace StoreEdge.SystemTests.Linux;

public class ServiceNotifierTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Systemd_reads_each_message_from_its_socket(bool isAbstract)
    {
        var name = Path.Combine(Path.GetTempPath(), $"storeedge-notify-{Guid.NewGuid():N}");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name : name));
        var notifier = new ServiceNotifier(isAbstract ? "@" + name : name, null);
        notifier.Ready("two receivers\nheard");
        notifier.FeedWatchdog();
        notifier.Status("busy");
        notifier.Stopping();
        string[] read = [Read(), Read(), Read(), Read()];
        Assert.Equal(["READY=1\nSTATUS=two receivers heard", "WATCHDOG=1", "STATUS=busy", "STOPPING=1"], read);
        if (!isAbstract) File.Delete(name);

        string Read()
        {
            var buffer = new byte[1024];
            return Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer));
        }
    }

    [Fact]
    public void A_service_manager_that_has_gone_takes_nothing_down_with_it()
    {
        var name = Path.Combine(Path.GetTempPath(), $"storeedge-notify-{Guid.NewGuid():N}");
        using (var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)) systemd.Bind(new UnixDomainSocketEndPoint(name));
        new ServiceNotifier(name, null).FeedWatchdog();
        File.Delete(name);
        new ServiceNotifier(name, null).FeedWatchdog();
    }

    [Fact]
    public void Without_systemd_nothing_is_sent_and_nothing_fails()
    {
        var notifier = new ServiceNotifier(null, null);
        notifier.Ready("alone");
        Assert.False(notifier.IsPresent);
    }
}

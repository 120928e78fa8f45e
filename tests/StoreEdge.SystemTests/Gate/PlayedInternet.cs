using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StoreEdge.SystemTests.Gate;

/// <summary>How one kind of device finds out whether it has the Internet: what it asks for, and the answer that says so. A device that is held back must never get that answer.</summary>
/// <param name="Who">Whose question it is.</param>
/// <param name="Url">What is asked for, over plain HTTP.</param>
/// <param name="Status">Of the open answer.</param>
/// <param name="Body">Of the open answer.</param>
/// <param name="Header">A line of its head that the device looks for; empty for none.</param>
internal sealed record Probe(string Who, string Url, int Status, string Body = "", string Header = "")
{
    /// <summary>What devices ask for; read off their sources and their traffic by many, and short-lived: a new release may ask for something else.</summary>
    public static IReadOnlyList<Probe> All { get; } =
    [
        new("Android", "http://connectivitycheck.gstatic.com/generate_204", 204), new("Android", "http://www.gstatic.com/generate_204", 204), new("Android", "http://www.google.com/gen_204", 204),
        new("Android", "http://play.googleapis.com/generate_204", 204), new("ChromeOS", "http://clients3.google.com/generate_204", 204),
        new("iOS", "http://captive.apple.com/hotspot-detect.html", 200, Success), new("iOS", "http://captive.apple.com/", 200, Success),
        new("macOS", "http://www.apple.com/library/test/success.html", 200, Success),
        new("Windows", "http://www.msftconnecttest.com/connecttest.txt", 200, "Microsoft Connect Test"), new("Windows", "http://www.msftconnecttest.com/redirect", 200, "a page"),
        new("Firefox", "http://detectportal.firefox.com/canonical.html", 200, "<meta http-equiv=\"refresh\" content=\"0;url=https://support.mozilla.org/kb/captive-portal\"/>"),
        new("Firefox", "http://detectportal.firefox.com/success.txt", 200, "success\n"),
        new("Ubuntu", "http://connectivity-check.ubuntu.com/", 204, "", "X-NetworkManager-Status: online"),
        new("GNOME", "http://nmcheck.gnome.org/check_network_status.txt", 200, "NetworkManager is online\n"),
        new("Kindle", "http://spectrum.s3.amazonaws.com/kindle-wifi/wifistub.html", 200, "<html>81ce4465-7167-4dcb-835b-dcc9e44c112a</html>"),
        new("Xiaomi", "http://connect.rom.miui.com/generate_204", 204), new("Huawei", "http://connectivitycheck.platform.hicloud.com/generate_204", 204),
        new("vivo", "http://wifi.vivo.com.cn/generate_204", 204),
    ];

    private const string Success = "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>";

    /// <summary>Whether an answer is the one that says "you have the Internet".</summary>
    public async Task<bool> IsOpenAsync(HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode != Status || await answer.Content.ReadAsStringAsync() != Body) return false;
        return Header.Length == 0 || answer.Headers.TryGetValues(Header.Split(':')[0], out var values) && values.Contains(Header.Split(": ")[1]);
    }

    /// <summary>The open answer as it goes over the wire.</summary>
    public byte[] Answer() => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {Status} OK\r\n{(Header.Length == 0 ? "" : Header + "\r\n")}{(Status == 204 ? "" : $"Content-Type: text/html\r\nContent-Length: {Body.Length}\r\n")}Connection: close\r\n\r\n{Body}");
}

/// <summary>The servers that devices ask whether they have the Internet: at port 80 of the played Internet, over IPv4 and IPv6, each with its real answer.</summary>
internal sealed class PlayedInternet : IDisposable
{
    private readonly Socket listener;
    private readonly ConcurrentDictionary<string, int> asked = new();

    public PlayedInternet(GuestNetwork guests)
    {
        listener = guests.Internet.Listen(IPAddress.IPv6Any, 80);
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>How often each URL was asked for here.</summary>
    public IReadOnlyDictionary<string, int> Asked => asked;

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync();
                _ = Task.Run(() => ServeAsync(connection));
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                // A probe's head is one segment.
                var buffer = new byte[8192];
                var head = Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer)).Split("\r\n");
                var host = head.FirstOrDefault(l => l.StartsWith("Host: ", StringComparison.OrdinalIgnoreCase))?[6..];
                var url = $"http://{host}{head[0].Split(' ').ElementAtOrDefault(1)}";
                asked.AddOrUpdate(url, 1, (_, n) => n + 1);
                await connection.SendAsync(Probe.All.FirstOrDefault(p => p.Url == url)?.Answer() ?? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                connection.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // They went.
            }
        }
    }
}

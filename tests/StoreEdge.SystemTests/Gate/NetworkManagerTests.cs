using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Gate;

/// <summary>A laptop's own judgement of the guest network: NetworkManager, as Debian ships it, before the portal, after it, and after the customer took the terms back.</summary>
public sealed class NetworkManagerTests
{
    private const int PortalPort = 8481;

    [RootFact]
    public async Task NetworkManager_says_portal_before_and_full_after()
    {
        using var guests = new GuestNetwork();
        await guests.StartDnsmasqAsync($"address=/nmcheck.gnome.org/{GuestNetwork.InternetAddress}");
        using var gnome = guests.Internet.Listen(IPAddress.IPv6Any, 80);
        _ = Task.Run(() => AnswerAsync(gnome));
        await using var agent = guests.Agent(configuration => configuration["portal"] = new JsonObject { ["listen"] = $"[::]:{PortalPort}", ["zone"] = "entrance" });
        await agent.StartAsync();
        using var laptop = Process.Start(new ProcessStartInfo("/usr/bin/env",
        [
            .. guests.Phone.Network.Prefix, "unshare", "-m", Path.Combine(Checkout.Root, "tests/StoreEdge.SystemTests/Gate/network-manager.sh"), guests.Directory, GuestPhone.Interface,
            $"{guests.Phone.Address}/24", $"{GuestNetwork.GatewayAddress}",
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        async Task<string> SaysAsync(string command)
        {
            await laptop.StandardInput.WriteLineAsync(command);
            await laptop.StandardInput.FlushAsync();
            return (await laptop.StandardOutput.ReadLineAsync())?.Trim() ?? throw new InvalidOperationException("NetworkManager is gone: " + await File.ReadAllTextAsync(Path.Combine(guests.Directory, "nm.log")));
        }

        Task BecomesAsync(string connectivity) => Eventually.Get(() => SaysAsync("networking connectivity check"), said => said == connectivity, $"the connectivity '{connectivity}'");
        await BecomesAsync("portal");
        using var browser = guests.Phone.Browser();
        var session = await AcceptAsync(browser);
        await BecomesAsync("full");
        await agent.KeptAsync("arrival");
        Assert.NotNull(session);
        laptop.StandardInput.Close();
        await laptop.WaitForExitAsync();
    }

    /// <summary>From the probe that is led astray to the page of one's own, as a network assistant's window goes.</summary>
    private static async Task<Uri> AcceptAsync(HttpClient browser)
    {
        using var led = await browser.GetAsync(new Uri("http://nmcheck.gnome.org/check_network_status.txt"));
        Assert.Equal(HttpStatusCode.Found, led.StatusCode);
        var portal = led.Headers.Location!;
        var page = await browser.GetStringAsync(portal);
        string Field(string name) => Regex.Match(page, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value;
        using var post = new HttpRequestMessage(HttpMethod.Post, new Uri(portal, "/portal/accept"))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = Field("token"), ["lang"] = Field("lang") }),
            Headers = { { "Origin", portal.GetLeftPart(UriPartial.Authority) } },
        };
        using var answer = await browser.SendAsync(post);
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return new(portal, answer.Headers.Location!);
    }

    /// <summary>What nmcheck.gnome.org says.</summary>
    private static async Task AnswerAsync(Socket listener)
    {
        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX-NetworkManager-Status: online\r\nContent-Type: text/plain\r\nContent-Length: 25\r\nConnection: close\r\n\r\nNetworkManager is online\n");
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptAsync();
                await connection.ReceiveAsync(new byte[4096]);
                await connection.SendAsync(answer);
                connection.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}

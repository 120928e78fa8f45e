using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Gate;

/// <summary>The real agent on the gateway: it is killed, other programs change its table, it lacks the right. Whoever is inside stays inside, and nobody else gets in.</summary>
public sealed partial class WhenTheGateIsDisturbed(ITestOutputHelper output)
{
    [RootFact]
    public async Task A_killed_agent_cuts_nobody_lets_nobody_in_and_knows_its_guests_when_it_is_back()
    {
        using var guests = new GuestNetwork(phones: 2);
        await using var agent = guests.Agent();
        using var servers = new Servers(guests, 443);
        await agent.StartAsync();
        var (phone, other) = (guests.Phone, guests.Phones[1]);
        using var ear = guests.ListenUpstream();
        Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.Empty(ear.Heard);

        // A phone asks for any page of the Internet, meets the portal, accepts, and passes.
        await AcceptAsync(phone, agent.Port);
        foreach (var there in new[] { GuestNetwork.InternetAddress, GuestNetwork.InternetAddress6 }) Assert.Equal("open", await phone.ConnectAsync(there, 443));
        using var lasting = await phone.Network.ConnectAsync(new(GuestNetwork.InternetAddress, 443));
        Assert.True(await EchoesAsync(lasting));
        var receipt = Receipt(guests);

        await agent.KillAsync();
        Assert.True(await EchoesAsync(lasting), "an established connection was cut by the agent's death");
        Assert.Equal("open", await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        foreach (var there in new[] { GuestNetwork.InternetAddress, GuestNetwork.InternetAddress6 }) Assert.Equal(nameof(SocketError.ConnectionRefused), await other.ConnectAsync(there, 443));
        Assert.Equal(nameof(SocketError.ConnectionRefused), await other.ConnectAsync(GuestNetwork.InternetAddress, 80));

        await agent.StartAsync();
        Assert.True(await EchoesAsync(lasting), "an established connection was cut by the agent's return");
        Assert.Equal(receipt, Receipt(guests));
        // It is the agent's memory that knows the receipt again: it puts it back when the kernel's is wiped.
        var wiped = Stopwatch.GetTimestamp();
        guests.Gateway.Run("nft", "flush", "ruleset");
        await Eventually.Get(() => Task.FromResult(guests.Gateway.Try("nft", "list", "map", "inet", "storeedge", "guests").Output), listed => listed.Contains(receipt, StringComparison.Ordinal), "the guest with the receipt");
        output.WriteLine($"back, with the guest inside, {Stopwatch.GetElapsedTime(wiped).TotalMilliseconds:0} ms after nft flush ruleset was started");
        Assert.True(await EchoesAsync(lasting), "an established connection was cut by the repair");
        await AcceptAsync(other, agent.Port);
        Assert.Equal("open", await other.ConnectAsync(GuestNetwork.InternetAddress6, 443));

        // Nothing of it is on disk or in the log.
        await agent.StopAsync();
        Assert.True(await EchoesAsync(lasting), "an established connection was cut by an orderly end");
        foreach (var file in Directory.EnumerateFiles(agent.Directory, "*", SearchOption.AllDirectories))
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            foreach (var station in guests.Phones)
                foreach (var spelling in new[] { station.Mac, station.Mac.Replace(":", "", StringComparison.Ordinal), station.Mac.Replace(':', '-') })
                    Assert.False(text.Contains(spelling, StringComparison.OrdinalIgnoreCase), $"{Path.GetFileName(file)} has a phone's address");
        }
    }

    [RootFact]
    public async Task Whatever_another_program_does_to_the_table_is_mended_with_everybody_inside_and_told()
    {
        using var guests = new GuestNetwork(phones: 2);
        await using var agent = guests.Agent();
        using var servers = new Servers(guests, 443);
        await agent.StartAsync();
        await AcceptAsync(guests.Phone, agent.Port);
        var (receipt, intact) = (Receipt(guests), Structure(guests));
        foreach (var deed in new[]
        {
            "delete table inet storeedge", "flush chain inet storeedge leaving", "add rule inet storeedge leaving accept", "insert rule inet storeedge forward accept",
            "add chain inet storeedge other { type filter hook forward priority -300; policy accept; }", "flush ruleset", "flush table inet storeedge",
        })
        {
            guests.Gateway.Run(["nft", .. deed.Split(' ')]);
            await Eventually.True(() => Structure(guests) == intact, $"the table after '{deed}'");
            Assert.Equal(receipt, Receipt(guests));
            Assert.Equal("open", await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
            Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phones[1].ConnectAsync(GuestNetwork.InternetAddress, 443));
        }

        var warning = await Eventually.Get(async () => (await agent.StatusAsync()).ToJsonString(), status => status.Contains("gate-tampered", StringComparison.Ordinal), "the warning");
        Assert.Contains("'nft'", System.Text.Json.JsonSerializer.Deserialize<string>($"\"{Regex.Match(warning, "changed or removed by [^ ]+").Value}\""), StringComparison.Ordinal);

        // One element less is meant so: that guest is out, in the agent's memory too.
        guests.Gateway.Run("nft", "delete", "element", "inet", "storeedge", "guests", "{", guests.Phone.Mac, "}");
        Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        await AcceptAsync(guests.Phone, agent.Port);
        Assert.Equal("open", await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        Assert.Equal(intact, Structure(guests));
    }

    [RootFact]
    public async Task Without_the_right_to_hold_the_gate_the_store_opens_and_says_so_and_nobody_gets_in()
    {
        using var guests = new GuestNetwork();
        // The gate is in place from earlier; what the agent lacks is the right to let anybody in.
        await using var powerless = new AgentProcess(
            null,
            configuration =>
            {
                configuration["http"] = new JsonObject { ["listen"] = $"[::]:{((string)configuration["http"]!["listen"]!).Split(':')[^1]}" };
                configuration["gate"] = new JsonObject { ["mode"] = "own", ["guests"] = new JsonArray(GuestNetwork.GuestInterface), ["upstream"] = GuestNetwork.UpstreamInterface };
            },
            Powerless(guests), guests.Gateway);
        using var servers = new Servers(guests, 443);
        var (code, _, error) = await powerless.RunAsync(null, "gate", "up", "--config", powerless.ConfigurationFile);
        Assert.Equal(2, code);
        Assert.Contains("CAP_NET_ADMIN", error, StringComparison.Ordinal);
        guests.Gateway.Run([Checkout.Agent, "gate", "up", "--config", powerless.ConfigurationFile]);
        await powerless.StartAsync();
        var status = (await powerless.StatusAsync()).ToJsonString();
        Assert.Contains("gate-not-held", status, StringComparison.Ordinal);
        var page = await AcceptAsync(guests.Phone, powerless.Port, expect: null);
        Assert.NotEqual(HttpStatusCode.SeeOther, page);
        Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
    }

    [RootFact]
    public async Task A_technician_puts_the_gate_up_sees_who_is_inside_without_an_address_and_takes_it_down()
    {
        using var guests = new GuestNetwork();
        await using var agent = guests.Agent(configuration =>
        {
            configuration["gate"]!["quotaMegabytes"] = 100;
            configuration["gate"]!["walledNames"] = new JsonArray("loyalty.example");
        });
        using var servers = new Servers(guests, 443);
        string[] configured = ["--config", agent.ConfigurationFile];
        Assert.Equal((1, false), await StatusAsync());
        var (up, text, error) = await agent.RunAsync(null, ["gate", "up", .. configured]);
        Assert.True(up == 0, text + error);
        Assert.Contains("The gate is in place, as the configuration wants it.", text, StringComparison.Ordinal);
        Assert.Equal((0, true), await StatusAsync());
        Assert.Equal(nameof(SocketError.ConnectionRefused), await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));

        await agent.StartAsync();
        await AcceptAsync(guests.Phone, agent.Port);
        Assert.Equal("open", await guests.Phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        var (_, json, _) = await agent.RunAsync(null, ["gate", "status", "--json", .. configured]);
        output.WriteLine(json);
        var inside = Assert.Single(JsonNode.Parse(json)!["guests"]!.AsArray())!;
        Assert.InRange((long)inside["secondsRemaining"]!, 7_000, 7_200);
        Assert.InRange((long)inside["bytesMoved"]!, 1, 10_000);
        Assert.DoesNotContain(guests.Phone.Mac, json, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Receipt(guests), json, StringComparison.Ordinal);
        await agent.StopAsync();

        guests.Gateway.Run("nft", "insert", "rule", "inet", "storeedge", "leaving", "accept");
        var (changed, said, _) = await agent.RunAsync(null, ["gate", "status", .. configured]);
        Assert.Equal(1, changed);
        Assert.Contains("another program changed it", said, StringComparison.Ordinal);
        Assert.Contains("+ accept", said, StringComparison.Ordinal);

        var (down, farewell, _) = await agent.RunAsync(null, ["gate", "down", .. configured]);
        Assert.Equal(0, down);
        Assert.Contains("passages of 1 guests", farewell, StringComparison.Ordinal);
        Assert.Equal((1, false), await StatusAsync());
        Assert.DoesNotContain("storeedge", guests.Gateway.Run("nft", "list", "ruleset"), StringComparison.Ordinal);
        var (_, lines, _) = await agent.RunAsync(null, ["gate", "dnsmasq", .. configured]);
        Assert.Equal("nftset=/loyalty.example/4#inet#storeedge#named4,6#inet#storeedge#named6", lines.Trim());

        async Task<(int, bool)> StatusAsync()
        {
            var (code, report, wrong) = await agent.RunAsync(null, ["gate", "status", "--json", .. configured]);
            Assert.True(code < 2, wrong);
            return (code, (bool)JsonNode.Parse(report)!["present"]!);
        }
    }

    /// <summary>Opens any page, which is the portal, and presses its button.</summary>
    private static async Task<HttpStatusCode> AcceptAsync(GuestPhone phone, int port, HttpStatusCode? expect = HttpStatusCode.SeeOther)
    {
        using var browser = phone.Network.Http();
        var portal = new Uri($"http://{GuestNetwork.GatewayAddress}:{port}/portal");
        var page = await browser.GetStringAsync(portal);
        using var form = new FormUrlEncodedContent([new("token", Token().Match(page).Groups[1].Value), new("lang", Language().Match(page).Groups[1].Value)]);
        using var answer = await browser.PostAsync(new Uri(portal, "/portal/accept"), form);
        if (expect is { } wanted) Assert.True(answer.StatusCode == wanted, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return answer.StatusCode;
    }

    private static async Task<bool> EchoesAsync(Socket connection)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var (sent, back) = (new byte[] { 1, 2, 3 }, new byte[3]);
        await connection.SendAsync(sent, patience.Token);
        return await connection.ReceiveAsync(back, patience.Token) == 3;
    }

    private static string Receipt(GuestNetwork guests) => Comment().Match(guests.Gateway.Run("nft", "list", "map", "inet", "storeedge", "guests")).Groups[1].Value;

    private static string Structure(GuestNetwork guests) => guests.Gateway.Try("nft", "-s", "-t", "list", "table", "inet", "storeedge").Output;

    private static string Powerless(GuestNetwork guests)
    {
        var file = Path.Combine(guests.Directory, "powerless.sh");
        File.WriteAllText(file, $"#!/bin/sh\nexec setpriv --bounding-set=-net_admin,-sys_admin --inh-caps=-net_admin,-sys_admin {Checkout.Agent} \"$@\"\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    [GeneratedRegex("name=\"token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("name=\"lang\" value=\"([^\"]+)\"")]
    private static partial Regex Language();

    [GeneratedRegex("comment \"([^\"]+)\"")]
    private static partial Regex Comment();
}

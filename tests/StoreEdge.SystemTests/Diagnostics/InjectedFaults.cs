using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Gate;
using StoreEdge.SystemTests.Mqtt;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>Each fault is done to a real agent, and within a minute the page and the terminal call it by the same code, with what to do.</summary>
public sealed class InjectedFaults : IDisposable
{
    private static readonly TimeSpan AMinute = TimeSpan.FromSeconds(60);

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-faults-").FullName;

    private static string Faketime => $"/usr/lib/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64")}-linux-gnu/faketime/libfaketimeMT.so.1";

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_name_that_does_not_resolve_an_adapter_that_is_gone_a_clock_three_days_ahead_and_a_journal_in_quarantine()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var over = new CancellationTokenSource();
        var telling = TellTimeAsync(server, over.Token);
        await using var agent = new AgentProcess(1883, configuration =>
        {
            configuration["mqtt"]!["host"] = "no-such-broker.invalid";
            configuration["receivers"]!.AsArray().Add(new JsonObject { ["id"] = "gone", ["zone"] = "entrance", ["source"] = "mgmt:hci7" });
            configuration["clock"] = new JsonObject { ["servers"] = new JsonArray($"127.0.0.1:{((IPEndPoint)server.Client.LocalEndPoint!).Port}") };
        });
        Directory.CreateDirectory(Path.Combine(agent.State, "quarantine"));
        await File.WriteAllTextAsync(Path.Combine(agent.State, "quarantine", "0001-unknown.db"), "no database any more");
        await agent.StartAsync(("LD_PRELOAD", Faketime), ("FAKETIME", "+3d"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"));

        await NamedAsync(agent, "link", "broker-name-not-resolved", "mqtt.host");
        await NamedAsync(agent, "receiver:gone", "receiver-fault:gone", "receivers[]", alternative: "Bluetooth");
        await NamedAsync(agent, "clock", "clock-off", "timedatectl");
        await NamedAsync(agent, "journal-quarantine", null, "salvage");
        await over.CancelAsync();
        await telling;
    }

    [Theory]
    [InlineData("expired", "broker-tls-clock")]
    [InlineData("wrong authority", "broker-tls-authority")]
    public async Task A_certificate_that_has_ended_and_an_authority_that_is_not_ours(string fault, string code)
    {
        using var authority = new Authority(Path.Combine(directory, "right"));
        using var other = new Authority(Path.Combine(directory, "wrong"));
        var server = fault == "expired" ? authority.Issue("server", DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(-1)) : authority.Issue("server");
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(server, wantsClients: false), judged: false);
        await using var agent = new AgentProcess(broker.Port, configuration => configuration["mqtt"]!["caFile"] = (fault == "expired" ? authority : other).File);
        await agent.StartAsync();
        // Nobody vouches for this machine's clock: then an ended certificate may be the clock's fault, and the words say so. Where somebody does, it has ended.
        await NamedAsync(agent, "link", code, "", alternativeFault: fault == "expired" ? "broker-tls-expired" : null);
    }

    [Fact]
    public async Task A_topic_that_the_access_list_denies_and_a_message_that_breaks_the_contract()
    {
        var list = Path.Combine(directory, "acl");
        await File.WriteAllTextAsync(list, "topic read #\ntopic write stores/v1/demo-store/evt/#\ntopic write stores/v1/demo-store/context/#\ntopic write stores/v1/demo-store/state/status\n");
        await using var broker = await Broker.StartedAsync(extra: $"acl_file {list}", judged: false);
        await using var agent = new AgentProcess(broker.Port);
        await agent.StartAsync();
        await NamedAsync(agent, "broker-access", "state-refused:stores/v1/demo-store/state/", "access list");

        using var say = System.Diagnostics.Process.Start("mosquitto_pub", ["-p", $"{broker.Port}", "-q", "1", "-t", "stores/v1/demo-store/context/0193b3a2-7c1e-7000-8000-000000000001", "-m", "{\"no\":\"contract\"}"]);
        await say.WaitForExitAsync();
        await NamedAsync(agent, "central-message-bad:", null, "");
    }

    [RootFact]
    public async Task A_disk_without_a_byte_left()
    {
        await using var agent = new AgentProcess(null);
        using var disk = new SmallDisk(agent.State, megabytes: 32);
        await agent.StartAsync();
        disk.Fill();
        await NamedAsync(agent, "journal-full", null, "df -h");
        disk.Empty();
    }

    [Fact]
    public async Task A_display_that_is_frozen_and_one_that_fell_silent()
    {
        await using var agent = new AgentProcess(null);
        await agent.StartAsync();
        using var over = new CancellationTokenSource();
        await AcknowledgeAsync("shoes");
        // A browser whose picture stands still goes on answering, always with the same frame.
        var frozen = Task.Run(async () =>
        {
            using var beat = new PeriodicTimer(TimeSpan.FromSeconds(2));
            try
            {
                do await AcknowledgeAsync("entrance");
                while (await beat.WaitForNextTickAsync(over.Token));
            }
            catch (OperationCanceledException)
            {
            }
        });
        await NamedAsync(agent, "display:entrance", "display-frozen:entrance", "restart its browser");
        await NamedAsync(agent, "display:shoes", "display-silent:shoes", "/display/shoes");
        await over.CancelAsync();
        await frozen;

        async Task AcknowledgeAsync(string display)
        {
            using var word = new StringContent($$"""{"showing":null,"contentHash":"{{new string('0', 64)}}","frame":7}""", Encoding.UTF8, "application/json");
            using var answer = await agent.Http.PostAsync(new Uri($"/display/{display}/ack", UriKind.Relative), word);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_receiver_that_hears_nothing_any_more_and_one_whose_radio_was_pulled_out()
    {
        await using var agent = new AgentProcess(null, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            var file = (string)configuration["enrolment"]!["file"]!;
            File.WriteAllText(file, File.ReadAllText(file).Replace("\"customer\", \"loyaltyNumber\": \"4242\"", "\"fixed\"", StringComparison.Ordinal));
        });
        await agent.StartAsync();
        await using var beacon = await Visitor.ComesInAsync(agent, "door-in");
        var pulled = await Visitor.ComesInAsync(agent, "door-out");
        foreach (var receiver in new[] { "door-in", "door-out" })
            await Eventually.Get(async () => Check(await agent.StatusAsync(), $"canary:{receiver}"), c => (string)c["verdict"]! == "pass", $"a fixed beacon at {receiver}", AMinute);
        beacon.FallSilent();
        await pulled.DisposeAsync();
        await NamedAsync(agent, "receiver:door-in", "receiver-blind:door-in", "replug the radio");
        await NamedAsync(agent, "receiver:door-out", null, "plugged in");

        static JsonNode Check(JsonNode report, string code) => report["checks"]!.AsArray().Single(c => (string)c!["code"]! == code)!;
    }

    [RootFact]
    public async Task A_gate_that_another_program_takes_away()
    {
        using var guests = new GuestNetwork();
        await using var agent = guests.Agent();
        await agent.StartAsync();
        guests.Gateway.Run("nft", "flush", "ruleset");
        await NamedAsync(agent, "gate", "gate-tampered", "flush ruleset");
    }

    /// <summary>The page names it within a minute, in both languages with what to do, and the terminal says the same.</summary>
    private static async Task NamedAsync(AgentProcess agent, string code, string? fault, string action, string? alternative = null, string? alternativeFault = null)
    {
        bool IsIt(JsonNode? check) => ((string)check!["code"]!).StartsWith(code, StringComparison.Ordinal) && (string)check["verdict"]! is "warn" or "fail"
            && (fault is null || ((string?)check["fault"] ?? "").StartsWith(fault, StringComparison.Ordinal) || (alternativeFault is not null && (string?)check["fault"] == alternativeFault));
        static JsonNode? In(JsonNode report, Func<JsonNode?, bool> isIt) => report["checks"]!.AsArray().FirstOrDefault(isIt);
        var named = (await Eventually.Get(async () => In(await agent.StatusAsync(), IsIt), check => check is not null, $"{code} ({fault}) on the page", AMinute))!;
        var (evidence, next) = ((string)named["evidence"]!, (string)named["nextAction"]!);
        Assert.True(next.Contains(action, StringComparison.Ordinal) || (alternative is not null && (next + evidence).Contains(alternative, StringComparison.Ordinal)), next);

        // Each has its minute: a broker that ends the connection over what it refuses has the store between two connections now and then, and then the link itself is what is wrong.
        bool IsTheSame(JsonNode? other) => other is not null && (string)other["code"]! == (string)named["code"]! && (string?)other["fault"] == (string?)named["fault"];
        var portuguese = await Eventually.Get(
            async () => In(JsonNode.Parse(await agent.Http.GetStringAsync(new Uri("/diagnostics/status.json?lang=pt-BR", UriKind.Relative)))!, IsTheSame), same => same is not null, $"{code} in Portuguese", AMinute);
        Assert.NotEqual(next, (string)portuguese!["nextAction"]!);
        var said = await Eventually.Get(
            async () =>
            {
                var (exit, output, _) = await agent.RunAsync(null, "doctor", "--json", "--url", agent.Url.ToString());
                Assert.InRange(exit, 1, 2);
                return In(JsonNode.Parse(output)!, IsTheSame);
            },
            same => same is not null, $"{code} in doctor", AMinute);
        Assert.Equal(((string)named["title"]!, next), ((string)said!["title"]!, (string)said["nextAction"]!));
    }

    /// <summary>A time server that knows the time.</summary>
    private static async Task TellTimeAsync(UdpClient server, CancellationToken over)
    {
        try
        {
            while (true)
            {
                var asked = await server.ReceiveAsync(over);
                var answer = new byte[48];
                (answer[0], answer[1]) = (0b00_100_100, 2);
                asked.Buffer.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
                foreach (var at in new[] { 32, 40 })
                    BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at), (uint)(DateTimeOffset.UtcNow - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds);
                await server.SendAsync(answer, asked.RemoteEndPoint, over);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}

using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.SystemTests.Store;

/// <summary>Whatever comes in broken, at any door, is told clearly and harms nothing else.</summary>
public sealed class BadInput
{
    private static readonly Topics Topics = new("demo-store");

    [Theory]
    [InlineData("{ \"store\": ", "storeedge.json")]
    [InlineData("{ \"store\": { \"id\": \"Not A Name\" } }", "store.id")]
    [InlineData("{ \"store\": { \"id\": \"s1\" }, \"presence\": { \"silenceMinimum\": \"soon\" } }", "presence.silenceMinimum")]
    [InlineData("{ \"store\": { \"id\": \"s1\" }, \"receivers\": [ { \"id\": \"a\", \"zone\": \"b\", \"source\": \"usb:7\" } ] }", "receivers[0].source")]
    [InlineData("{ \"store\": { \"id\": \"s1\" }, \"mqtt\": { \"prot\": 1883 } }", "mqtt.prot")]
    public async Task A_broken_configuration_starts_nothing_and_names_file_and_key(string document, string named)
    {
        await using var agent = new AgentProcess(mqttPort: null);
        await File.WriteAllTextAsync(agent.ConfigurationFile, document);
        foreach (var command in new[] { "run", "check-config" })
        {
            var (code, output, error) = await AgentProcess.CommandAsync(null, command, "--config", agent.ConfigurationFile);
            Assert.Equal((2, ""), (code, output));
            Assert.Contains(agent.ConfigurationFile, error, StringComparison.Ordinal);
            Assert.Contains(named, error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Broken_radio_streams_are_counted_and_the_next_customer_is_noticed_all_the_same()
    {
        await using var agent = new AgentProcess(mqttPort: null, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        var record = Visitor.Record(0xC9);
        byte[] nonsense = [.. record.AsSpan(0, 24), .. new byte[record.Length - 24]];
        nonsense[24] = 0x04;
        nonsense[25] = 0x3E;
        await StreamAsync(agent, [.. Encoding.ASCII.GetBytes(new string('x', 200))]);
        await Eventually.Get(() => MalformedAsync(agent), count => count == 1, "the count of the garbage");
        Assert.Contains("no btsnoop", await EvidenceAsync(agent, "receiver-stream:door-in"), StringComparison.Ordinal);
        await StreamAsync(agent, [.. Visitor.Header(), .. record.AsSpan(0, record.Length / 2)]);
        await StreamAsync(agent, [.. Visitor.Header(), .. nonsense]);
        await Eventually.Get(() => MalformedAsync(agent), count => count == 2, "the count of the nonsense frame");

        await using var visitor = await Visitor.ComesInAsync(agent);
        await agent.KeptAsync("arrival");
        await Eventually.Get(async () => await EvidenceAsync(agent, "receiver-stream:door-in"), evidence => evidence is null, "the warning's end");
    }

    [Fact]
    public async Task A_broken_message_from_central_is_a_warning_that_names_its_topic_and_goes_with_the_next_good_one()
    {
        await using var broker = await Broker.StartedAsync();
        broker.ExpectBad(topic => topic == Topics.Context("v1") || topic == Topics.Notice("v1") || topic == Topics.Ack || topic == Topics.DesiredEnrolment);
        await using var agent = new AgentProcess(broker.Port, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        await using var central = new MosquittoClient(new("central", Broker.Host, broker.Port), _ => { }, TimeProvider.System);
        await central.ConnectAsync(CancellationToken.None);
        await Eventually.Get(async () => (await agent.StatusAsync())["link"]!["connected"]!.GetValue<bool>(), yes => yes, "the link");
        const string Now = "2026-11-21T12:00:00Z";
        const string Other = "0e6ff3c5-54b2-4e0b-9d4e-0d6c8e1d8a11";
        (string Topic, string Filter, string Good, string[] Bad)[] doors =
        [
            (Topics.Context("v1"), Topics.AnyContext, """{"visitId":"v1","attributes":{}}""",
            [
                "garbage", "null", "{}", "[]", "\u00ff\u00fe", """{"visitId":null,"attributes":{}}""", """{"visitId":"v1","attributes":null}""", """{"visitId":"v1","attributes":{"tier":null}}""",
                $$$"""{"visitId":"v1","attributes":{"shoeSize":{"value":42,"asOf":"{{{Now}}}","maxAgeSeconds":60,"purpose":"service"} } }""",
                $$$"""{"visitId":"v1","attributes":{"tier":{"value":"gold","asOf":"{{{Now}}}","maxAgeSeconds":9223372036854775807,"purpose":"service"} } }""",
                $$$"""{"visitId":"v1","attributes":{"tier":{"value":"\ud800","asOf":"{{{Now}}}","maxAgeSeconds":60,"purpose":"service"} } }""",
                $$$"""{"visitId":"v1","attributes":{"tier":{"value":"gold","asOf":"9999-12-31T23:59:59-12:00","maxAgeSeconds":60,"purpose":"service"} } }""",
            ]),
            (Topics.Notice("v1"), Topics.AnyNotice, $$$"""{"noticeId":"n1","visitId":"v1","kind":"queue","text":{"en":"Two minutes"},"validUntil":"{{{Now}}}"}""",
            [
                "garbage", "{}", $$$"""{"noticeId":"n1","visitId":"v1","kind":"joke","text":{"en":"x"},"validUntil":"{{{Now}}}"}""",
                $$$"""{"noticeId":"n1","visitId":"v1","kind":"queue","text":{"en":null},"validUntil":"{{{Now}}}"}""", """{"noticeId":"n1","visitId":"v1","kind":"queue","text":{"en":"x"},"validUntil":"later"}""",
            ]),
            (Topics.Ack, Topics.Ack, $$$"""{"epoch":"{{{Other}}}","seq":0}""",
            ["garbage", "null", $$$"""{"epoch":"{{{Other}}}","seq":-1}""", $$$"""{"epoch":"{{{Other}}}","seq":9223372036854775808}""", """{"epoch":"mine","seq":1}"""]),
            (Topics.DesiredEnrolment, Topics.DesiredEnrolment, """{"version":1,"entries":[]}""",
            ["garbage", "{}", """{"version":0,"entries":[]}""", """{"version":2,"entries":[{"customer":"C-1","beacons":["ibeacon:nobody"]}]}""", """{"version":2,"entries":[{"customer":"C-\ud800"}]}"""]),
        ];
        foreach (var (topic, filter, good, bads) in doors)
        {
            foreach (var bad in bads) await central.PublishAsync(new(topic, Encoding.Latin1.GetBytes(bad)));
            var warning = await Eventually.Get(() => CheckAsync(agent, $"central-message-bad:{filter}"), check => check is not null, $"a warning about {topic}");
            Assert.Equal("warn", (string?)warning!["verdict"]);
            Assert.Contains(filter, (string?)warning["evidence"], StringComparison.Ordinal);
            // Messages keep their order: the good one is taken after the last bad one was judged.
            await central.PublishAsync(new(topic, Encoding.UTF8.GetBytes(good)));
            await Eventually.Get(() => CheckAsync(agent, $"central-message-bad:{filter}"), check => check is null, "the end of the warning");
        }

        // A message that a handler did not know how to refuse is logged as its failure.
        Assert.DoesNotContain("failed", agent.Log, StringComparison.Ordinal);
        Assert.Contains(Other, await EvidenceAsync(agent, "ack-other-epoch"), StringComparison.Ordinal);
        // The list of the file is still in force: who it names is noticed, over a link that is still up.
        await using var visitor = await Visitor.ComesInAsync(agent);
        await agent.KeptAsync("arrival");
        Assert.True((await agent.StatusAsync())["link"]!["connected"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_bundle_that_breaks_a_rule_leaves_the_last_good_one_in_force_or_the_factorys()
    {
        var file = "";
        await using var agent = new AgentProcess(mqttPort: null, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            file = Path.Combine((string)configuration["state"]!["directory"]!, "..", "bundle.json");
            configuration["bundle"]!["file"] = file;
        });
        var good = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy/examples/bundle.json"));
        var bad = JsonNode.Parse(good)!;
        bad["offers"]![1]!["class"] = "bargain";
        await File.WriteAllTextAsync(file, bad.ToJsonString());
        await agent.StartAsync();
        Assert.Contains("offers[1].class", await EvidenceAsync(agent, "bundle"), StringComparison.Ordinal);
        Assert.Equal(0, (await agent.StatusAsync())["bundle"]!["offers"]!.GetValue<int>());
        Assert.Equal(200, (int)(await agent.Http.GetAsync(new Uri("/display/entrance", UriKind.Relative))).StatusCode);
        await agent.StopAsync();

        await File.WriteAllTextAsync(file, good);
        await agent.StartAsync();
        var version = (string?)(await agent.StatusAsync())["bundle"]!["version"];
        Assert.Equal((string?)JsonNode.Parse(good)!["version"], version);
        await agent.StopAsync();

        await File.WriteAllTextAsync(file, bad.ToJsonString());
        await agent.StartAsync();
        Assert.Contains("offers[1].class", await EvidenceAsync(agent, "bundle"), StringComparison.Ordinal);
        Assert.Equal(version, (string?)(await agent.StatusAsync())["bundle"]!["version"]);
        await using var visitor = await Visitor.ComesInAsync(agent);
        await agent.KeptAsync("decision");
    }

    private static async Task<JsonNode?> CheckAsync(AgentProcess agent, string code) => (await agent.StatusAsync())["checks"]!.AsArray().SingleOrDefault(c => (string?)c!["code"] == code);

    private static async Task<string?> EvidenceAsync(AgentProcess agent, string code) => (string?)(await CheckAsync(agent, code))?["evidence"];

    private static async Task<long> MalformedAsync(AgentProcess agent) =>
        (await agent.StatusAsync())["receivers"]!.AsArray().Single(r => (string?)r!["id"] == "door-in")!["malformed"]!.GetValue<long>();

    /// <summary>Sends to the receiver at the door, then hangs up.</summary>
    private static async Task StreamAsync(AgentProcess agent, byte[] stream)
    {
        using var socket = await Visitor.ReachAsync(agent, "door-in");
        await socket.SendAsync(stream);
        socket.Shutdown(SocketShutdown.Send);
        // The agent closes too: at the end, or as soon as it has had enough.
        try
        {
            await socket.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
    }
}

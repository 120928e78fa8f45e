using System.Collections;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Configuration;
using StoreEdge.Tests.Architecture;

namespace StoreEdge.Tests.Configuration;

public sealed partial class AgentOptionsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private ConfigurationLayers Layers(string json)
    {
        var file = Path.Combine(directory, "storeedge.json");
        File.WriteAllText(file, json);
        return ConfigurationLayers.Read(file, new Hashtable(), []);
    }

    private List<string> ErrorsOf(string json) =>
        [.. Assert.Throws<ConfigurationException>(() => AgentOptionsReader.Read(Layers(json))).Errors.Select(e => e.ToString().Replace(directory + "/", "", StringComparison.Ordinal))];

    [Fact]
    public void The_least_that_is_needed_is_an_id_and_a_key()
    {
        var options = AgentOptionsReader.Read(Layers("""{ "store": { "id": "s-1" }, "enrolment": { "pseudonymKeyFile": "key" } }"""));
        Assert.Equal("s-1", options.Store.Id.Value);
        Assert.Equal(Path.Combine(directory, "key"), options.Enrolment.KeyFile);
        Assert.Null(options.Broker);
        Assert.Equal(8480, options.Http.Port);
    }

    [Fact]
    public void A_receiver_keeps_the_capitals_that_stand_on_its_housing()
    {
        var options = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s-1" }, "enrolment": { "pseudonymKeyFile": "key" }, "receivers": [ { "id": "I-DL", "zone": "door", "source": "unix:a.sock" } ] }
            """));
        Assert.Equal("I-DL", Assert.Single(options.Receivers).Place.Id.Value);
        Assert.Contains(
            "receivers[0].id: \"I/DL\" is not allowed",
            Assert.Single(ErrorsOf("""{ "store": { "id": "s-1" }, "enrolment": { "pseudonymKeyFile": "key" }, "receivers": [ { "id": "I/DL", "zone": "d", "source": "unix:a.sock" } ] }""")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_display_says_what_it_is_near_and_a_wrong_word_about_it_is_named_by_its_place()
    {
        const string Store = """{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, """;
        var display = Assert.Single(AgentOptionsReader.Read(Layers(Store + """ "displays": [ { "id": "d", "zone": "door", "near": ["shoes"], "receiver": "I-DL" } ] }""")).Displays);
        Assert.Equal(("shoes", "I-DL"), (Assert.Single(display.Near).Value, display.Receiver));
        var errors = ErrorsOf(Store + """ "displays": [ { "id": "d", "zone": "door", "near": ["door"], "receiver": "I/DL" } ] }""");
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: displays[0].near[0]: \"door\" is not allowed; another zone from which it is seen", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: displays[0].receiver: \"I/DL\" is not allowed; the receiver that it hangs by", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(""" "orientation": "diagonal" """, "orientation: \"diagonal\" is not allowed; one of auto, landscape, portrait")]
    [InlineData(""" "on": ["7-22"] """, "on[0]: \"7-22\" is not allowed; hours, with days before them")]
    [InlineData(""" "on": ["mo 07:00-22:00"] """, "on[0]: \"mo 07:00-22:00\" is not allowed")]
    [InlineData(""" "night": "late" """, "night: \"late\" is not allowed; hours")]
    [InlineData(""" "nightBrightness": 5 """, "nightBrightness: 5 is not allowed; a whole number from 10 to 100")]
    [InlineData(""" "touch": "yes" """, "touch: \"yes\" is not allowed; true or false")]
    [InlineData(""" "claim": 1 """, "claim: 1 is not allowed; true or false")]
    [InlineData(""" "keyFile": "short.key" """, "keyFile: \"short.key\" is not allowed; a file with 16–128 letters")]
    [InlineData(""" "keyFile": "no.key" """, "keyFile: \"no.key\" is not allowed; a file that can be read")]
    public void What_is_wrong_about_a_display_is_named(string word, string expected)
    {
        File.WriteAllText(Path.Combine(directory, "short.key"), "short");
        var errors = ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "displays": [ { "id": "d", "zone": "door", {{word}} } ] }""");
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: displays[0]." + expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var errors = ErrorsOf("""
            { "store": { "id": "Store 1", "timeZone": "Mars" }, "http": { "listen": "nowhere" },
              "receivers": [ { "id": "door", "zone": "z", "source": "hci:left" }, { "id": "door", "zone": "z", "side": "left", "source": "unix:a.sock", "enterDbm": -90, "exitDbm": -80 } ],
              "mqtt": { "certificateFile": "c.pem" }, "bundel": {} }
            """);
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: store.id: \"Store 1\" is not allowed; the store's id: 1–64 characters", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: store.timeZone: \"Mars\"", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: http.listen: \"nowhere\"", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: receivers[0].source: \"hci:left\" is not allowed; mgmt:ADAPTER", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: receivers[1].side: \"left\" is not allowed; one of inside, outside", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: receivers[1].exitDbm: -80 is not allowed; less than enterDbm (-90)", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: mqtt.keyFile: is missing; certificateFile and keyFile go together", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("bundel", StringComparison.Ordinal) && e.Contains("did you mean 'bundle'?", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("enrolment.pseudonymKeyFile: is missing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bundle_can_be_demanded_signed_only_where_a_key_is_pinned()
    {
        var errors = ErrorsOf("""{ "store": { "id": "s1" }, "enrolment": { "pseudonymKeyFile": "k" }, "bundle": { "signed": true } }""");
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: bundle.signed: ", StringComparison.Ordinal) && e.Contains("central.publicKeyFile", StringComparison.Ordinal));
        Assert.Contains(ErrorsOf("""{ "bundle": { "signed": "perhaps" } }"""), e => e.StartsWith("storeedge.json: bundle.signed: \"perhaps\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_without_a_certificate_asks_where_the_others_are_unless_another_port_is_named()
    {
        Assert.Equal((8883, 8883), Ports("""{ "tls": true }"""));
        Assert.Equal((8883, 8884), Ports("""{ "tls": true, "claimPort": 8884 }"""));
        Assert.Contains(ErrorsOf("""{ "mqtt": { "claimPort": 65536 } }"""), e => e.StartsWith("storeedge.json: mqtt.claimPort: 65536 is not allowed", StringComparison.Ordinal));

        (int, int?) Ports(string mqtt)
        {
            var broker = AgentOptionsReader.Read(Layers($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "mqtt": {{mqtt}} }""")).Broker!;
            return (broker.Port, broker.ClaimPort);
        }
    }

    [Fact]
    public void The_agent_renews_the_certificate_that_it_made_and_no_other()
    {
        Assert.True(Renews("/s/identity/device.pem"));
        Assert.True(Renews("/s/../s/identity/device.pem"));
        Assert.False(Renews("/etc/ssl/store.pem"));
        Assert.False(Renews("/s/identity/device.pem", """, "renew": false"""));
        Assert.Contains(ErrorsOf("""{ "mqtt": { "renew": "sometimes" } }"""), e => e.StartsWith("storeedge.json: mqtt.renew: \"sometimes\" is not allowed; true or false", StringComparison.Ordinal));
        Assert.Contains(ErrorsOf("""{ "state": { "directory": "/s" }, "mqtt": { "renew": true, "certificateFile": "/etc/c.pem", "keyFile": "/etc/c.pem" } }"""),
            e => e.StartsWith("storeedge.json: mqtt.renew: true is not allowed; only where certificateFile and keyFile are /s/identity/device.pem", StringComparison.Ordinal));

        bool Renews(string file, string more = "") => AgentOptionsReader.Read(Layers(
            $$"""{ "store": { "id": "s" }, "state": { "directory": "/s" }, "enrolment": { "pseudonymKeyFile": "k" }, "mqtt": { "certificateFile": "{{file}}", "keyFile": "{{file}}"{{more}} } }""")).Broker!.Renews;
    }

    [Fact]
    public void Fallback_brokers_take_the_port_of_the_first_and_a_wrong_one_is_named_by_its_place()
    {
        var options = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" },
              "mqtt": { "host": "a.example", "tls": true, "fallbacks": [ { "host": "b.example" }, { "host": "10.0.0.3", "port": 1884 } ], "seekFirstAfter": "1h" } }
            """));
        Assert.Equal(["a.example:8883", "b.example:8883", "10.0.0.3:1884"], options.Broker!.Places.Select(p => p.ToString()));
        Assert.Equal(TimeSpan.FromHours(1), options.Broker.SeekFirstAfter);
        var errors = ErrorsOf("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "mqtt": { "fallbacks": [ { "host": "b c" }, { "port": 0, "host": "b" }, {} ], "seekFirstAfter": "1s" } }
            """);
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: mqtt.fallbacks[0].host: \"b c\" is not allowed; a host name or an IP address", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: mqtt.fallbacks[1].port: 0 is not allowed", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: mqtt.fallbacks[2].host: is missing", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("storeedge.json: mqtt.seekFirstAfter: \"1s\" is not allowed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_radio_of_this_machine_is_named_by_number_or_address_with_its_duty()
    {
        var options = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" },
              "receivers": [ { "id": "a", "zone": "z", "source": "mgmt:hci0", "scanInterval": "100ms", "scanWindow": "50ms", "overridePowerOff": false },
                             { "id": "b", "zone": "z", "source": "hci:00:1a:7d:DA:71:13" } ] }
            """));
        Assert.Equal(["mgmt:hci0", "hci:00:1a:7d:DA:71:13"], options.Receivers.Select(r => r.Source.ToString()));
        Assert.Equal((160, 80, false), (options.Receivers[0].Radio.IntervalSteps, options.Receivers[0].Radio.WindowSteps, options.Receivers[0].Radio.OverridePowerOff));
        Assert.Equal((96, 96, true), (options.Receivers[1].Radio.IntervalSteps, options.Receivers[1].Radio.WindowSteps, options.Receivers[1].Radio.OverridePowerOff));
    }

    [Theory]
    [InlineData("\"source\": \"mgmt:hci0\", \"scanWindow\": \"100ms\"", "receivers[0].scanWindow: \"100ms\" is not allowed; not longer than scanInterval")]
    [InlineData("\"source\": \"mgmt:hci0\", \"scanInterval\": \"11s\"", "receivers[0].scanInterval: \"11s\" is not allowed; a span of time from 2.5ms to 10240ms")]
    [InlineData("\"source\": \"mgmt:hci\"", "receivers[0].source: \"mgmt:hci\" is not allowed; mgmt:ADAPTER")]
    [InlineData("\"source\": \"mgmt:hci0\" }, { \"id\": \"b\", \"zone\": \"z\", \"source\": \"mgmt:hci0\"", "receivers[1].source: \"mgmt:hci0\" is not allowed; one radio has one receiver")]
    public void A_radio_that_cannot_be_used_so_is_refused(string keys, string error) =>
        Assert.Contains(
            ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "receivers": [ { "id": "a", "zone": "z", {{keys}} } ] }"""),
            e => e.StartsWith("storeedge.json: " + error, StringComparison.Ordinal));

    [Theory]
    [InlineData("0")]
    [InlineData("1000001")]
    public void A_pace_of_the_backlog_that_is_none_is_refused(string pace) =>
        Assert.Contains(
            ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "outbox": { "drainPerSecond": {{pace}} } }"""),
            e => e.StartsWith($"storeedge.json: outbox.drainPerSecond: {pace} is not allowed; ", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"5s\"", "a span of time from 10s to 1h")]
    [InlineData("\"2h\"", "a span of time from 10s to 1h")]
    [InlineData("3", "a span of time from 10s to 1h")]
    public void A_trial_that_proves_nothing_or_never_ends_is_refused(string trial, string allowed) =>
        Assert.Contains(
            ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "central": { "trial": {{trial}} } }"""),
            e => e.StartsWith($"storeedge.json: central.trial: {trial} is not allowed; {allowed}", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"url\": \"http://c\", \"apiKeyFile\": \"k\"", "url: \"http://c\" is not allowed; the https address of the controller without a path")]
    [InlineData("\"url\": \"https://c/manage\", \"apiKeyFile\": \"k\"", "url: \"https://c/manage\" is not allowed; the https address of the controller without a path")]
    [InlineData("\"apiKeyFile\": \"k\"", "url: is missing; the https address of the controller without a path")]
    [InlineData("\"url\": \"https://c\"", "apiKeyFile: is missing; either apiKeyFile, or username with passwordFile")]
    [InlineData("\"url\": \"https://c\", \"username\": \"u\"", "apiKeyFile: is missing; either apiKeyFile, or username with passwordFile")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"fingerprint\": \"ab\"", "fingerprint: \"ab\" is not allowed; the SHA-256 of the controller's certificate")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"kind\": \"omada\"", "kind: \"omada\" is not allowed; one of unifi")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"site\": \"a/b\"", "site: \"a/b\" is not allowed; 1–64 letters")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"passFor\": \"31d\"", "passFor: \"31d\" is not allowed; a span of time from 1min to 30d")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"downKbps\": 1", "downKbps: 1 is not allowed; a whole number from 64 to 10000000")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"upKbps\": \"fast\"", "upKbps: \"fast\" is not allowed; a whole number from 64 to 10000000")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"megabytes\": 0", "megabytes: 0 is not allowed; a whole number from 1 to 1000000")]
    [InlineData("\"url\": \"https://c\", \"apiKeyFile\": \"k\", \"poll\": \"100ms\"", "poll: \"100ms\" is not allowed; a span of time from 1s to 1min")]
    public void A_controller_that_cannot_be_asked_is_refused(string keys, string error) =>
        Assert.Contains(
            ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "portal": { "controller": { {{keys}} } } }"""),
            e => e.StartsWith("storeedge.json: portal.controller." + error, StringComparison.Ordinal));

    [Fact]
    public void A_gate_is_read_with_its_networks_and_rates_and_is_off_unless_asked_for()
    {
        var gate = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s" }, "http": { "listen": "0.0.0.0:8480" }, "enrolment": { "pseudonymKeyFile": "k" },
              "gate": { "mode": "own", "guests": ["wlan0", "br-guests"], "upstream": "eth0.7", "openPorts": [443, 8443], "passage": "90min", "upMbit": 2, "downMbit": 8.5,
                        "quotaMegabytes": 500, "walled": ["203.0.113.7", "2001:db8::/32"], "walledNames": ["Loyalty.example"], "maxGuests": 50, "dnsPerSecond": 5, "silentAfter": "10min" } }
            """)).Gate!;
        Assert.Equal(["wlan0", "br-guests"], gate.Guests);
        Assert.Equal(("eth0.7", 8480, TimeSpan.FromMinutes(90), 250_000L, 1_062_500L, 500_000_000L), (gate.Upstream, gate.PortalPort, gate.Passage, gate.UpBytesPerSecond, gate.DownBytesPerSecond, gate.Quota));
        Assert.Equal(["203.0.113.7/32", "2001:db8::/32"], gate.Walled.Select(n => n.ToString()));
        Assert.Equal([443, 8443], gate.OpenPorts);
        Assert.Equal(["loyalty.example"], gate.WalledNames);
        Assert.Equal((50, 5, TimeSpan.FromMinutes(10)), (gate.MaxGuests, gate.DnsPerSecond, gate.SilentAfter));
        Assert.Contains(gate.Closed, n => n.Contains(System.Net.IPAddress.Parse("192.168.1.20")));
        Assert.Null(AgentOptionsReader.Read(Layers("""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "gate": { "mode": "off" } }""")).Gate);
    }

    [Theory]
    [InlineData("\"mode\": \"ours\"", "gate.mode: \"ours\" is not allowed; one of off, own")]
    [InlineData("\"guests\": []", "gate.guests: [] is not allowed; at least one")]
    [InlineData("\"guests\": [\"wlan0\\\" accept\"]", "gate.guests[0]: \"wlan0\\u0022 accept\" is not allowed; the name of a network interface")]
    [InlineData("\"guests\": [\"abcdefghijklmnop\"]", "gate.guests[0]: \"abcdefghijklmnop\" is not allowed; the name of a network interface")]
    [InlineData("\"guests\": \"wlan0\"", "gate.guests: \"wlan0\" is not allowed; a list [ … ] is needed here")]
    [InlineData("\"upstream\": \"eth 0\"", "gate.upstream: \"eth 0\" is not allowed; the name of a network interface")]
    [InlineData("\"upstream\": \"wlan0\"", "gate.upstream: \"wlan0\" is not allowed; not one of gate.guests")]
    [InlineData("\"portalPort\": 0", "gate.portalPort: 0 is not allowed; a whole number from 1 to 65535")]
    [InlineData("\"openPorts\": [70000]", "gate.openPorts[0]: 70000 is not allowed; a TCP port")]
    [InlineData("\"passage\": \"1s\"", "gate.passage: \"1s\" is not allowed; a span of time from 10s to 1d")]
    [InlineData("\"upMbit\": -1", "gate.upMbit: -1 is not allowed; a number from 0 to 10000")]
    [InlineData("\"downMbit\": 20000", "gate.downMbit: 20000 is not allowed; a number from 0 to 10000")]
    [InlineData("\"quotaMegabytes\": 0.5", "gate.quotaMegabytes: 0.5 is not allowed; a whole number from 0 to 1000000")]
    [InlineData("\"walled\": [\"loyalty.example\"]", "gate.walled[0]: \"loyalty.example\" is not allowed; an address or a network")]
    [InlineData("\"walled\": [\"fe80::1%eth0\"]", "gate.walled[0]: \"fe80::1%eth0\" is not allowed; an address or a network")]
    [InlineData("\"walledNames\": [\"a/b.example\"]", "gate.walledNames[0]: \"a/b.example\" is not allowed; a host name")]
    [InlineData("\"closed\": [\"10.0.0.0/33\"]", "gate.closed[0]: \"10.0.0.0/33\" is not allowed; an address or a network")]
    [InlineData("\"maxGuests\": 10001", "gate.maxGuests: 10001 is not allowed; a whole number from 1 to 10000")]
    [InlineData("\"dnsPerSecond\": 0", "gate.dnsPerSecond: 0 is not allowed; a whole number from 1 to 1000")]
    [InlineData("\"silentAfter\": \"10s\"", "gate.silentAfter: \"10s\" is not allowed; a span of time from 1min to 1h")]
    [InlineData("\"accessPoints\": [\"wlan0\"]", "gate.accessPoints[0]: \"wlan0\" is not allowed; the path of a control socket of hostapd")]
    [InlineData("\"leftAfter\": \"0s\"", "gate.leftAfter: \"0s\" is not allowed; a span of time from 1s to 10min")]
    [InlineData("\"leaseFile\": 7", "gate.leaseFile: 7 is not allowed; text in quotes")]
    public void A_gate_that_could_not_hold_is_refused(string key, string error)
    {
        var all = new System.Text.Json.Nodes.JsonObject { ["mode"] = "own", ["guests"] = new System.Text.Json.Nodes.JsonArray("wlan0"), ["upstream"] = "eth0" };
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse($"{{ {key} }}")!.AsObject()) all[name] = value?.DeepClone();
        var errors = ErrorsOf($$"""{ "store": { "id": "s" }, "http": { "listen": "[::]:8480" }, "enrolment": { "pseudonymKeyFile": "k" }, "gate": {{all.ToJsonString()}} }""");
        Assert.True(errors.Any(e => e.StartsWith("storeedge.json: " + error, StringComparison.Ordinal)), string.Join('\n', errors));
    }

    [Fact]
    public void A_gate_whose_portal_guests_cannot_reach_is_refused()
    {
        const string Gate = "\"gate\": { \"mode\": \"own\", \"guests\": [\"wlan0\"], \"upstream\": \"eth0\" }";
        Assert.Contains(ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, {{Gate}} }"""), e => e.Contains("gate.mode: \"own\" is not allowed; guests cannot reach the portal", StringComparison.Ordinal));
        Assert.Contains(
            ErrorsOf($$"""{ "store": { "id": "s" }, "http": { "listen": "[::]:8480" }, "portal": { "enabled": false }, "enrolment": { "pseudonymKeyFile": "k" }, {{Gate}} }"""),
            e => e.Contains("gate.mode: \"own\" is not allowed; the gate needs the portal", StringComparison.Ordinal));
    }

    [Fact]
    public void Guests_are_served_apart_where_the_portal_listens_by_itself()
    {
        var options = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "portal": { "listen": "[::]:8481", "tlsListen": "0.0.0.0:8482", "hostName": "wifi.shop.example",
              "certificateFile": "c.pem", "keyFile": "k.pem" } }
            """));
        Assert.Equal(("[::]:8481", "wifi.shop.example"), (options.Portal.Site!.Listen.ToString(), options.Portal.Site.HostName));
        Assert.Equal((8482, Path.Combine(directory, "c.pem"), Path.Combine(directory, "k.pem")), (options.Portal.Site.Tls!.Listen.Port, options.Portal.Site.Tls.CertificateFile, options.Portal.Site.Tls.KeyFile));
        Assert.Null(AgentOptionsReader.Read(Layers("""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" } }""")).Portal.Site);
        var gate = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "gate": { "mode": "own", "guests": ["wlan0"], "upstream": "eth0" }, "portal": { "listen": "[::]:8481" } }
            """)).Gate!;
        Assert.Equal(8481, gate.PortalPort);
        Assert.Equal([443], gate.OpenPorts);
    }

    [Theory]
    [InlineData("\"listen\": \"everywhere\"", "portal.listen: \"everywhere\" is not allowed; an address and a port, such as 0.0.0.0:8481")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"tlsListen\": \"0.0.0.0\"", "portal.tlsListen: \"0.0.0.0\" is not allowed; an address and a port, such as 0.0.0.0:8482")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"hostName\": \"10.0.0.1\"", "portal.hostName: \"10.0.0.1\" is not allowed; a DNS name with a dot in it")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"hostName\": \"wifi\"", "portal.hostName: \"wifi\" is not allowed; a DNS name with a dot in it")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"certificateFile\": \"c.pem\"", "portal.keyFile: is missing; certificateFile and keyFile go together")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"keyFile\": \"k.pem\"", "portal.certificateFile: is missing; certificateFile and keyFile go together")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"tlsListen\": \"0.0.0.0:8482\"", "portal.tlsListen: \"0.0.0.0:8482\" is not allowed; it needs listen, hostName, certificateFile and keyFile as well")]
    [InlineData("\"listen\": \"0.0.0.0:8481\", \"certificateFile\": \"c\", \"keyFile\": \"k\"", "portal.tlsListen: is missing; a certificate is for HTTPS")]
    [InlineData("\"hostName\": \"wifi.shop.example\"", "portal.listen: is missing; hostName and certificateFile are for guests that are served apart")]
    public void Guests_that_cannot_be_served_so_are_refused(string keys, string error) =>
        Assert.Contains(
            ErrorsOf($$"""{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "portal": { {{keys}} } }"""),
            e => e.StartsWith("storeedge.json: " + error, StringComparison.Ordinal));

    [Fact]
    public void Lingering_longer_than_a_second_is_refused()
    {
        var error = Assert.Single(ErrorsOf("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "receivers": [ { "id": "a", "zone": "z", "source": "unix:a" } ], "journal": { "linger": "2s" } }
            """));
        Assert.StartsWith("storeedge.json: journal.linger: \"2s\" is not allowed; a span of time from ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Receivers_before_the_door_alone_are_refused_because_nobody_would_ever_come_in()
    {
        var error = Assert.Single(ErrorsOf("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "receivers": [ { "id": "a", "zone": "z", "side": "outside", "source": "unix:a" } ] }
            """));
        Assert.StartsWith("storeedge.json: receivers: ", error, StringComparison.Ordinal);
        Assert.Contains("at least one receiver with side inside", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_receivers_cannot_share_an_id() =>
        Assert.Contains(
            ErrorsOf("""
                { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" },
                  "receivers": [ { "id": "door", "zone": "z", "source": "unix:a" }, { "id": "door", "zone": "z", "source": "unix:b" } ] }
                """),
            e => e.StartsWith("storeedge.json: receivers[1].id: \"door\" is not allowed; each receiver has an id of its own", StringComparison.Ordinal));

    [Fact]
    public void Sockets_lie_in_the_state_directory_and_recordings_beside_the_file_that_names_them()
    {
        var options = AgentOptionsReader.Read(Layers("""
            { "store": { "id": "s" }, "state": { "directory": "/var/lib/x" }, "enrolment": { "pseudonymKeyFile": "k" },
              "receivers": [ { "id": "a", "zone": "z", "source": "unix:radio/a.sock" }, { "id": "b", "zone": "z", "source": "btsnoop:b.btsnoop" } ] }
            """));
        Assert.Equal("/var/lib/x/radio/a.sock", options.Receivers[0].Source.Path);
        Assert.Equal(Path.Combine(directory, "b.btsnoop"), options.Receivers[1].Source.Path);
    }

    [Theory]
    [InlineData("deploy/demo/storeedge.json")]
    [InlineData("deploy/examples/storeedge.json")]
    public void The_configurations_that_come_with_the_project_are_good(string file)
    {
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", directory);
        try
        {
            var options = AgentOptionsReader.Read(ConfigurationLayers.Read(Path.Combine(SourceTree.Root, file), new Hashtable(), ["enrolment.pseudonymKeyFile=key"]));
            Assert.NotEmpty(options.Receivers);
            Assert.NotEmpty(options.Displays);
        }
        finally
        {
            Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        }
    }

    [Fact]
    public void A_route_of_help_says_who_is_asked_step_by_step_and_a_wrong_word_in_it_is_named_by_its_place()
    {
        const string Store = """{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, """;
        var help = AgentOptionsReader.Read(Layers(Store + """ "help": { "after": "2min", "routes": [ { "skills": ["advice"], "zones": ["bakery"], "steps": ["bakery", "entrance+cellar", "*"], "after": "30s" } ] } }""")).Help;
        var route = Assert.Single(help.Routes);
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30), 1, 2, 0), (help.After, route.After, route.Steps[0].Count, route.Steps[1].Count, route.Steps[2].Count));
        var errors = ErrorsOf(Store + """ "help": { "after": "1s", "routes": [ { "skills": ["dance"], "zones": ["The Bakery"], "steps": ["a+", "b"] }, { "steps": [] } ] } }""");
        foreach (var place in new[] { "help.after: \"1s\"", "help.routes[0].skills[0]: \"dance\"", "help.routes[0].zones[0]: \"The Bakery\"", "help.routes[0].steps[0]: ", "help.routes[1].steps: []" })
            Assert.Contains(errors, e => e.StartsWith("storeedge.json: " + place, StringComparison.Ordinal));
    }

    [Fact]
    public void The_technicians_networks_are_read_and_what_is_none_is_named()
    {
        const string Store = """{ "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, """;
        var technician = AgentOptionsReader.Read(Layers(Store + """ "technician": { "pinFile": "pin", "networks": ["192.168.10.0/24", "fd00::/8", "10.0.0.9"] } }""")).Technician;
        Assert.Equal(["192.168.10.0/24", "fd00::/8", "10.0.0.9/32"], technician.Networks.Networks.Select(n => n.ToString()));
        Assert.EndsWith("/pin", technician.PinFile, StringComparison.Ordinal);
        Assert.Empty(AgentOptionsReader.Read(Layers(Store + """ "technician": { "networks": [] } }""")).Technician.Networks.Networks);
        var errors = ErrorsOf(Store + """ "technician": { "pin": "1234", "networks": ["everywhere", "192.168.10.7/33", "10"] } }""");
        foreach (var place in new[] { "technician.pin: ", "technician.networks[0]: \"everywhere\"", "technician.networks[1]: \"192.168.10.7/33\"", "technician.networks[2]: \"10\"" })
            Assert.Contains(errors, e => e.StartsWith("storeedge.json: " + place, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, e => e.Contains("1234", StringComparison.Ordinal));
    }

    [Fact]
    public void The_readme_names_every_key_and_no_other()
    {
        var layers = Layers("""{ "store": { "id": "s" }, "receivers": [ {} ], "displays": [ {} ], "panels": [ {} ], "lamps": [ {} ], "buzzers": [ {} ], "buttons": [ {} ], "mqtt": {}, "espresense": {}, "portal": { "controller": {} }, "accessPoint": {}, "help": { "routes": [ {} ] } }""");
        Assert.Throws<ConfigurationException>(() => AgentOptionsReader.Read(layers));
        // Inner nodes and the languages of a welcome are not keys of their own.
        var known = layers.Asked.Where(k => !layers.Asked.Any(o => o.StartsWith(k + ".", StringComparison.Ordinal) || o.StartsWith(k + "[", StringComparison.Ordinal)) && !k.StartsWith("portal.welcome.", StringComparison.Ordinal));
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));
        var table = readme[readme.IndexOf("## Configuration", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n## ", 3, StringComparison.Ordinal)];
        var documented = table.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).SelectMany(l => Key().Matches(l.Split('|')[1]).Select(m => m.Groups[1].Value));
        Assert.Equal(known.Append("portal.welcome").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_guide_to_installing_names_every_key_of_a_satellite_and_no_other()
    {
        var layers = Layers("""{ "receivers": [ {} ] }""");
        Assert.Throws<ConfigurationException>(() => SatelliteOptionsReader.Read(layers));
        var known = layers.Asked.Where(k => !layers.Asked.Any(o => o.StartsWith(k + ".", StringComparison.Ordinal) || o.StartsWith(k + "[", StringComparison.Ordinal)));
        var guide = File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "README.md"));
        var table = guide[guide.IndexOf("| Key of a satellite", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        var documented = table.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).SelectMany(l => Key().Matches(l.Split('|')[1]).Select(m => m.Groups[1].Value));
        Assert.Equal(known.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_receiver_elsewhere_needs_its_road_and_its_own_source()
    {
        var errors = ErrorsOf("""
            { "store": { "id": "s" }, "enrolment": { "pseudonymKeyFile": "k" }, "satellites": { "listen": "everywhere" },
              "receivers": [ { "id": "a", "zone": "z", "source": "satellite:annex/hall" }, { "id": "b", "zone": "z", "source": "satellite:annex/hall" },
                             { "id": "c", "zone": "z", "source": "satellite:Annex" }, { "id": "d", "zone": "z", "source": "espresense:hall" }, { "id": "e", "zone": "z", "source": "espresense:a/b" } ] }
            """);
        Assert.Contains(errors, e => e.Contains("satellites.listen: \"everywhere\" is not allowed; an address and a port", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("receivers[1].source", StringComparison.Ordinal) && e.Contains("each source once", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("receivers[2].source", StringComparison.Ordinal) && e.Contains("satellite:NAME/RECEIVER", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("receivers[3].source", StringComparison.Ordinal) && e.Contains("section espresense", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Contains("receivers[4].source", StringComparison.Ordinal) && e.Contains("espresense:NODE", StringComparison.Ordinal));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Key();
}

using System.Collections;
using StoreEdge.Agent.Configuration;

namespace StoreEdge.Tests.Configuration;

public sealed class ConfigurationLayersTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static Hashtable Environment(params (string, string)[] variables)
    {
        var table = new Hashtable();
        foreach (var (name, value) in variables) table[name] = value;
        return table;
    }

    [Fact]
    public void A_stronger_layer_wins_key_by_key_and_each_value_knows_where_it_came_from()
    {
        var main = Write("storeedge.json", """{ "mqtt": { "host": "a", "port": 1, "keepAlive": "1s" }, "store": { "id": "x" } }""");
        var part = Write("conf.d/10-site.json", """{ "mqtt": { "host": "b" } }""");
        var layers = ConfigurationLayers.Read(main, Environment(("STOREEDGE__MQTT__KEEPALIVE", "9s")), ["mqtt.port=3"]);

        Assert.Empty(layers.Errors);
        Assert.Equal("b", (string?)layers.Root["mqtt"]!["host"]);
        Assert.Equal(3, (int?)layers.Root["mqtt"]!["port"]);
        Assert.Equal("9s", (string?)layers.Root["mqtt"]!["keepAlive"]);
        Assert.Equal(part, layers.OriginOf("mqtt.host"));
        Assert.Equal("command line --set", layers.OriginOf("mqtt.port"));
        Assert.Equal("environment STOREEDGE__MQTT__KEEPALIVE", layers.OriginOf("mqtt.keepAlive"));
        Assert.Equal(main, layers.OriginOf("store.id"));
    }

    [Fact]
    public void A_file_that_is_not_JSON_is_named_with_line_and_column()
    {
        var main = Write("storeedge.json", "{\n  \"store\": { \"id\": }\n}");
        var error = Assert.Single(ConfigurationLayers.Read(main, Environment(), []).Errors);
        Assert.Equal($"{main}:2:20", error.Source);
        Assert.Contains("not JSON", error.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "a": 1, "a": 2 }""")]
    [InlineData("""[1]""")]
    [InlineData("")]
    public void A_file_that_cannot_be_one_object_is_refused(string text)
    {
        var main = Write("storeedge.json", text);
        Assert.StartsWith(main, Assert.Single(ConfigurationLayers.Read(main, Environment(), []).Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "store": { "id": "x", "ID": "y" } }""", "store.ID")]
    [InlineData("""{ "store": { "id": "x" }, "STORE": { "id": "y" } }""", "STORE")]
    [InlineData("""{ "store": { "id": "x" }, "receivers": [ {}, { "id": "a", "Id": "b" } ] }""", "receivers[1].Id")]
    public void Keys_that_differ_in_capitals_alone_are_named_with_file_place_and_remedy(string text, string key)
    {
        var main = Write("storeedge.json", text);
        var part = Write("conf.d/10-site.json", text);
        var layers = ConfigurationLayers.Read(main, Environment(("STOREEDGE__MQTT", """{ "port": 1, "PORT": 2 }""")), ["http={\"listen\":\"a\",\"Listen\":\"b\"}"]);
        Assert.Equal([(main, key), (part, key), ("environment STOREEDGE__MQTT", "MQTT.PORT"), ("command line --set", "http.Listen")], layers.Errors.Select(e => (e.Source, e.Key)));
        Assert.All(layers.Errors, e => Assert.Contains("capitals do not tell keys apart; take one of them out", e.ToString(), StringComparison.Ordinal));
        // What else it says is still there for whoever looks where the page of safe mode is served.
        Assert.Equal("x", (string?)layers.Root["store"]!["id"]);
        Assert.Throws<ConfigurationException>(() => AgentOptionsReader.Read(layers));
    }

    [Theory]
    [InlineData(DesiredLayer.Technician, """{ "store": { "id": "x", "ID": "y" } }""", "technician's layer 3", "store.ID")]
    [InlineData(DesiredLayer.Config, """{ "presence": { "zoneMargin": 8, "zonemargin": 9 } }""", "desired config 3", "presence.zonemargin")]
    [InlineData(DesiredLayer.Displays, """{ "displays": [ { "id": "a", "ID": "b" } ] }""", "desired displays 3", "displays[0].ID")]
    public void So_are_those_of_a_layer_that_came_from_the_page_or_from_central(string kind, string document, string source, string key)
    {
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => DesiredLayer.Parse(kind, 3, document)).Errors);
        Assert.Equal((source, key), (error.Source, error.Key));
    }

    [Fact]
    public void A_file_that_was_named_must_exist()
    {
        var missing = Path.Combine(directory, "nowhere.json");
        Assert.Contains("cannot be read", Assert.Single(ConfigurationLayers.Read(missing, Environment(), []).Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.json", "cannot be read")]
    [InlineData("folder", "it is a directory")]
    [InlineData("/dev/zero", "a device")]
    [InlineData("long.json", "longer than 4 MB")]
    [InlineData("broken.json", "not JSON")]
    public void Of_a_file_that_cannot_be_read_only_that_is_said(string name, string expected)
    {
        Directory.CreateDirectory(Path.Combine(directory, "folder"));
        Write("broken.json", "{");
        Write("long.json", new string(' ', ConfigurationText.MostBytes) + "{}");
        var wrong = Assert.Throws<ConfigurationException>(() => AgentOptionsReader.Read(ConfigurationLayers.Read(Path.Combine(directory, name), Environment(), [])));
        Assert.Contains(expected, Assert.Single(wrong.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_holds_up_nobody()
    {
        var pipe = Path.Combine(directory, "pipe.json");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe])) await made.WaitForExitAsync();
        Assert.Contains("a pipe", Assert.Single(ConfigurationLayers.Read(pipe, Environment(), []).Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_stands_there_twice_is_named_without_a_place_that_nobody_knows()
    {
        var main = Write("dup.json", """{ "a": 1, "a": 2 }""");
        Assert.StartsWith($"{main}: not JSON: ", Assert.Single(ConfigurationLayers.Read(main, Environment(), []).Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_without_a_value_tells_how_to_write_it() =>
        Assert.Contains("--set section.key=value", Assert.Single(ConfigurationLayers.Read(Write("s.json", "{}"), Environment(), ["mqtt.port"]).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Every_wrong_value_is_reported_with_file_key_value_and_what_is_allowed()
    {
        var main = Write("storeedge.json", """{ "mqtt": { "port": 99999, "hots": "x", "keepAlive": "soon", "password": "hunter2", "protocol": "6" } }""");
        var layers = ConfigurationLayers.Read(main, Environment(), []);
        var errors = new List<ConfigurationError>();
        var mqtt = ConfigurationSection.Top(layers, errors).Section("mqtt");
        Assert.Equal(1883, mqtt.Integer("port", 1883, 1, 65535));
        mqtt.Text("host", "localhost");
        mqtt.Span("keepAlive", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));
        mqtt.OneOf("protocol", "5", "5", "3.1.1");
        mqtt.Close();

        var texts = errors.ConvertAll(e => e.ToString());
        Assert.Contains($"{main}: mqtt.port: 99999 is not allowed; a whole number from 1 to 65535", texts);
        Assert.Contains($"{main}: mqtt.keepAlive: \"soon\" is not allowed; a span of time from 5s to 10min, written like \"250ms\", \"5s\", \"10min\", \"2h\" or \"30d\"", texts);
        Assert.Contains($"{main}: mqtt.protocol: \"6\" is not allowed; one of 5, 3.1.1", texts);
        Assert.Contains(texts, t => t.Contains("mqtt.hots", StringComparison.Ordinal) && t.Contains("did you mean 'host'?", StringComparison.Ordinal));
        var secret = Assert.Single(texts, t => t.Contains("mqtt.password", StringComparison.Ordinal));
        Assert.Contains("put it in a file", secret, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", secret, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "help": { "apiKey": "hunter2" } }""")]
    [InlineData("""{ "help": { "psk": "hunter2", "Token": "hunter2", "passphrase": "hunter2" } }""")]
    [InlineData("""{ "help": { "login": { "secret": "hunter2", "list": [ { "pin": "hunter2" } ] } } }""")]
    [InlineData("""{ "help": { "url": "https://ana:hunter2@example.org/x" } }""")]
    [InlineData("""{ "help": { "urls": [ "https://example.org", "mqtt://ana:hunter2/h@nter2@example.org" ] } }""")]
    [InlineData("""{ "help": "//hunter2@example.org" }""")]
    [InlineData("""{ "store": [ { "password": "hunter2" } ] }""")]
    [InlineData("""[ { "password": "hunter2" }, "https://ana:hunter2@example.org" ]""")]
    public void No_error_quotes_a_secret(string text)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => AgentOptionsReader.Read(ConfigurationLayers.Read(Write("storeedge.json", text), Environment(), [])));
        Assert.DoesNotContain("hunter2", wrong.Message + string.Concat(wrong.Errors.Select(e => e.Value)), StringComparison.Ordinal);
        Assert.DoesNotContain("nter2", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 min", 120_000)]
    [InlineData("3h", 10_800_000)]
    [InlineData("1d", 86_400_000)]
    public void Spans_of_time_carry_their_unit(string text, double milliseconds)
    {
        var layers = ConfigurationLayers.Read(Write("s.json", $$"""{ "x": "{{text}}" }"""), Environment(), []);
        var errors = new List<ConfigurationError>();
        Assert.Equal(milliseconds, ConfigurationSection.Top(layers, errors).Span("x", default, TimeSpan.Zero, TimeSpan.FromDays(9)).TotalMilliseconds);
        Assert.Empty(errors);
    }

    [Fact]
    public void A_relative_path_is_meant_from_the_file_that_names_it()
    {
        var main = Write("storeedge.json", """{ "bundle": { "file": "bundle.json" } }""");
        var part = Write("conf.d/10.json", """{ "enrolment": { "file": "people.json" } }""");
        var top = ConfigurationSection.Top(ConfigurationLayers.Read(main, Environment(), []), []);
        Assert.Equal(Path.Combine(directory, "bundle.json"), top.Section("bundle").File("file"));
        Assert.Equal(Path.Combine(Path.GetDirectoryName(part)!, "people.json"), top.Section("enrolment").File("file"));
    }
}

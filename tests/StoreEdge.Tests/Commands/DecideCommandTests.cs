using System.CommandLine;
using System.Text.Json;
using StoreEdge.Agent.Commands;

namespace StoreEdge.Tests.Commands;

public sealed class DecideCommandTests : IDisposable
{
    private static readonly string Example = Path.Combine(Architecture.SourceTree.Root, "deploy/examples/bundle.json");

    private readonly string context = Path.GetTempFileName();

    public void Dispose() => File.Delete(context);

    [Fact]
    public void The_same_arguments_print_the_same_bytes_and_another_seed_may_not()
    {
        var (code, first, _) = Run("--bundle", Example, "--seed", "1", "--at", "2026-11-21T12:00:00-03:00");
        Assert.Equal(0, code);
        Assert.Equal(first, Run("--bundle", Example, "--seed", "1", "--at", "2026-11-21T12:00:00-03:00").Output);
        var others = Enumerable.Range(2, 9).Select(seed => Run("--bundle", Example, "--seed", $"{seed}", "--at", "2026-11-21T12:00:00-03:00").Output.Split("chosen")[1]);
        Assert.Contains(others, other => other != first.Split("chosen")[1]);
    }

    [Fact]
    public void It_explains_to_the_customer_and_traces_every_rejection()
    {
        File.WriteAllText(context, """
            { "consents": ["loyalty", "marketing"], "zone": "entrance", "shown": [{ "offer": "queijo-canastra", "at": "2026-11-21T11:00:00-03:00", "to": ["customer"] }],
              "attributes": {
                "commercialHold": { "value": false, "asOf": "2026-11-21T11:59:00-03:00", "maxAgeSeconds": 3600, "purpose": "service" },
                "interest": { "value": ["coffee"], "asOf": "2026-11-21T11:59:00-03:00", "maxAgeSeconds": 3600, "purpose": "marketing" } } }
            """);
        var (code, output, _) = Run("--bundle", Example, "--context", context, "--placement", "phone", "--language", "en", "--at", "2026-11-21T12:00:00-03:00");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        var chosen = json.RootElement.GetProperty("chosen").EnumerateArray().Select(c => c.GetProperty("offer").GetString()).ToArray();
        var rejected = json.RootElement.GetProperty("rejected").EnumerateArray().ToDictionary(r => r.GetProperty("offer").GetString()!, r => r.GetProperty("reason").GetString());
        Assert.Equal(3, chosen.Length);
        Assert.Equal(13, chosen.Length + rejected.Count);
        // Two promotions a day, and one was this morning.
        Assert.Equal(1, chosen.Count(c => c is "queijo-canastra" or "azeite-da-safra" or "assinatura-de-cafe"));
        Assert.Equal("lifecycle-unknown", rejected["pontos-em-dobro"]);
        Assert.Equal("openIssue-unknown", rejected["alguem-para-ajudar"]);
    }

    [Fact]
    public void It_speaks_to_people_too()
    {
        var (_, output, _) = Run("--bundle", Example, "--text", "--at", "2026-11-21T12:00:00-03:00");
        Assert.Contains("  shows    ", output, StringComparison.Ordinal);
        Assert.Contains("  not      queijo-canastra: no-consent-marketing", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"attributes\":{\"age\":{\"value\":1,\"asOf\":\"2026-11-21T11:59:00Z\",\"maxAgeSeconds\":1,\"purpose\":\"service\"}}}", "attributes.age: attribute 'age' is not part of the contract")]
    [InlineData("{\"consents\":[\"spam\"]}", "consents: 'spam' is not allowed")]
    [InlineData("nonsense", "not JSON")]
    public void A_wrong_context_is_told_by_file_and_path(string text, string expected)
    {
        File.WriteAllText(context, text);
        var (code, _, error) = Run("--bundle", Example, "--context", context);
        Assert.Equal(2, code);
        Assert.Contains(context, error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--placement", "roof", "it has entrance, aisles, phone")]
    [InlineData("--at", "noon", "ISO 8601")]
    public void A_wrong_argument_is_told_with_what_is_allowed(string option, string value, string expected)
    {
        var (code, _, error) = Run("--bundle", Example, option, value);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_bundle_is_an_error_and_not_a_crash()
    {
        var (code, _, error) = Run("--bundle", "/nowhere/bundle.json");
        Assert.Equal(2, code);
        Assert.Contains("/nowhere/bundle.json", error, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var root = new RootCommand { DecideCommand.Create(new ManualClock()) };
        var code = root.Parse(["decide", .. arguments]).Invoke(new() { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}

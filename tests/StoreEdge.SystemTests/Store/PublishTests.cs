using System.Diagnostics;
using System.Text.Json.Nodes;

namespace StoreEdge.SystemTests.Store;

/// <summary>The trimmed publish: what the trimmer cut away must not be missed.</summary>
public sealed class PublishTests
{
    [SlowFact]
    public async Task The_trimmed_agent_is_published_without_a_warning_and_serves_a_customer()
    {
        var directory = Directory.CreateTempSubdirectory("storeedge-publish-").FullName;
        try
        {
            var start = new ProcessStartInfo(Path.Combine(Checkout.Root, "deploy/publish.sh"), ["--trimmed", "-o", directory]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var publish = Process.Start(start)!;
            var (said, wrong) = (publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
            await publish.WaitForExitAsync();
            Assert.True(publish.ExitCode == 0, await said + await wrong);
            Assert.DoesNotContain("warning", await said, StringComparison.OrdinalIgnoreCase);
            var program = Path.Combine(directory, "storeedge");

            await using var agent = new AgentProcess(mqttPort: null, AgentProcess.EnrolFromFile, program);
            Assert.Equal(0, (await agent.RunAsync(null, "--version")).Code);
            Assert.Contains("demo-store", (await agent.RunAsync(null, "check-config", "--config", agent.ConfigurationFile)).Output, StringComparison.Ordinal);
            // The packet of the record, from its H4 type byte on.
            var frame = Convert.ToHexStringLower(Visitor.Record(0xC9).AsSpan(24));
            var decoded = JsonNode.Parse((await agent.RunAsync(frame + "\n", "decode")).Output)!;
            Assert.Equal(("ibeacon", 7, 42), ((string?)decoded["format"], (int)decoded["major"]!, (int)decoded["minor"]!));

            await agent.StartAsync();
            await using var visitor = await Visitor.ComesInAsync(agent);
            await agent.KeptAsync("decision");
            foreach (var page in new[] { "/display/entrance", "/portal", "/diagnostics" }) Assert.NotEmpty(await agent.Http.GetStringAsync(new Uri(page, UriKind.Relative)));
            Assert.Equal(0, await agent.StopAsync());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

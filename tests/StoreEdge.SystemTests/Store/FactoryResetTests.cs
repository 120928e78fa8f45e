using System.Text;
using System.Text.Json.Nodes;

namespace StoreEdge.SystemTests.Store;

/// <summary>A device forgets its customers: the real agent met one, and afterwards not a byte of them is left, while the device is still itself.</summary>
public sealed class FactoryResetTests
{
    [Fact]
    public async Task After_a_reset_no_byte_of_a_customer_is_left_and_the_device_is_still_itself_unless_that_was_to_go_too()
    {
        await using var agent = new AgentProcess(null, AgentProcess.EnrolFromFile);
        await agent.StartAsync();
        await using (await Visitor.ComesInAsync(agent))
            await Eventually.Get(async () => (int)(await agent.StatusAsync())["presentNow"]!, present => present == 1, "the customer");
        Assert.Equal(0, (await agent.RunAsync(null, "enroll", "--config", agent.ConfigurationFile)).Code);

        // While the agent runs nothing is touched.
        var (code, _, error) = await Reset("customers", "--lose-unsent");
        Assert.True(code == 1 && error.Contains("systemctl stop storeedge", StringComparison.Ordinal), error);
        Assert.True((int)(await agent.StatusAsync())["presentNow"]! == 1);
        await agent.KillAsync();

        var (_, exported, _) = await agent.RunAsync(null, "journal", "export", "--directory", agent.State);
        var arrival = exported.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).First(e => ((string)e["type"]!).Contains(".arrival", StringComparison.Ordinal));
        string[] words = ["C-42", "4242", Visitor.Beacon, (string)arrival["data"]!["subject"]!, (string)arrival["data"]!["visitId"]!];
        // Laid there by nobody that the program knows.
        Directory.CreateDirectory(Path.Combine(agent.State, "recordings"));
        await File.WriteAllTextAsync(Path.Combine(agent.State, "recordings", "tuesday.txt"), words[3]);
        Assert.True(Holding(words).Count >= 3, "the search finds nothing before the reset either");

        (code, _, error) = await Reset("customers");
        Assert.True(code == 1 && error.Contains("has not acknowledged", StringComparison.Ordinal), error);
        (code, _, error) = await agent.RunAsync("no\n", "factory-reset", "--config", agent.ConfigurationFile, "--forget", "customers", "--lose-unsent");
        Assert.True(code == 1 && error.Contains("nothing was done", StringComparison.Ordinal), error);
        Assert.True(Holding(words).Count >= 3);

        var key = await File.ReadAllTextAsync(Path.Combine(agent.State, "identity/request.key"));
        (code, _, error) = await Reset("customers", "--lose-unsent");
        Assert.True(code == 0, error);
        Assert.Empty(Holding(words));
        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(agent.State, "identity/request.key")));
        await agent.StartAsync();
        Assert.Equal(0, (int)(await agent.StatusAsync())["presentNow"]!);
        await agent.StopAsync();

        (code, _, error) = await Reset("everything", "--lose-unsent");
        Assert.True(code == 0, error);
        Assert.Equal(["journal.lock"], Directory.GetFileSystemEntries(agent.State).Select(e => Path.GetFileName(e)));

        Task<(int Code, string Output, string Error)> Reset(string what, params string[] more) =>
            agent.RunAsync(null, ["factory-reset", "--config", agent.ConfigurationFile, "--forget", what, "--confirm", "demo-store", .. more]);

        List<string> Holding(string[] wanted) =>
            [.. Directory.EnumerateFiles(agent.State, "*", SearchOption.AllDirectories).Append(Path.Combine(agent.Directory, "enrolment.json"))
                .Where(f => !f.EndsWith(".sock", StringComparison.Ordinal) && wanted.Any(w => File.ReadAllBytes(f).AsSpan().IndexOf(Encoding.UTF8.GetBytes(w)) >= 0))];
    }
}

using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Agent.Commands;

namespace StoreEdge.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-").FullName;

    public RunCommandTests()
    {
        File.WriteAllText(Path.Combine(directory, "key"), "1:" + new string('7', 64));
        File.WriteAllText(Path.Combine(directory, "storeedge.json"), """{ "store": { "id": "s-1" }, "enrolment": { "pseudonymKeyFile": "key" } }""");
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_state_directory_that_cannot_be_made_is_told_in_one_line_where_nothing_can_stand_in_for_it()
    {
        // Nothing else in this process looks at it.
        Environment.SetEnvironmentVariable("RUNTIME_DIRECTORY", Path.Combine(directory, "key"));
        try
        {
            var error = await RunAsync("--set", $"state.directory={directory}/key/state");
            Assert.Contains($"nothing can be written in {directory}/key/state", error, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("RUNTIME_DIRECTORY", null);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var error = await RunAsync("--set", $"state.directory={directory}/state", "--set", $"http.listen={taken.LocalEndpoint}");
        Assert.Contains($"{taken.LocalEndpoint}: address already in use", error, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        using var error = new StringWriter();
        var code = await RunCommand.Create().Parse(["--config", Path.Combine(directory, "storeedge.json"), .. arguments])
            .InvokeAsync(new InvocationConfiguration { Output = TextWriter.Null, Error = error });
        Assert.Equal(1, code);
        return Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}

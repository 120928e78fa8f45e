using StoreEdge.Agent.Commands;

namespace StoreEdge.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8480")]
    [InlineData("https://store.example/")]
    public void An_agent_is_named_by_its_address(string url) => Assert.Empty(DoctorCommand.Create(TimeProvider.System).Parse(["--url", url]).Errors);

    [Theory]
    [InlineData("127.0.0.1:8480")]
    [InlineData("file:///etc/passwd")]
    [InlineData("doctor")]
    public void Anything_else_is_refused_with_an_example(string url)
    {
        var error = Assert.Single(DoctorCommand.Create(TimeProvider.System).Parse(["--url", url]).Errors);
        Assert.Contains("http://127.0.0.1:8480", error.Message, StringComparison.Ordinal);
    }
}

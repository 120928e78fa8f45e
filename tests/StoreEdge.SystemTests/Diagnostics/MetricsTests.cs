using System.Net;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>The store's numbers, asked for over HTTP and sent to a collector; neither unless it is wanted.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task A_store_that_is_watched_serves_its_numbers_and_sends_them_to_the_collector()
    {
        var port = Checkout.FreePort();
        using var collector = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        collector.Start();
        var sent = collector.GetContextAsync();
        await using var agent = new AgentProcess(null, configuration => configuration["metrics"] = new JsonObject { ["prometheus"] = true, ["otlp"] = $"http://127.0.0.1:{port}" });
        await agent.StartAsync();

        using var answer = await agent.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        foreach (var line in new[] { "storeedge_info{version=\"", "storeedge_check{code=\"disk\"} ", "storeedge_receiver_connected{receiver=\"door-in\"} ", "storeedge_process_resident_bytes " })
            Assert.Contains(line, text, StringComparison.Ordinal);

        var received = await sent.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(("POST", "/v1/metrics"), (received.Request.HttpMethod, received.Request.Url!.AbsolutePath));
        var body = JsonNode.Parse(received.Request.InputStream)!;
        received.Response.Close();
        Assert.Contains("storeedge_verdict", body["resourceMetrics"]![0]!["scopeMetrics"]![0]!["metrics"]!.AsArray().Select(m => (string)m!["name"]!));
    }

    [Fact]
    public async Task A_store_that_is_not_serves_none()
    {
        await using var agent = new AgentProcess(null);
        await agent.StartAsync();
        using var answer = await agent.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}

using System.Net;
using System.Text;
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
        await using var agent = new AgentProcess(null, configuration =>
        {
            AgentProcess.EnrolFromFile(configuration);
            configuration["metrics"] = new JsonObject { ["prometheus"] = true, ["otlp"] = $"http://127.0.0.1:{port}" };
        });
        await agent.StartAsync();
        await using var visitor = await Visitor.ComesInAsync(agent);

        using var answer = await agent.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        foreach (var line in new[] { "storeedge_info{version=\"", "storeedge_check{code=\"disk\"} ", "storeedge_receiver_connected{receiver=\"door-in\"} ", "storeedge_process_resident_bytes " })
            Assert.Contains(line, text, StringComparison.Ordinal);

        var (numbers, spans) = ("", "");
        while (numbers.Length == 0 || !spans.Contains("arrival", StringComparison.Ordinal))
        {
            var received = await collector.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
            using var body = new MemoryStream();
            await received.Request.InputStream.CopyToAsync(body);
            received.Response.Close();
            Assert.Equal(("POST", "application/x-protobuf"), (received.Request.HttpMethod, received.Request.ContentType));
            var sent = Encoding.Latin1.GetString(body.ToArray());
            if (received.Request.Url!.AbsolutePath == "/v1/metrics") numbers += sent;
            else if (received.Request.Url.AbsolutePath == "/v1/traces") spans += sent;
            else Assert.Fail(received.Request.Url.AbsolutePath);
        }

        // That they are the same is held by the unit tests, which read the protobuf; here it is bytes over a real socket.
        foreach (var name in new[] { "service.instance.id", "storeedge_verdict", "storeedge_receiver_frames_total", "door-in" }) Assert.Contains(name, numbers, StringComparison.Ordinal);
        Assert.Contains("event.seq", spans, StringComparison.Ordinal);
        foreach (var personal in new[] { "C-42", "4242", "f7826da6", "subject" }) Assert.DoesNotContain(personal, numbers + spans, StringComparison.OrdinalIgnoreCase);
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

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using StoreEdge.Contracts;
using StoreEdge.SystemTests.Portal;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>Many look at the technician's pages while customers come in.</summary>
public sealed class TechnicianCrowd(ITestOutputHelper output)
{
    private const int Clients = 50, Arrivals = 9;

    /// <summary>Half of this is what a customer would notice; a page that held arrivals up would hold them up by its own second.</summary>
    private static readonly TimeSpan MostMore = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Fifty_who_watch_and_work_hold_up_no_arrival()
    {
        await using var store = await TechnicianWalk.OpenAsync(configuration =>
        {
            JsonArray entries = [.. Enumerable.Range(1, 2 * Arrivals).Select(i => new JsonObject
            {
                ["customer"] = $"C-{i}", ["role"] = "customer", ["beacons"] = new JsonArray(Visitor.Beacon.Replace("/42", $"/{i}", StringComparison.Ordinal)),
            })];
            File.WriteAllText((string)configuration["enrolment"]!["file"]!, new JsonObject { ["version"] = 1, ["entries"] = entries }.ToJsonString());
        });
        using var radio = await Visitor.ReachAsync(store.Agent, "door-in");
        await radio.SendAsync(Visitor.Header());
        var alone = await ArrivalsAsync(store, radio, 1);
        var cookie = await EnterAsync(store);
        using var over = new CancellationTokenSource();
        var (snapshots, pages) = (0, 0);
        Task[] crowd = [.. Enumerable.Range(0, Clients).SelectMany(_ => new[] { WatchAsync(), WorkAsync() })];
        await Eventually.True(() => Volatile.Read(ref snapshots) >= 2 * Clients && Volatile.Read(ref pages) >= Clients, "everybody with the page before them");
        var (before, among) = ((snapshots, pages), await ArrivalsAsync(store, radio, 1 + Arrivals));
        // They were there all the time.
        await Eventually.True(() => Volatile.Read(ref snapshots) > before.snapshots && Volatile.Read(ref pages) > before.pages, "a page that goes on");
        await over.CancelAsync();
        await Task.WhenAll(crowd);

        output.WriteLine($"first frame until the arrival is on disk, median of {Arrivals}: alone {alone.TotalMilliseconds:0} ms, among {Clients} who watch and {Clients} who reload each second {among.TotalMilliseconds:0} ms");
        Assert.True(among < alone + MostMore, $"alone {alone}, among many {among}");
        Assert.Equal(2 * Arrivals, store.Agent.Kept(EventTypes.Arrival).Count);

        async Task WatchAsync()
        {
            using var client = new HttpClient { BaseAddress = store.Agent.Url, Timeout = Timeout.InfiniteTimeSpan };
            try
            {
                using var answer = await client.GetAsync(new Uri("/diagnostics/live", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, over.Token);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(over.Token));
                while (await lines.ReadLineAsync(over.Token) is { } line)
                    if (line == "event: snapshot") Interlocked.Increment(ref snapshots);
            }
            catch (OperationCanceledException)
            {
            }
        }

        async Task WorkAsync()
        {
            using var client = new HttpClient { BaseAddress = store.Agent.Url };
            using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
            try
            {
                do
                {
                    using var asked = new HttpRequestMessage(HttpMethod.Get, "/technician/configuration") { Headers = { { "Cookie", cookie } } };
                    using var answer = await client.SendAsync(asked, over.Token);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    Interlocked.Increment(ref pages);
                }
                while (await beat.WaitForNextTickAsync(over.Token));
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    /// <summary>Customers come in, one after another, each with a tag of their own.</summary>
    /// <param name="store">Where.</param>
    /// <param name="radio">The wire of the receiver behind the door.</param>
    /// <param name="first">The number of the first one's tag.</param>
    /// <returns>The median from a tag's first frame until its arrival is on disk.</returns>
    private static async Task<TimeSpan> ArrivalsAsync(ToldStore store, Socket radio, byte first)
    {
        var took = new List<TimeSpan>();
        var known = store.Agent.Kept(EventTypes.Arrival).Count;
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (byte i = 0; i < Arrivals; i++)
        {
            // The id's last byte stands before the power at one metre and the level.
            var frame = Visitor.Record(unchecked((byte)-55));
            frame[^3] = (byte)(first + i);
            var since = Stopwatch.GetTimestamp();
            do await radio.SendAsync(frame);
            while (store.Agent.Kept(EventTypes.Arrival).Count == known + i && await beat.WaitForNextTickAsync() && Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(1));
            took.Add(Stopwatch.GetElapsedTime(since));
        }

        return took.Order().ElementAt(Arrivals / 2);
    }

    private static async Task<string> EnterAsync(ToldStore store)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = store.Agent.Url };
        using var form = new FormUrlEncodedContent([new("secret", TechnicianWalk.Pin)]);
        using var asked = new HttpRequestMessage(HttpMethod.Post, "/technician/enter") { Content = form, Headers = { { "Origin", store.Agent.Url.GetLeftPart(UriPartial.Authority) } } };
        using var answer = await client.SendAsync(asked);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }
}

using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using StoreEdge.Contracts;
using StoreEdge.SystemTests.Portal;
using StoreEdge.SystemTests.Store;
using Xunit.Abstractions;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>Many look at the technician's pages while customers come in.</summary>
public sealed partial class TechnicianCrowd(ITestOutputHelper output)
{
    private const int Clients = 50, Arrivals = 20;

    /// <summary>Half of this is what a customer would notice; a page that held arrivals up would hold them up by its own second.</summary>
    private static readonly TimeSpan MostMore = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Fifty_who_watch_and_work_hold_up_no_arrival()
    {
        await using var store = await TechnicianWalk.OpenAsync();
        var alone = await ArrivalsAsync(store);
        var cookie = await EnterAsync(store);
        using var over = new CancellationTokenSource();
        var (snapshots, pages) = (0, 0);
        Task[] crowd = [.. Enumerable.Range(0, Clients).SelectMany(_ => new[] { WatchAsync(), WorkAsync() })];
        await Eventually.True(() => Volatile.Read(ref snapshots) >= 2 * Clients && Volatile.Read(ref pages) >= Clients, "everybody with the page before them");
        var (before, among) = ((snapshots, pages), await ArrivalsAsync(store));
        // They were there all the time.
        await Eventually.True(() => Volatile.Read(ref snapshots) > before.snapshots && Volatile.Read(ref pages) > before.pages, "a page that goes on");
        await over.CancelAsync();
        await Task.WhenAll(crowd);

        output.WriteLine($"accepted and on disk, median of {Arrivals}: alone {alone.TotalMilliseconds:0} ms, among {Clients} who watch and {Clients} who reload each second {among.TotalMilliseconds:0} ms");
        Assert.True(among < alone + MostMore, $"alone {alone}, among many {among}");
        Assert.Equal(2 * Arrivals, store.Agent.Kept().Count(e => e.Type == EventTypes.Arrival));

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

    /// <summary>Guests accept, one after another; the answer comes once their arrival is on disk.</summary>
    /// <returns>The median.</returns>
    private static async Task<TimeSpan> ArrivalsAsync(ToldStore store)
    {
        var took = new List<TimeSpan>();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = store.Agent.Url };
        for (var i = 0; i < Arrivals; i++)
        {
            var page = await client.GetStringAsync(new Uri("/portal", UriKind.Relative));
            using var form = new FormUrlEncodedContent([new("token", Token().Match(page).Groups[1].Value), new("lang", "en")]);
            var since = Stopwatch.GetTimestamp();
            using var answer = await client.PostAsync(new Uri("/portal/accept", UriKind.Relative), form);
            took.Add(Stopwatch.GetElapsedTime(since));
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
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

    [GeneratedRegex("name=\"token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}

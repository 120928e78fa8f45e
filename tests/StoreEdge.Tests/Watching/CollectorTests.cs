using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Watching;
using StoreEdge.Contracts;
using StoreEdge.Core;

namespace StoreEdge.Tests.Watching;

/// <summary>What a collector is sent, byte for byte, and what the store says when it takes none of it.</summary>
public sealed class CollectorTests : IDisposable
{
    private const string Visit = "0193-visit-mark";

    private readonly ManualClock clock = new();
    private readonly HealthBoard health;
    private readonly PostBox box = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Collector collector;

    public CollectorTests()
    {
        health = new(clock, NullLogger<HealthBoard>.Instance);
        collector = new(new("http://collector.example:4318/"), "s-1", health, stop.Token, box);
    }

    public void Dispose()
    {
        stop.Dispose();
        box.Dispose();
    }

    [Fact]
    public async Task A_collector_is_sent_the_numbers_of_one_look_and_a_part_that_is_gone_is_not_sent_again()
    {
        IReadOnlyList<Metric> now =
        [
            new("storeedge_frames_total", "Heard.", true, [new("receiver", "door", 100), new("receiver", "till", 7)]), new("storeedge_visits_open", "Open.", false, [new("", "", 3)]),
            new("storeedge_absent", "None.", false, []),
        ];
        var looks = 0;
        var running = new OtlpRelay(collector, () => (looks++, now).now, clock).RunAsync(stop.Token);
        var (address, first) = await box.TakeAsync();
        Assert.Equal("http://collector.example:4318/v1/metrics", address);
        Assert.Equal(["storeedge_frames_total sum 2 1 receiver=door 100", "storeedge_frames_total sum 2 1 receiver=till 7", "storeedge_visits_open gauge 3"], Points(first));
        Assert.Equal(["service.instance.id=s-1", "service.name=storeedge"], first.In(1).In(1).All(1).Select(Attribute).Order());

        now = [new("storeedge_frames_total", "Heard.", true, [new("receiver", "door", 101)]), new("storeedge_visits_open", "Open.", false, []), new("storeedge_absent", "None.", false, [new("", "", 1)])];
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["storeedge_absent gauge 1", "storeedge_frames_total sum 2 1 receiver=door 101"], Points((await box.TakeAsync()).Body));
        Assert.Equal(3, looks);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_collector_that_takes_nothing_is_told_with_the_reason_until_it_takes_again()
    {
        box.Answer = HttpStatusCode.NotFound;
        var running = new OtlpRelay(collector, () => [new("storeedge_visits_open", "Open.", false, [new("", "", 3)])], clock).RunAsync(stop.Token);
        await box.TakeAsync();
        var told = Assert.Single(health.Warnings);
        Assert.Equal((Collector.Away, "The collector collector.example:4318 does not take the metrics: HTTP 404"), (told.Code, told.Text));
        box.Answer = HttpStatusCode.OK;
        clock.Advance(TimeSpan.FromSeconds(60));
        await box.TakeAsync();
        // The answer to one letter has been judged when the next one is sent.
        clock.Advance(TimeSpan.FromSeconds(60));
        await box.TakeAsync();
        Assert.Empty(health.Warnings);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_visit_is_one_trace_with_a_span_for_each_step_and_nothing_of_the_person_in_its_bytes()
    {
        var began = Instant.Now(clock);
        clock.Advance(TimeSpan.FromMilliseconds(40));
        CommittedEvent[] events =
        [
            new(7, new ArrivalData(Visit, "subject-mark", "entrance", "door-in", "high", "beacon", "involuntary", Proof: "proof-mark"), began, clock.GetUtcNow()),
            new(8, new IdentifiedData(Visit, "subject-mark", "email", "high", "receipt-mark"), began, clock.GetUtcNow()),
            new(9, new DecisionData("decision-mark", Visit, "subject-mark", "display", "d-1", "hero", ["offer-mark"], false, "text-mark", "en", "1", "hash-mark", 1, [new("offer-mark", "hold-unknown")], "household-mark"), began, clock.GetUtcNow()),
            new(10, new RenderedData("showing-mark", "decision-mark", Visit, "d-1", "offer-mark", "hash-mark", 12), began, clock.GetUtcNow()),
            new(0, new DepartureData(Visit, "subject-mark", "entrance", 60, "silence", "involuntary", "high"), began, clock.GetUtcNow()),
            new(11, new DepartureData(Visit, "subject-mark", "entrance", 60, "silence", "involuntary", "high"), began, clock.GetUtcNow()),
            new(12, new RenderedData("showing-mark", "decision-mark", "a-visit-from-before-the-start", "d-1", "offer-mark", "hash-mark", 12), began, clock.GetUtcNow()),
        ];
        await new VisitTraces(collector, clock).RunAsync(events.Select(WatchingParts.StepOf).OfType<VisitStep>().ToAsyncEnumerable(), stop.Token);

        var (address, body) = await box.TakeAsync();
        Assert.Equal("http://collector.example:4318/v1/traces", address);
        var spans = body.In(1).In(2).All(2).ToList();
        Assert.Equal(["arrival", "decision", "rendered", "departure", "visit"], spans.Select(s => s.Text(5)));
        Assert.Single(spans.Select(s => Convert.ToHexString(s.Bytes(1))).Distinct());
        Assert.All(spans[..4], s => Assert.Equal(spans[4].Bytes(2), s.Bytes(4)));
        Assert.All(spans, s => Assert.Equal(40_000_000UL, s.Fixed(8) - s.Fixed(7)));
        Assert.Equal(
            ["event.seq=7 event.type=arrival zone=entrance", "display=d-1 event.seq=9 event.type=decision", "display=d-1 event.seq=10 event.type=rendered", "event.seq=11 event.type=departure zone=entrance", ""],
            spans.Select(s => string.Join(' ', s.All(9).Select(Attribute).Order(StringComparer.Ordinal))));
        Assert.DoesNotContain("mark", body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Visits_that_never_end_do_not_pile_up()
    {
        var arrivals = Enumerable.Range(1, VisitTraces.MostVisits + 5).Select(n => new VisitStep($"v{n}", EventTypes.Arrival, n, "entrance", null, Instant.Now(clock)));
        await new VisitTraces(collector, clock).RunAsync(arrivals.ToAsyncEnumerable(), stop.Token);
        var names = new List<string>();
        while (names.Count < VisitTraces.MostVisits + 10) names.AddRange((await box.TakeAsync()).Body.In(1).In(2).All(2).Select(s => s.Text(5)));
        Assert.Equal((VisitTraces.MostVisits + 5, 5), (names.Count(n => n == "arrival"), names.Count(n => n == "visit")));
    }

    private static IEnumerable<string> Points(Wire request) => request.In(1).In(2).All(2).SelectMany(metric =>
    {
        var sum = metric.Has(7);
        var kind = metric.In(sum ? 7 : 5);
        return kind.All(1).Select(p => string.Join(' ', [metric.Text(1), sum ? $"sum {kind.Number(2)} {kind.Number(3)}" : "gauge", .. p.All(7).Select(Attribute), $"{BitConverter.UInt64BitsToDouble(p.Fixed(4)):0}"]));
    }).Order(StringComparer.Ordinal);

    private static string Attribute(Wire pair) => pair.Text(1) + "=" + (pair.In(2).Has(1) ? pair.In(2).Text(1) : pair.In(2).Number(3).ToString());

    /// <summary>A collector without a network.</summary>
    private sealed class PostBox : HttpMessageHandler
    {
        private readonly Channel<(string, Wire)> letters = Channel.CreateBounded<(string, Wire)>(100);

        public HttpStatusCode Answer { get; set; } = HttpStatusCode.OK;

        public async Task<(string Address, Wire Body)> TakeAsync() => await letters.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            request.Content!.CopyTo(body, null, cancellationToken);
            Assert.Equal("application/x-protobuf", request.Content.Headers.ContentType!.MediaType);
            Assert.True(letters.Writer.TryWrite((request.RequestUri!.ToString(), new(body.ToArray()))));
            return new(Answer) { Content = new ByteArrayContent([]) };
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(Send(request, cancellationToken));
    }
}

/// <summary>A protobuf message, field by field: as much as reading a test's own letters takes.</summary>
internal sealed class Wire
{
    private readonly byte[] bytes;
    private readonly List<(int Field, ulong Number, byte[] Bytes)> fields = [];

    public Wire(byte[] bytes)
    {
        this.bytes = bytes;
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Variable(ref at);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0: fields.Add((field, Variable(ref at), [])); break;
                case 1: fields.Add((field, BitConverter.ToUInt64(bytes, at), [])); at += 8; break;
                case 2:
                    var length = (int)Variable(ref at);
                    fields.Add((field, 0, bytes[at..(at + length)]));
                    at += length;
                    break;
                case 5: fields.Add((field, BitConverter.ToUInt32(bytes, at), [])); at += 4; break;
                default: throw new InvalidDataException($"wire type {tag & 7}");
            }
        }
    }

    public bool Has(int field) => fields.Any(f => f.Field == field);

    public byte[] Bytes(int field) => fields.Single(f => f.Field == field).Bytes;

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public ulong Number(int field) => fields.Single(f => f.Field == field).Number;

    public ulong Fixed(int field) => Number(field);

    public Wire In(int field) => new(Bytes(field));

    public IEnumerable<Wire> All(int field) => fields.Where(f => f.Field == field).Select(f => new Wire(f.Bytes));

    /// <summary>All of its bytes, one character each.</summary>
    public override string ToString() => Encoding.Latin1.GetString(bytes);

    private ulong Variable(ref int at)
    {
        for (ulong value = 0, shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << (int)shift;
            if (next < 0x80) return value;
        }
    }
}

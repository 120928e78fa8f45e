using System.Buffers;
using System.Net;
using StoreEdge.Contracts;
using StoreEdge.Simulator.Fleet;
using StoreEdge.Tests.Contracts;

namespace StoreEdge.Tests.Simulator.Fleet;

public sealed class StoreDayTests
{
    private static FleetOptions Options(int stores = 1) => new([new(IPAddress.Loopback, 1883)], stores);

    [Fact]
    public void Every_event_is_as_the_contract_says()
    {
        var journal = Journal(out _);
        for (var seq = 1L; seq <= 40; seq++)
        {
            journal.Append(TimeSpan.FromSeconds(seq - 20), timed: true);
            var envelope = journal.EnvelopeOf(seq);
            var written = Bytes(envelope);
            Assert.Empty(ContractSchemas.Validate("envelope", written));
            Assert.Empty(ContractSchemas.Validate(envelope.Type, envelope.Data));
            var read = EventEnvelope.Parse(written);
            Assert.Equal(("fleet-00000", seq, envelope.Type), (read.StoreId, read.Seq, ContractsJson.Read(read.Type, read.Data.Span).Type));
        }
    }

    [Fact]
    public void A_repeat_has_the_same_bytes()
    {
        var (one, other) = (Journal(out _), Journal(out _));
        foreach (var journal in new[] { one, other })
            for (var i = 0; i < 3_000; i++) journal.Append(TimeSpan.FromMilliseconds(i), timed: i % 2 == 0);
        Assert.Equal(Bytes(one.EnvelopeOf(2_345)), Bytes(other.EnvelopeOf(2_345)));
        Assert.Equal(Bytes(one.EnvelopeOf(7)), Bytes(one.EnvelopeOf(7)));
        other.Acknowledge(2_000, _ => { });
        Assert.Equal(Bytes(one.EnvelopeOf(2_345)), Bytes(other.EnvelopeOf(2_345)));
    }

    [Fact]
    public void What_is_acknowledged_is_forgotten_and_what_is_timed_is_told()
    {
        var journal = Journal(out _);
        for (var i = 1; i <= 100; i++) journal.Append(TimeSpan.FromSeconds(i), timed: i > 90);
        Assert.Equal((false, false), journal.MarkSent(95));
        journal.MarkTaken(1, 95);
        Assert.Equal((true, true), journal.MarkSent(95));
        var timed = new List<TimeSpan>();
        journal.Acknowledge(92, timed.Add);
        Assert.Equal([TimeSpan.FromSeconds(91), TimeSpan.FromSeconds(92)], timed);
        Assert.Equal((100L, 92L), (journal.LastSeq, journal.AcknowledgedSeq));
        journal.Append(TimeSpan.FromSeconds(101), timed: true);
        Assert.Equal(TimeSpan.FromSeconds(101), journal.MomentOf(101));
        Assert.Equal((true, true), journal.MarkSent(95));
    }

    [Theory]
    [InlineData(null, 556)]
    [InlineData(18.0, 3000)]
    [InlineData(6.0, 0)]
    public void Ten_thousand_stores_make_as_many_events_as_the_arithmetic_says(double? hour, double perSecond)
    {
        // Two hundred stores stand for them, fifty times over; half an hour around the one that is asked for.
        var options = Options() with { Hour = hour is { } h ? h - 0.25 : null };
        var span = TimeSpan.FromMinutes(30);
        var events = 0;
        for (var store = 0; store < 200; store++)
        {
            var day = new StoreDay(options, $"fleet-{store:00000}");
            for (var at = day.Next(TimeSpan.Zero); at is { } now && now < span; at = now + day.Next(now)) events++;
        }

        Assert.InRange(events * 50 / span.TotalSeconds, perSecond * 0.9 - 1, perSecond * 1.1 + 1);
    }

    [Fact]
    public void A_store_without_visits_has_no_events() => Assert.Null(new StoreDay(Options() with { Visits = 0 }, "fleet-00000").Next(TimeSpan.Zero));

    private static FleetJournal Journal(out StoreDay day) =>
        new("fleet-00000", day = new(Options(), "fleet-00000"), 1, new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));

    private static byte[] Bytes(EventEnvelope envelope)
    {
        var body = new ArrayBufferWriter<byte>();
        envelope.Write(body);
        return body.WrittenSpan.ToArray();
    }
}

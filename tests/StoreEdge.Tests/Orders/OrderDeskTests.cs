using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Orders;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Orders;

public sealed class OrderDeskTests : IAsyncDisposable
{
    private readonly Bench bench = new();
    private readonly List<string> done = [];
    private bool synchronized = true, fails;

    public OrderDeskTests() => bench.Open(null, new AnswersTable());

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task The_same_id_is_carried_out_once_also_after_a_restart()
    {
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":null}""");
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":null}""");
        await bench.ReopenAsync(null, new AnswersTable());
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":70,"expiresAt":null}""");
        Assert.Equal(["drain 50"], done);
        Assert.Equal(1, bench.Number("SELECT count(*) FROM answer WHERE sent = 0"));
    }

    [Fact]
    public async Task What_failed_may_be_tried_again_under_its_id()
    {
        fails = true;
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":null}""");
        Assert.Equal(0, bench.Number("SELECT count(*) FROM answer"));
        fails = false;
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":null}""");
        Assert.Equal(["drain 50"], done);
    }

    [Fact]
    public async Task A_command_that_has_expired_is_not_carried_out()
    {
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":"2020-01-01T00:00:00Z"}""");
        await OrderAsync("drain", """{"id":"d-2","eventsPerSecond":51,"expiresAt":"2126-01-01T00:00:00Z"}""");
        Assert.Equal(["drain 51"], done);
    }

    [Fact]
    public async Task Without_a_right_clock_a_command_that_may_have_expired_is_not_carried_out()
    {
        synchronized = false;
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":"2126-01-01T00:00:00Z"}""");
        Assert.Empty(done);
        await OrderAsync("drain", """{"id":"d-1","eventsPerSecond":50,"expiresAt":null}""");
        Assert.Equal(["drain 50"], done);
    }

    [Fact]
    public async Task An_id_that_was_used_for_another_command_does_nothing()
    {
        await OrderAsync("drain", """{"id":"1","eventsPerSecond":50,"expiresAt":null}""");
        await OrderAsync("resend", """{"id":"1"}""");
        Assert.Equal(["drain 50"], done);
    }

    [Fact]
    public async Task The_effect_in_the_database_and_its_answer_are_one()
    {
        await OrderAsync("erase", """{"id":"e-1","subjects":["k1-7z3q9w0m4x8rjt2c5hvbn6dkpe"]}""");
        Assert.Equal((1, 1), (bench.Number("SELECT value FROM counter WHERE name = 'erased'"), bench.Number("SELECT count(*) FROM answer WHERE fold = 1")));
        await OrderAsync("erase", """{"id":"e-1","subjects":["k1-7z3q9w0m4x8rjt2c5hvbn6dkpe"]}""");
        Assert.Equal(1, bench.Number("SELECT value FROM counter WHERE name = 'erased'"));
    }

    [Fact]
    public async Task The_table_of_answers_has_a_bound()
    {
        await bench.Store.WriteAsync(transaction =>
        {
            for (var i = 0; i < AnswersTable.Most + 5; i++) AnswersTable.Keep(transaction.Database, $"i-{i}", "ping", "{}"u8.ToArray(), new("t", default), fold: false);
            return true;
        });
        Assert.Equal(AnswersTable.Most, bench.Number("SELECT count(*) FROM answer"));
        Assert.Equal(0, bench.Number("SELECT count(*) FROM answer WHERE id = 'i-4'"));
    }

    [Fact]
    public async Task A_message_without_an_id_is_told_to_the_technician()
    {
        await OrderAsync("ping", "hello");
        Assert.Contains(bench.Health.Warnings, w => w.Code.StartsWith("central-message-bad", StringComparison.Ordinal));
    }

    private Task OrderAsync(string name, string json) => Desk().CarryOutAsync(name, new MqttMessage($"stores/v1/s-1/cmd/{name}", Encoding.UTF8.GetBytes(json)));

    private OrderDesk Desk()
    {
        var link = new BrokerLink(new("localhost", 1), new("s-1", bench.Store.Epoch, bench.Store.BootId, "1"), () => 1, bench.Health, bench.Clock, new Random(1), NullLogger<BrokerLink>.Instance);
        var clock = new TrustedClock(bench.Clock, () => synchronized, new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), bench.Directory, bench.Store.BootId);
        return new OrderDesk("s-1", bench.Store, link, clock, new Dictionary<string, OrderHandler>(StringComparer.Ordinal)
        {
            ["drain"] = message =>
            {
                if (fails) throw new InvalidOperationException("no");
                done.Add($"drain {((DrainMessage)message).EventsPerSecond}");
                return Task.FromResult<OrderOutcome>(OrderResult.Done());
            },
            ["erase"] = _ => Task.FromResult(new OrderOutcome([], transaction =>
            {
                transaction.Count("erased");
                return OrderResult.Done();
            }, Fold: true)),
        }, bench.Health, NullLogger<OrderDesk>.Instance);
    }
}

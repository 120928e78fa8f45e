using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>Journal, link and outbox of one store, wired as the agent wires them, in this process.</summary>
internal sealed class LinkedStore : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public LinkedStore(
        int port, string directory, Func<BrokerOptions, BrokerOptions>? change = null, OutboxOptions? outbox = null, string? id = null, WallClock? clock = null,
        VerificationClock? verification = null)
    {
        var broker = new BrokerOptions(Broker.Host, port)
        {
            RetryFirst = TimeSpan.FromMilliseconds(100),
            RetryMost = TimeSpan.FromMilliseconds(500),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        TimeProvider time = clock ?? TimeProvider.System;
        Health = new(time, NullLogger<HealthBoard>.Instance);
        Journal = JournalStore.Open(directory, clock is null ? new() : new() { ClockSynchronized = () => clock.IsRight }, [], time, Health, NullLogger<JournalStore>.Instance);
        Link = new(
            change is null ? broker : change(broker), new(id ?? Id, Journal.Epoch, Journal.BootId, "0.1.0"), () => Journal.NextCounter("birth").Value, Health, time, new(1),
            NullLogger<BrokerLink>.Instance, verification);
        // The pace of the backlog has tests of its own; elsewhere it would only make them wait.
        var options = outbox ?? new OutboxOptions { StateEvery = TimeSpan.FromMilliseconds(100), DrainPerSecond = Unmetered };
        Outbox = new(options, id ?? Id, Journal, Link, Health, time, NullLogger<OutboxRelay>.Instance);
        Outbox.Listen();
        States = new(options, id ?? Id, Journal, Link, Health, () => Outbox.Status, () => new("0.1.0", "b1", new string('0', 64), 0), time);
    }

    public const int Unmetered = DrainPace.Most;

    public static string Id => "store-1";

    public static Topics Topics => new(Id);

    public HealthBoard Health { get; }

    public JournalStore Journal { get; }

    public BrokerLink Link { get; }

    public OutboxRelay Outbox { get; }

    public StateRelay States { get; }

    public LinkedStore Run()
    {
        running = Task.WhenAll(Link.RunAsync(stop.Token), Outbox.RunAsync(stop.Token), States.RunAsync(stop.Token));
        return this;
    }

    public async Task AppendAsync(int count)
    {
        var appends = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            appends.Add(Journal.AppendAsync(new DwellData($"01938f2a-7c4e-7b1d-9a53-{i:x12}", "visit-test", "door", 1, "involuntary", "low"), Instant.Now(TimeProvider.System), CancellationToken.None).AsTask());
            if (appends.Count < 500) continue;
            await Task.WhenAll(appends);
            appends.Clear();
        }

        await Task.WhenAll(appends);
    }

    public bool Warns(string code) => Health.Warnings.Any(w => w.Code == code);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await Journal.DisposeAsync();
        stop.Dispose();
    }
}

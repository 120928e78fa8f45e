using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Presence;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

public sealed class PresenceLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Pseudonym Ana = new("k1-ana");
    private static readonly ReceiverPlace Front = ReceiverPlace.Uncalibrated(new("front"), new("entrance"), ReceiverSide.Inside);
    private readonly ManualClock clock = new();
    private readonly Channel<Sighting> sightings = Channel.CreateBounded<Sighting>(64);
    private readonly ConcurrentQueue<IEventData> kept = [];
    private readonly HealthBoard health;
    private int refusals;
    private volatile bool blind;

    public PresenceLoopTests() => health = new(clock, NullLogger<HealthBoard>.Instance);

    [Fact]
    public async Task The_portal_has_its_visit_only_once_the_arrival_is_kept_and_the_beacon_joins_it()
    {
        await Running(async loop =>
        {
            var visit = await loop.NoticePortalAsync(Ana, Assurance.High, new("entrance"), default).WaitAsync(Patience);
            var arrival = Assert.IsType<ArrivalData>(Assert.Single(kept));
            Assert.Equal((visit.Value, "k1-ana", "portal", "high", "voluntary"), (arrival.VisitId, arrival.Subject, arrival.Road, arrival.Assurance, arrival.Trace));
            for (var i = 0; i < 5; i++) sightings.Writer.TryWrite(new(Ana, Front.Id, -60, Instant.Now(clock) + TimeSpan.FromSeconds(i * 0.2), Assurance.Low));
            Assert.Equal(visit, await loop.NoticePortalAsync(Ana, Assurance.High, new("entrance"), default).WaitAsync(Patience));
            Assert.Single(kept);
            Assert.Equal(1, loop.Present);
        });
    }

    [Fact]
    public async Task An_arrival_that_the_journal_refuses_is_tried_until_it_is_kept()
    {
        refusals = 2;
        await Running(async loop =>
        {
            var visit = loop.NoticePortalAsync(Ana, Assurance.High, new("entrance"), default);
            var warned = false;
            for (var deadline = Environment.TickCount64 + 20_000; !visit.IsCompleted && Environment.TickCount64 < deadline; await Task.Yield())
            {
                warned |= health.Warnings.Any(w => w.Code == "presence-not-kept");
                clock.Advance(TimeSpan.FromMilliseconds(500));
            }

            await visit.WaitAsync(Patience);
            Assert.True(warned);
            // The clock ran on while the loop tried again, so a dwell may follow; the arrival comes once.
            Assert.Single(kept.OfType<ArrivalData>());
            Assert.Empty(health.Warnings);
        });
    }

    [Fact]
    public async Task While_the_journal_refuses_the_loop_still_comes_round()
    {
        refusals = int.MaxValue;
        await Running(async loop =>
        {
            var visit = loop.NoticePortalAsync(Ana, Assurance.High, new("entrance"), default);
            for (var tries = 1; tries <= 30; tries++)
            {
                await PausesAsync();
                Assert.Equal(int.MaxValue - tries, Volatile.Read(ref refusals));
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            await PausesAsync();
            // Half a minute and more has passed in vain by now, which would be a stuck loop to whoever feeds the watchdog.
            Assert.False(visit.IsCompleted);
            Assert.Contains(health.Warnings, w => w.Code == "presence-not-kept");
            Assert.InRange(loop.Silence!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        });
    }

    [Fact]
    public async Task Nobody_leaves_while_the_receiver_is_blind_and_they_do_once_it_hears_again()
    {
        await Running(async loop =>
        {
            for (var i = 0; i < 20; i++) sightings.Writer.TryWrite(new(Ana, Front.Id, -60, Instant.Now(clock) + TimeSpan.FromSeconds(i * 0.2), Assurance.Low));
            // Sightings wake the loop by themselves; time must not run away before the receiver is blind.
            await UntilAsync(() => kept.Any(k => k is ArrivalData), TimeSpan.Zero);
            blind = true;
            await RoundsAsync(loop, 60, TimeSpan.FromSeconds(1));
            Assert.DoesNotContain(kept, k => k is DepartureData);
            blind = false;
            await UntilAsync(() => kept.Any(k => k is DepartureData), TimeSpan.FromSeconds(1));
        });
    }

    [Fact]
    public async Task A_minute_in_which_nothing_could_be_kept_ends_no_visit()
    {
        await Running(async loop =>
        {
            for (var i = 0; i < 20; i++) sightings.Writer.TryWrite(new(Ana, Front.Id, -60, Instant.Now(clock) + TimeSpan.FromSeconds(i * 0.2), Assurance.Low));
            await UntilAsync(() => kept.Any(k => k is ArrivalData), TimeSpan.Zero);
            refusals = 60;
            var visit = loop.NoticePortalAsync(new("k1-bia"), Assurance.High, new("entrance"), default);
            for (var tries = 1; tries <= 60; tries++)
            {
                await PausesAsync();
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            await visit.WaitAsync(Patience);
            await RoundsAsync(loop, 5, TimeSpan.FromSeconds(1));
            Assert.DoesNotContain(kept, k => k is DepartureData);
            await UntilAsync(() => kept.Any(k => k is DepartureData), TimeSpan.FromSeconds(1));
        });
    }

    private async Task UntilAsync(Func<bool> happened, TimeSpan step)
    {
        for (var deadline = Environment.TickCount64 + 20_000; !happened() && Environment.TickCount64 < deadline; await Task.Yield()) clock.Advance(step);
        Assert.True(happened());
    }

    /// <summary>Moves the clock, and each time waits until the loop has come round.</summary>
    private async Task RoundsAsync(PresenceLoop loop, int rounds, TimeSpan step)
    {
        for (var i = 0; i < rounds; i++)
        {
            clock.Advance(step);
            for (var deadline = Environment.TickCount64 + 20_000; loop.Silence is not { } silence || silence >= step; await Task.Yield())
                Assert.True(Environment.TickCount64 < deadline, "the loop stands still");
        }
    }

    /// <summary>Until the loop waits to try again: beside its beat a second timer is set. Time stands still meanwhile.</summary>
    private async Task PausesAsync()
    {
        for (var deadline = Environment.TickCount64 + 20_000; clock.Timers < 2 && Environment.TickCount64 < deadline;) await Task.Yield();
        Assert.Equal(2, clock.Timers);
    }

    private async Task Running(Func<PresenceLoop, Task> act)
    {
        using var stop = new CancellationTokenSource();
        var loop = new PresenceLoop(sightings.Reader, [Front], _ => blind, new(), Append, clock, health);
        var run = loop.RunAsync(stop.Token);
        await act(loop);
        await stop.CancelAsync();
        await run.WaitAsync(Patience);
    }

    private ValueTask<CommittedEvent> Append(IEventData data, Instant at, CancellationToken stop)
    {
        if (Interlocked.Decrement(ref refusals) >= 0)
            return ValueTask.FromException<CommittedEvent>(new JournalFault(default, "journal.db", "no room is left", "Free some room."));
        kept.Enqueue(data);
        return ValueTask.FromResult(new CommittedEvent(kept.Count, data, at, clock.GetUtcNow()));
    }
}

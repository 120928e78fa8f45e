using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Outbox;

/// <summary>
/// Keeps the retained state messages true (outbox, clock, health, versions): all of them on every connection, afterwards each when it changes, but not more often
/// than every few seconds. Also notices when central has stopped acknowledging although the broker is there.
/// </summary>
internal sealed class StateRelay(
    OutboxOptions options, string storeId, JournalStore journal, BrokerLink link, HealthBoard health, Func<OutboxStatus> status, Func<VersionStateMessage> versions, TimeProvider time)
{
    private const string OverdueCode = "central-not-acknowledging";

    /// <summary>While events wait their age grows all the time; it is worth telling this often.</summary>
    private static readonly TimeSpan AgeEvery = TimeSpan.FromSeconds(30);

    private readonly Topics topics = new(storeId);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var session = await link.OnlineAsync(stop);
                await TellAsync(session, stop);
                health.Clear(OverdueCode);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task TellAsync(LinkSession session, CancellationToken stop)
    {
        OutboxStateMessage? outbox = null;
        ClockStateMessage? clock = null;
        HealthStateMessage? board = null;
        VersionStateMessage? version = null;
        long boardVersion = -1;
        var outboxAt = Instant.Now(time);
        var (acknowledged, progressAt) = (journal.AcknowledgedSeq, Instant.Now(time));
        while (!session.Ended.IsCompleted)
        {
            var now = Instant.Now(time);
            var journalNow = journal.Snapshot();
            if (journalNow.AcknowledgedSeq != acknowledged || journalNow.LastSeq == acknowledged) (acknowledged, progressAt) = (journalNow.AcknowledgedSeq, now);
            CheckOverdue(journalNow, now - progressAt);

            var relayNow = status();
            if (outbox is null || outbox.LastSeq != journalNow.LastSeq || outbox.AcknowledgedSeq != journalNow.AcknowledgedSeq
                || outbox.DeadLetters != relayNow.DeadLetters || outbox.BacklogPerSecond != relayNow.BacklogPerSecond
                || (journalNow.LastSeq > journalNow.AcknowledgedSeq && now - outboxAt >= AgeEvery))
            {
                (outbox, outboxAt) = (
                    new(journal.Epoch, journalNow.LastSeq, journalNow.AcknowledgedSeq, Math.Round(journalNow.OldestPendingAge.TotalSeconds, 3), relayNow.DeadLetters, relayNow.BacklogPerSecond), now);
                await PublishAsync(session, topics.OutboxState, outbox, ContractsJson.Default.OutboxStateMessage, stop);
            }

            if (journal.ClockState is var clockNow && clockNow != clock)
            {
                clock = clockNow;
                await PublishAsync(session, topics.ClockState, clock, ContractsJson.Default.ClockStateMessage, stop);
            }

            if (board is null || health.Version != boardVersion)
            {
                boardVersion = health.Version;
                board = new(health.Verdict, [.. health.Warnings.Select(w => new HealthWarningMessage(w.Code, w.Severity == Severity.Fault ? "fault" : "warning", w.Text, w.NextAction, w.Since))]);
                await PublishAsync(session, topics.HealthState, board, ContractsJson.Default.HealthStateMessage, stop);
            }

            if (versions() is var versionNow && versionNow != version)
            {
                version = versionNow;
                await PublishAsync(session, topics.VersionState, version, ContractsJson.Default.VersionStateMessage, stop);
            }

            await Task.WhenAny(session.Ended, Task.Delay(options.StateEvery, time, stop));
            stop.ThrowIfCancellationRequested();
        }
    }

    private void CheckOverdue(JournalStatus journalNow, TimeSpan sinceProgress)
    {
        if (journalNow.LastSeq == journalNow.AcknowledgedSeq || sinceProgress < options.OverdueAfter)
        {
            health.Clear(OverdueCode);
            return;
        }

        health.Raise(OverdueCode, Severity.Warning,
            $"Central has acknowledged nothing new for {sinceProgress.TotalMinutes:0} min: {journalNow.LastSeq - journalNow.AcknowledgedSeq} events wait, up to event {journalNow.AcknowledgedSeq} is acknowledged.",
            "Check the central journey service; the broker itself answers. Nothing is lost meanwhile.");
    }

    private async Task PublishAsync<T>(LinkSession session, string topic, T state, JsonTypeInfo<T> type, CancellationToken stop)
    {
        var message = new MqttMessage(topic, JsonSerializer.SerializeToUtf8Bytes(state, type)) { Retain = true, ContentType = "application/json" };
        var pending = await session.SendAsync(message, stop);
        var reason = await pending.Answer.WaitAsync(stop);
        if (reason.IsRefused)
            health.Raise($"state-refused:{topic}", Severity.Warning, $"The broker refuses the store's state on {topic} (reason {reason.Code}).", "Let this store's login publish below state/ (the broker's access list).");
        else if (reason.IsAccepted) health.Clear($"state-refused:{topic}");
    }
}

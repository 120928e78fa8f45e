using StoreEdge.Contracts;
using StoreEdge.Linux.Mosquitto;
using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Journey;
using StoreEdge.Simulator.Judging;
using StoreEdge.Simulator.Radio;

namespace StoreEdge.Simulator.Live;

/// <summary>The run could not begin.</summary>
internal sealed class LiveRunException(string message) : Exception(message);

/// <summary>
/// One live run: the journey service comes up, the radios connect, shoppers come until the end, the last events are awaited, and truth is held
/// against report.
/// </summary>
internal sealed class LiveRun(LiveOptions options, TextWriter output, TimeProvider time)
{
    /// <summary>How long broker and agent may take to be there.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for the agent to say that it has the registry; an agent without a broker never says so.</summary>
    private static readonly TimeSpan EnrolmentLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <param name="doors">Ends the run early; it is judged all the same.</param>
    public async Task<Report> RunAsync(CancellationToken doors)
    {
        var people = CrowdPlan.Draw(options.Scenario, options.Seed, options.Length.TotalSeconds);
        var feeds = options.Scenario.Layout.Receivers
            .Select(r => (options.Sockets.GetValueOrDefault(r.Id) ?? r.Socket) is { } path ? new ReceiverFeed(r.Id.Value, path, time) : null).ToArray();
        var observations = new Observations(options.Store.Value);
        var customers = ArrivalAnswers.Known(options.Key, people.Where(p => p.Customer is not null).Select(p => p.Customer!));
        // Grows with time, so that the registry of a later run replaces that of an earlier one.
        var version = time.GetUtcNow().ToUnixTimeMilliseconds();
        var enrolment = new MqttMessage(new Topics(options.Store.Value).DesiredEnrolment, Enrolment.Write(options.Scenario, people, options.Seed, version)) { Retain = true };
        var start = DateTimeOffset.MaxValue;
        ArrivalTable? table = null;
        using var store = JourneyStore.Open(options.Database);
        var service = new JourneyService(
            new(options.MqttHost, options.MqttPort, $"journey-{options.Store}") { SessionExpiry = TimeSpan.FromMinutes(1) }, store, [enrolment], new ArrivalAnswers(options.Scenario.Journey, customers, options.Seed, time).To,
            received =>
            {
                observations.Note(received);
                if (received.Envelope.Time >= observations.Since) table?.Note(received);
            },
            time);

        using var end = new CancellationTokenSource();
        using var radioEnd = CancellationTokenSource.CreateLinkedTokenSource(doors);
        var loops = feeds.Where(f => f is not null).Select(f => f!.RunAsync(end.Token)).Append(service.RunAsync(end.Token)).ToArray();
        try
        {
            await BeThereAsync(service, feeds, version, doors).ConfigureAwait(false);
            start = time.GetUtcNow();
            if (options.ShowsTable) table = new(Names(people, start), output);
            observations.Since = start;

            var radio = new RadioPlay(options.Scenario, people, options.Seed, feeds, time);
            var phones = options.Portal is { } portal ? new PhonePlay(people, options.Seed, portal, time) : null;
            radioEnd.CancelAfter(options.Length);
            var plays = new[] { radio.RunAsync(start, options.Length, radioEnd.Token), phones?.RunAsync(start, radioEnd.Token) ?? Task.CompletedTask };
            await Task.WhenAny(plays[0], Task.WhenAny(loops)).ConfigureAwait(false);
            // The truth ends with the radio; those who are on the portal's page still finish.
            var ended = time.GetUtcNow();
            await radioEnd.CancelAsync().ConfigureAwait(false);
            foreach (var play in plays) await play.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var broken in plays.Concat(loops).Where(p => p.IsFaulted)) await broken.ConfigureAwait(false);
            var errors = await DrainAsync(service).ConfigureAwait(false);
            return Judge(people, phones, feeds, service, observations, radio, start, ended, errors);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(loops).ConfigureAwait(false);
        }
    }

    private async Task BeThereAsync(JourneyService service, ReceiverFeed?[] feeds, long version, CancellationToken doors)
    {
        var needed = feeds.Where(f => f is not null).ToDictionary(f => $"receiver {f!.Name} at {f.Path}", f => f!.Connected);
        needed[$"broker at {options.MqttHost}:{options.MqttPort}"] = service.Connected;
        var all = Task.WhenAll(needed.Values);
        await Task.WhenAny(all, Task.Delay(StartLimit, time, doors)).ConfigureAwait(false);
        if (!all.IsCompletedSuccessfully)
            throw new LiveRunException($"not there after {StartLimit.TotalSeconds:0} s: {string.Join(", ", needed.Where(n => !n.Value.IsCompleted).Select(n => n.Key))}");
        await UntilAsync(() => service.Counts.VersionsOf(options.Store.Value)?.EnrolmentVersion == version, EnrolmentLimit, doors).ConfigureAwait(false);
    }

    /// <summary>Waits for the last acknowledgement to come back from the agent.</summary>
    private async Task<List<string>> DrainAsync(JourneyService service)
    {
        bool Drained()
        {
            var outbox = service.Counts.OutboxOf(options.Store.Value);
            return outbox is not null && outbox.AcknowledgedSeq >= outbox.LastSeq && outbox.LastSeq >= service.Counts.HighestOf(options.Store.Value, outbox.Epoch);
        }

        // What was heard last may still be on its way into the journal.
        await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None).ConfigureAwait(false);
        if (await UntilAsync(Drained, options.Drain, CancellationToken.None).ConfigureAwait(false)) return [];
        var last = service.Counts.OutboxOf(options.Store.Value);
        return [last is null ? "the agent never told the state of its outbox" : $"the agent counts {last.AcknowledgedSeq} of {last.LastSeq} events as acknowledged, {options.Drain.TotalSeconds:0} s after the end"];
    }

    private async Task<bool> UntilAsync(Func<bool> condition, TimeSpan limit, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (!condition())
        {
            if (stop.IsCancellationRequested || time.GetElapsedTime(since) > limit) return false;
            await Task.Delay(Poll, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    }

    private Report Judge(
        IReadOnlyList<Person> people, PhonePlay? phones, ReceiverFeed?[] feeds, JourneyService service, Observations observations, RadioPlay radio, DateTimeOffset start,
        DateTimeOffset ended, List<string> errors)
    {
        var outcomes = phones?.Outcomes ?? new Dictionary<int, Phones.PortalOutcome>();
        var judgement = Judgement.Of(TruthOfRun.Of(people, outcomes, options.Key, start, ended), observations.Arrivals, observations.Departures.Where(d => d.Time < ended));
        var counts = service.Counts;
        errors.AddRange(outcomes.Values.Where(o => o.Trouble is not null).GroupBy(o => o.Trouble!).Select(g => $"{g.Count()}× {g.Key}"));
        errors.AddRange(counts.MalformedBecause.Select(m => $"malformed message: {m}"));
        if (counts.Conflicts > 0) errors.Add($"{counts.Conflicts} events came again under the same number with other content");
        if (radio.WorstLag > TimeSpan.FromSeconds(1)) errors.Add($"this machine is too slow for the scenario: the radio was {radio.WorstLag.TotalSeconds:0.0} s behind");
        foreach (var feed in feeds)
            if (feed is { Connections: 1, Dropped: > 0 }) errors.Add($"receiver {feed.Name}: the agent reads too slowly, {feed.Dropped} frames dropped");
        var outbox = counts.OutboxOf(options.Store.Value);
        return new(
            judgement, Math.Max(outbox?.LastSeq ?? 0, outbox is null ? 0 : counts.HighestOf(options.Store.Value, outbox.Epoch)), outbox?.AcknowledgedSeq ?? 0,
            observations.Rendered, observations.ArrivalToRenderMilliseconds, observations.ByType, counts.Stored, counts.Duplicates, feeds.Sum(f => f?.Sent ?? 0),
            feeds.Sum(f => f?.Dropped ?? 0), outcomes.Values.Count(o => o.AcceptedAt is not null), outcomes.Values.Count(o => o.Chose), errors);
    }

    private Dictionary<string, (string Name, DateTimeOffset? Entered)> Names(IEnumerable<Person> people, DateTimeOffset start) =>
        people.Where(p => p.Customer is not null).ToDictionary(
            p => options.Key.OfCustomer(p.Customer!).Value,
            p => ($"{p.Group} {p.Customer}", p is { Kind: Scenarios.GroupKind.Customer, Enter: { } enter } ? start.AddSeconds(enter) : (DateTimeOffset?)null));
}

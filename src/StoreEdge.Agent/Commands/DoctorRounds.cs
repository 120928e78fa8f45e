using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Commands;

/// <summary>One thing that <c>doctor</c> looks at.</summary>
/// <param name="Name">What, for whoever waits.</param>
/// <param name="Look">Looks. Must end when asked to stop.</param>
internal sealed record DoctorRound(Phrase Name, Func<CancellationToken, Task<IReadOnlyList<HealthCheck>>> Look)
{
    /// <summary>A look that takes no time worth mentioning.</summary>
    public static DoctorRound Of(Phrase name, Func<IReadOnlyList<HealthCheck>> look) => new(name, _ => Task.FromResult(look()));
}

/// <summary>
/// Looks at one thing after another, says which, and lets none hold up the others: what takes too long is cut off and said to be unknown, so that the whole is over in time.
/// </summary>
/// <param name="progress">Told what is looked at now.</param>
/// <param name="time">The clock.</param>
internal sealed class DoctorRounds(Action<Phrase> progress, TimeProvider time)
{
    /// <summary>A technician on a ladder waits for half a minute, not for two; asking an agent that hangs has taken five seconds of it.</summary>
    public static readonly TimeSpan Whole = TimeSpan.FromSeconds(24);

    /// <summary>The slowest that is well: an integrity check of a journal of a few hundred megabytes on a card.</summary>
    public static readonly TimeSpan Each = TimeSpan.FromSeconds(12);

    /// <summary>Makes the rounds.</summary>
    public async Task<List<HealthCheck>> MakeAsync(IEnumerable<DoctorRound> rounds, CancellationToken stop)
    {
        var found = new List<HealthCheck>();
        using var whole = new CancellationTokenSource(Whole, time);
        foreach (var round in rounds)
        {
            progress(round.Name);
            using var limit = new CancellationTokenSource(Each, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, whole.Token, stop);
            try
            {
                // A disk that hangs hears no token: it is left behind in its own thread.
                found.AddRange(await Task.Run(() => round.Look(both.Token), both.Token).WaitAsync(both.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                found.Add(new(
                    $"doctor:{round.Name.English.ToLowerInvariant().Replace(' ', '-')}", round.Name, CheckVerdict.Unknown, new("It took too long to find out.", "Levou tempo demais para descobrir."),
                    new("Run it again; if it stays, the disk or the network holds it up (dmesg, ip route).", "Execute de novo; se persistir, o disco ou a rede seguram (dmesg, ip route).")));
            }
        }

        return found;
    }
}

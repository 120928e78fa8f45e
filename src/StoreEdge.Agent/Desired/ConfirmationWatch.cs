using StoreEdge.Core;

namespace StoreEdge.Agent.Desired;

/// <summary>
/// Watches a run of the rooms with a technician's change on trial. It is kept once the technician says that the store, and the page itself, can still be reached; otherwise it is taken back,
/// as it is when the process dies meanwhile.
/// </summary>
/// <param name="documents">What is on trial.</param>
/// <param name="decided">Told once it is kept: what waited for it has its turn.</param>
/// <param name="restart">Has the rooms run anew, without it.</param>
/// <param name="time">The clock.</param>
internal sealed class ConfirmationWatch(DesiredDocuments documents, Func<Task> decided, Action restart, TimeProvider time)
{
    /// <summary>Thirty seconds were too short for LuCI's users on a slow phone; ninety are what it gives them now.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly Instant deadline = Instant.Now(time) + Within;

    /// <summary>How long the technician still has; null where nothing is to be confirmed.</summary>
    public TimeSpan? Left => !documents.NeedsConfirmation ? null : deadline - Instant.Now(time) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>The session that began what is to be confirmed; null where nothing is.</summary>
    public string? By => documents.NeedsConfirmation ? documents[DesiredDocuments.Technician].Trial?.By : null;

    /// <summary>The technician says that all is well.</summary>
    /// <returns>False where there was nothing to confirm any more.</returns>
    /// <exception cref="IOException">It could not be kept; the trial goes on.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public async Task<bool> ConfirmAsync()
    {
        if (!documents.NeedsConfirmation) return false;
        documents.Prove();
        await decided().ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes the trial back.</summary>
    /// <param name="reason">Why.</param>
    public void TakeBack(string reason)
    {
        if (!documents.NeedsConfirmation) return;
        documents.Revert(reason);
        restart();
    }

    /// <summary>Watches until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            if (Left == TimeSpan.Zero) TakeBack($"the technician did not confirm it within {Within.TotalSeconds:0} s");
    }
}

using StoreEdge.Core;

namespace StoreEdge.Agent.Desired;

/// <summary>
/// Watches a run of the rooms with a configuration on trial. It is proved once nothing is missing for a while, the link among it; one that is not within its time
/// is taken back.
/// </summary>
/// <param name="documents">What is on trial.</param>
/// <param name="trial">How long the store may take.</param>
/// <param name="missing">What is missing now: vital signs, the link. Empty where all is well.</param>
/// <param name="proved">Told after the trial was passed.</param>
/// <param name="restart">Has the rooms run anew, without it.</param>
/// <param name="time">The clock.</param>
internal sealed class TrialWatch(
    DesiredDocuments documents, TimeSpan trial, Func<IReadOnlyList<string>> missing, Func<Task> proved, Action restart, TimeProvider time)
{
    /// <summary>Of the trial: ten seconds of three minutes. A store that is well for a moment before it falls has proved nothing.</summary>
    private const int HoldPart = 18;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly Instant deadline = Instant.Now(time) + trial;
    private Instant? since;

    /// <summary>Watches until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (documents is { IsOnTrial: true, NeedsConfirmation: false } && await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) await LookAsync().ConfigureAwait(false);
        // A loop that ends ends the agent.
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(false);
    }

    /// <summary>One look: proves, takes back, or leaves it open.</summary>
    internal async Task LookAsync()
    {
        var now = Instant.Now(time);
        var lacking = missing();
        since = lacking.Count > 0 ? null : since ?? now;
        if (since is { } well && now - well >= trial / HoldPart)
        {
            try
            {
                documents.Prove();
                await proved().ConfigureAwait(false);
                return;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                lacking = [$"it could not be kept: {fault.Message}"];
            }
        }

        if (now < deadline) return;
        documents.Revert($"not proved within {trial.TotalSeconds:0} s: {(lacking.Count > 0 ? string.Join("; ", lacking) : "well for too short a time")}");
        restart();
    }
}

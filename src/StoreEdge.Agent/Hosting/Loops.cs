namespace StoreEdge.Agent.Hosting;

/// <summary>
/// The tasks that make the agent, under one rule: a loop ends when it is told to. One that ends otherwise, or throws what it did not expect, ends all of them,
/// and systemd starts the process again with a clean memory.
/// </summary>
internal sealed class Loops
{
    private readonly ILogger log;
    private readonly CancellationTokenSource over;
    private readonly List<Task> tasks = [];
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool failed;

    public Loops(ILogger log, CancellationToken stop)
    {
        this.log = log;
        over = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Cancelled when the agent goes down, for whatever reason.</summary>
    public CancellationToken Stopping => over.Token;

    /// <summary>Starts one.</summary>
    public void Run(string name, Func<CancellationToken, Task> loop) => tasks.Add(Task.Run(() => GuardAsync(name, loop)));

    /// <summary>Asks all of them to end; returns at once, so that a loop may ask.</summary>
    public void End() => asked.TrySetResult();

    /// <summary>Waits until told to stop, asked to end, or until a loop fails, then for all of them to end.</summary>
    /// <returns>Whether one failed, and whether the end was asked for.</returns>
    public async Task<(bool Failed, bool Asked)> UntilOverAsync()
    {
        var all = Task.WhenAll(tasks);
        if (await Task.WhenAny(all, asked.Task).ConfigureAwait(false) == asked.Task) await over.CancelAsync().ConfigureAwait(false);
        await all.ConfigureAwait(false);
        over.Dispose();
        return (failed, asked.Task.IsCompleted);
    }

    private async Task GuardAsync(string name, Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(over.Token).ConfigureAwait(false);
            if (over.IsCancellationRequested) return;
            log.LogCritical("{Loop} ended although nobody asked it to; the agent restarts", name);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault)
        {
            // The boundary of every loop: nothing below it knew this fault, so nothing may go on as if it had not happened.
            log.LogCritical(fault, "{Loop} failed; the agent restarts", name);
        }

        failed = true;
        await over.CancelAsync().ConfigureAwait(false);
    }
}

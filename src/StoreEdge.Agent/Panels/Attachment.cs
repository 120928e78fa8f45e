using StoreEdge.Agent.Health;
using StoreEdge.Linux.Devices;

namespace StoreEdge.Agent.Panels;

/// <summary>
/// Keeps one thing in use that hangs on a cable. Whenever it is absent, or pulled out, that is said, with what to do; it is tried again until it answers, and then used from the beginning, since nobody
/// knows what it has forgotten.
/// </summary>
/// <param name="kind">What it is, such as <c>panel</c>.</param>
/// <param name="name">As configured.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Told.</param>
internal sealed class Attachment(string kind, string name, TimeProvider time, HealthBoard health)
{
    /// <summary>The longest that somebody who has put a plug in again has to wait. Asking who is there costs less than a millisecond.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    /// <summary>The warning's code.</summary>
    public string Code => $"device-absent:{name}";

    /// <summary>Uses it until stopped.</summary>
    /// <param name="use">Opens it, says when it answers, and goes on until that ends in a <see cref="DeviceFault"/>.</param>
    /// <param name="stop">The end.</param>
    public async Task KeepAsync(Func<Action, CancellationToken, Task> use, CancellationToken stop)
    {
        var wait = FirstWait;
        while (true)
        {
            try
            {
                await use(Answers, stop);
            }
            catch (DeviceFault fault)
            {
                health.Raise(Code, Severity.Warning, $"The {kind} {name} cannot be used: {fault.Message}", $"{fault.Remedy} It is used again by itself.");
            }

            await Task.Delay(wait, time, stop);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }

        void Answers()
        {
            wait = FirstWait;
            health.Clear(Code);
        }
    }
}

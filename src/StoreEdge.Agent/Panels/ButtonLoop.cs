using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Panels;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Agent.Panels;

/// <summary>A push button. The kernel tells when its line changes; a chip without interrupts, as USB bridges are, is looked at forty times a second.</summary>
/// <param name="button">Which.</param>
/// <param name="take">Takes the line as an input.</param>
/// <param name="pressed">Done for each press.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Told when it cannot be used.</param>
internal sealed class ButtonLoop(ButtonPlace button, Func<IGpioLine> take, Action pressed, TimeProvider time, HealthBoard health)
{
    /// <summary>A quick press lasts 80 ms.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    /// <summary>How soon the end of the agent is noticed.</summary>
    private static readonly TimeSpan WaitAtMost = TimeSpan.FromMilliseconds(250);

    public Task RunAsync(CancellationToken stop) => new Attachment("button", button.Pin.Name, time, health).KeepAsync(UseAsync, stop);

    /// <summary>Watches a line until stopped.</summary>
    /// <param name="line">An input.</param>
    /// <param name="lasting">Changes that do not last so long are none.</param>
    /// <param name="pressed">Done for each press.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">The end.</param>
    /// <exception cref="Linux.Devices.DeviceFault">The chip has gone.</exception>
    internal static Task WatchAsync(IGpioLine line, TimeSpan lasting, Action pressed, TimeProvider time, CancellationToken stop) => line.TellsChanges
        // A thread of its own: it waits in the kernel.
        ? Task.Factory.StartNew(() => Wait(line, lasting, pressed, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : LookAsync(line, new(lasting), pressed, time, stop);

    private async Task UseAsync(Action answers, CancellationToken stop)
    {
        using var line = take();
        answers();
        await WatchAsync(line, button.Debounce, pressed, time, stop);
    }

    private static void Wait(IGpioLine line, TimeSpan lasting, Action pressed, CancellationToken stop)
    {
        var wasOn = line.Get();
        while (!stop.IsCancellationRequested)
        {
            if (line.WaitChange(WaitAtMost) is null) continue;
            // Contacts bounce: what counts is how the line stands once it has been quiet.
            while (line.WaitChange(lasting) is not null && !stop.IsCancellationRequested)
            {
            }

            var isOn = line.Get();
            if (isOn && !wasOn) pressed();
            wasOn = isOn;
        }

        stop.ThrowIfCancellationRequested();
    }

    private static async Task LookAsync(IGpioLine line, Debounce debounce, Action pressed, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            if (debounce.Pressed(line.Get(), Instant.Now(time))) pressed();
        }
        while (await timer.WaitForNextTickAsync(stop));
    }
}

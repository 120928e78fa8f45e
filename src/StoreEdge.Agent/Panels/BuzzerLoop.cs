using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Panels;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Agent.Panels;

/// <summary>A buzzer for the staff: three short tones when somebody wants help, one when somebody came; once each, and never in quiet hours. What went by in silence is not made up for: the lamp shows it.</summary>
/// <param name="buzzer">Which, and what it sounds for.</param>
/// <param name="take">Takes the line, silent.</param>
/// <param name="signals">What it follows.</param>
/// <param name="time">The store's clock.</param>
/// <param name="health">Told when it cannot be used.</param>
internal sealed class BuzzerLoop(BuzzerPlace buzzer, Func<IGpioLine> take, StaffSignals signals, TimeProvider time, HealthBoard health)
{
    internal static readonly SignalPattern Wanted = SignalPattern.Of(false, 120, 90, 120, 90, 120), Came = SignalPattern.Of(false, 60);

    /// <summary>How soon a chip that has gone is noticed.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly ChannelReader<bool> changes = signals.Listen();
    private readonly HashSet<string> sounded = new(StringComparer.Ordinal);
    private Instant? arrival;

    public Task RunAsync(CancellationToken stop) => new Attachment("buzzer", buzzer.Pin.Name, time, health).KeepAsync(UseAsync, stop);

    /// <summary>What is to be sounded now, if anything; each call and each arrival once.</summary>
    internal SignalPattern? Next()
    {
        var calls = signals.Calls.Where(c => c.Concerns(buzzer.Zone) && !c.IsSeen).Select(c => c.Id).ToArray();
        var isNew = calls.Any(c => !sounded.Contains(c));
        sounded.Clear();
        sounded.UnionWith(calls);
        var came = signals.LastArrival(buzzer.Zone);
        var hasCome = came is not null && came != arrival;
        arrival = came;
        var pattern = isNew && buzzer.Sounds.HasFlag(Signals.Help) ? Wanted : hasCome && buzzer.Sounds.HasFlag(Signals.Arrival) ? Came : null;
        return buzzer.Quiet?.Contains(TimeOnly.FromDateTime(time.GetLocalNow().DateTime)) == true ? null : pattern;
    }

    private async Task UseAsync(Action answers, CancellationToken stop)
    {
        using var line = take();
        answers();
        while (true)
        {
            line.Set(false);
            if (Next() is { } pattern) await SoundAsync(line, pattern, stop);
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(changes.WaitToReadAsync(soon.Token).AsTask(), Task.Delay(LongestWait, time, soon.Token));
            await soon.CancelAsync();
            stop.ThrowIfCancellationRequested();
            while (changes.TryRead(out _))
            {
                // Whatever changed, it is looked at whole.
            }
        }
    }

    private async Task SoundAsync(IGpioLine line, SignalPattern pattern, CancellationToken stop)
    {
        try
        {
            var isOn = false;
            foreach (var beat in pattern.Beats)
            {
                line.Set(isOn = !isOn);
                await Task.Delay(beat, time, stop);
            }
        }
        finally
        {
            // Also at the end of the agent: a line that is let go keeps its level on many chips.
            line.Set(false);
        }
    }
}

using System.Threading.Channels;
using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Panels;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Agent.Panels;

/// <summary>
/// A lamp for the staff. Ten seconds of quick flashes: a technician asks which one it is. Two flashes a second: somebody wants help and nobody has seen it. Steady: somebody is on the way. Four seconds: somebody came. A blink every three seconds: a part does not work. The first
/// of these that is so wins.
/// </summary>
/// <param name="lamp">Which, and what it shows.</param>
/// <param name="take">Takes the line, dark.</param>
/// <param name="signals">What it follows.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Whether a part does not work; told when the lamp itself does not.</param>
internal sealed class LampLoop(LampPlace lamp, Func<IGpioLine> take, StaffSignals signals, TimeProvider time, HealthBoard health)
{
    internal static readonly SignalPattern Wanted = SignalPattern.Of(true, 120, 180, 120, 580), OnTheWay = SignalPattern.Of(true, 60_000), Came = SignalPattern.Of(false, 4_000), Broken = SignalPattern.Of(true, 80, 2_920);

    /// <summary>Five flashes a second: nothing else is so quick, and no two lamps are asked at once. WCAG's bound of three a second is for screens, not for an indicator of a few millimetres.</summary>
    internal static readonly SignalPattern Identify = SignalPattern.Of(false, [.. Enumerable.Repeat(100, 100)]);

    /// <summary>How soon a fault is noticed, and that the lamp's chip has gone.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly ChannelReader<bool> changes = signals.Listen();
    private (SignalPattern Pattern, Instant Since) showing = (SignalPattern.Still, Instant.Origin);

    public Task RunAsync(CancellationToken stop) => new Attachment("lamp", lamp.Pin.Name, time, health).KeepAsync(UseAsync, stop);

    /// <summary>Whether it is to be lit now, and when to look again at the latest.</summary>
    internal (bool IsOn, TimeSpan Look) Now()
    {
        var now = Instant.Now(time);
        var pattern = Pattern(now);
        // An arrival is shown from when it happened, everything else from when the lamp took it up.
        if (pattern == Identify) showing = (Identify, signals.IdentifiedAt(lamp.Pin.Name) ?? now);
        else if (pattern == Came) showing = (Came, signals.LastArrival(lamp.Zone) ?? now);
        else if (pattern != showing.Pattern) showing = (pattern, now);
        var (isOn, change) = pattern.At(now - showing.Since);
        return (isOn, change is { } soon && soon < LongestWait ? soon : LongestWait);
    }

    private SignalPattern Pattern(Instant now)
    {
        if (signals.IdentifiedAt(lamp.Pin.Name) is { } asked && Identify.At(now - asked).Change is not null) return Identify;
        if (lamp.Shows.HasFlag(Signals.Help) && signals.Calls.Where(c => c.Concerns(lamp.Zone)).ToArray() is { Length: > 0 } calls) return calls.All(c => c.IsSeen) ? OnTheWay : Wanted;
        if (lamp.Shows.HasFlag(Signals.Arrival) && signals.LastArrival(lamp.Zone) is { } came && Came.At(now - came).Change is not null) return Came;
        return lamp.Shows.HasFlag(Signals.Fault) && health.Verdict == "failed" ? Broken : SignalPattern.Still;
    }

    private async Task UseAsync(Action answers, CancellationToken stop)
    {
        using var line = take();
        answers();
        while (true)
        {
            var (isOn, look) = Now();
            line.Set(isOn);
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(changes.WaitToReadAsync(soon.Token).AsTask(), Task.Delay(look, time, soon.Token));
            await soon.CancelAsync();
            // A line that is let go keeps its level on many chips.
            if (stop.IsCancellationRequested) line.Set(false);
            stop.ThrowIfCancellationRequested();
            while (changes.TryRead(out _))
            {
                // Whatever changed, it is looked at whole.
            }
        }
    }
}

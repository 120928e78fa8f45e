using System.Threading.Channels;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Panels;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Agent.Panels;

/// <summary>
/// Draws on one small display. For customers it is a display like any other: the hub tells it what, and it acknowledges what it was able to write, by the hash of the very lines. One that does not answer is not
/// connected, and nothing is acknowledged for it.
/// </summary>
/// <param name="panel">Which.</param>
/// <param name="open">Opens its bus.</param>
/// <param name="hub">Where showings come from.</param>
/// <param name="signals">What the staff are to notice.</param>
/// <param name="words">What is said.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Told when it does not answer; the staff's panel also says that something is broken.</param>
internal sealed class PanelLoop(PanelPlace panel, Func<II2cBus> open, DisplayHub hub, StaffSignals signals, PanelWords words, TimeProvider time, HealthBoard health)
{
    /// <summary>How often a display that shows the same is asked whether it is still there. The hub takes silence of 25 s for death.</summary>
    internal static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    /// <summary>How often it is put in order: a person who sees rubbish waits no longer.</summary>
    internal static readonly TimeSpan AgainEvery = TimeSpan.FromSeconds(60);

    /// <summary>How long each of several idle texts stands.</summary>
    internal static readonly TimeSpan TurnEvery = TimeSpan.FromSeconds(10);

    private readonly ChannelReader<bool> changes = signals.Listen();
    private long frame;

    public Task RunAsync(CancellationToken stop) =>
        new Attachment("panel", panel.Id, time, health).KeepAsync(panel.Audience == PanelAudience.Customers ? CustomersAsync : StaffAsync, stop);

    private async Task CustomersAsync(Action answers, CancellationToken stop)
    {
        using var bus = open();
        var device = Device(bus);
        var id = new DisplayId(panel.Id);
        // Nothing is promised to the hub before the display has answered.
        await device.StartAsync(panel.Shape.Lay(words.Idle(hub.Idle, 0)), stop);
        answers();
        if (hub.Connect(id) is not { } frames) throw new InvalidOperationException($"the display {panel.Id} has pages open, which it cannot have");
        try
        {
            ScreenFrame? now = null;
            var (begun, asked, again) = (Instant.Now(time), Instant.Now(time), Instant.Now(time));
            var turn = -1;
            while (true)
            {
                var at = Instant.Now(time);
                var isNew = false;
                while (frames.TryRead(out var next)) (now, isNew) = (next, true);
                var idleTurn = (int)((at - begun) / TurnEvery);
                if (now is not null && (isNew || now.Showing is null && idleTurn != turn))
                {
                    turn = idleTurn;
                    await device.DrawAsync(panel.Shape.Lay(Text(now, turn)), stop);
                    (frame, asked) = (frame + 1, at);
                    await AcknowledgeAsync(id, now, turn, stop);
                }

                if (at - again >= AgainEvery)
                {
                    await device.AgainAsync(stop);
                    (again, asked) = (at, at);
                }
                else if (at - asked >= AskEvery)
                {
                    device.Ask();
                    (frame, asked) = (frame + 1, at);
                    if (now is not null) await AcknowledgeAsync(id, now, turn, stop);
                }

                await WaitAsync(frames, stop);
            }
        }
        finally
        {
            hub.Disconnect(id, frames);
        }
    }

    private async Task AcknowledgeAsync(DisplayId id, ScreenFrame now, int turn, CancellationToken stop) =>
        await hub.AcknowledgeAsync(id, new(now.Showing?.Id, panel.Shape.Hash(Text(now, turn)), frame), stop);

    private PanelText Text(ScreenFrame now, int turn) => now.Showing is { } showing ? PanelWords.Of(showing.Poster) : words.Idle(now.Idle, turn);

    private async Task StaffAsync(Action answers, CancellationToken stop)
    {
        using var bus = open();
        var device = Device(bus);
        await device.StartAsync(Staff(), stop);
        answers();
        var (asked, again) = (Instant.Now(time), Instant.Now(time));
        while (true)
        {
            while (changes.TryRead(out _))
            {
                // Whatever changed, it is looked at whole.
            }

            // What has not changed costs no byte.
            await device.DrawAsync(Staff(), stop);
            var at = Instant.Now(time);
            if (at - again >= AgainEvery)
            {
                await device.AgainAsync(stop);
                (again, asked) = (at, at);
            }
            else if (at - asked >= AskEvery)
            {
                device.Ask();
                asked = at;
            }

            await WaitAsync(changes, stop);
        }
    }

    private IReadOnlyList<PanelLine> Staff() => panel.Shape.Lay(words.Staff([.. signals.Calls.Where(c => c.Concerns(panel.Zone))], health.Verdict == "failed"));

    private IPanel Device(II2cBus bus) => panel.Shape.HasDots ? new DotPanel(bus, panel.Address, panel.Shape) : new CharacterPanel(bus, panel.Address, panel.Shape, time);

    /// <summary>Until there is news, or a second is over.</summary>
    private async Task WaitAsync<T>(ChannelReader<T> news, CancellationToken stop)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(news.WaitToReadAsync(soon.Token).AsTask(), Task.Delay(TimeSpan.FromSeconds(1), time, soon.Token));
        await soon.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }
}

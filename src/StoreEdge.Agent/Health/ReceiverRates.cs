using StoreEdge.Core;

namespace StoreEdge.Agent.Health;

/// <summary>Turns each receiver's ever-growing frame count into frames per second over the last five seconds.</summary>
internal sealed class ReceiverRates(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <summary>More often than this adds nothing but noise.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(900);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Queue<(Instant At, long Frames)>> samples = new(StringComparer.Ordinal);

    /// <summary>Takes the counts as of now and gives the receivers with their rates. Should be asked about once a second, whether or not anybody looks.</summary>
    public IReadOnlyList<ReceiverView> Measure(IReadOnlyList<ReceiverView> receivers)
    {
        var now = Instant.Now(time);
        lock (gate) return [.. receivers.Select(r => r with { FramesPerSecond = RateWithGate(r.Id, r.Frames, now) })];
    }

    private double RateWithGate(string id, long frames, Instant now)
    {
        if (!samples.TryGetValue(id, out var of)) samples[id] = of = new();
        // A count that went back is a source that was opened anew.
        if (of.TryPeek(out var first) && frames < first.Frames) of.Clear();
        while (of.Count > 1 && now - of.Peek().At > Window) of.Dequeue();
        var rate = of.TryPeek(out var oldest) && now > oldest.At ? (frames - oldest.Frames) / (now - oldest.At).TotalSeconds : 0;
        if (of.Count == 0 || now - of.Last().At >= Step) of.Enqueue((now, frames));
        return Math.Round(Math.Max(0, rate), 1);
    }
}

using System.Runtime.CompilerServices;

namespace StoreEdge.Core.Presence;

/// <summary>
/// What is learned of one device's advertising interval as it is heard here, losses and all: the last 16 gaps (habluetooth's advertisement tracker keeps as many) and
/// their running mean.
/// </summary>
internal struct AdvertisingInterval
{
    // One advertisement reaches several receivers within milliseconds; the shortest interval that Bluetooth allows is 20 ms.
    internal static readonly TimeSpan SameAdvertisement = TimeSpan.FromMilliseconds(15);
    private const int Learned = 4;
    private Gaps gaps;
    private double meanSeconds;
    private int count;

    /// <summary>The mean gap, or zero while it is not learned.</summary>
    internal readonly TimeSpan Mean => count < Learned ? TimeSpan.Zero : TimeSpan.FromSeconds(meanSeconds);

    /// <summary>Takes the next gap between two advertisements. One that would end a visit says nothing about the interval and must not be given.</summary>
    internal void Learn(TimeSpan gap)
    {
        gaps[count % 16] = (float)gap.TotalSeconds;
        // The mean of all at first, then a running one over about 32.
        meanSeconds += (gap.TotalSeconds - meanSeconds) / Math.Min(count + 1, 32);
        count = count == int.MaxValue ? 16 : count + 1;
    }

    /// <summary>The silence after which the device is gone.</summary>
    internal readonly TimeSpan Silence(PresenceOptions options)
    {
        if (count < Learned) return options.SilenceUnlearned;
        float longest = 0;
        for (var i = 0; i < Math.Min(count, 16); i++) longest = Math.Max(longest, gaps[i]);
        var seconds = Math.Max(meanSeconds * options.SilenceGaps, longest + options.SilenceMargin.TotalSeconds);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, options.SilenceMinimum.TotalSeconds, options.SilenceMaximum.TotalSeconds));
    }

    [InlineArray(16)]
    private struct Gaps
    {
        private float first;
    }
}

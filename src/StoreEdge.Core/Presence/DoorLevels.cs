namespace StoreEdge.Core.Presence;

/// <summary>
/// What one subject's device has taught about the levels at the door. Devices, bodies and rooms differ by more than the door does, so the receivers' thresholds are only
/// where this starts: they follow the levels that the device has on the side on which it is believed to be.
/// </summary>
internal struct DoorLevels
{
    private Instant updated;
    private bool hasInside;

    /// <summary>dB by which this device is heard outside more strongly than the thresholds suppose.</summary>
    internal double Shift { get; private set; }

    /// <summary>The inside level that lies half-way between in and out, and how much stronger it is in than out; 0 while it is unknown.</summary>
    internal readonly double InsideMiddle => (In + Out) / 2;

    internal readonly double InsideGain => hasInside ? Math.Clamp(In - Out, DoorRule.InsideGainLeast, DoorRule.InsideGainMost) : 0;

    private double In { get; set; }

    private double Out { get; set; }

    /// <summary>Follows the levels of the side on which the subject is believed to be.</summary>
    /// <param name="present">Which side that is.</param>
    /// <param name="inside">The inside level, dBm.</param>
    /// <param name="outside">The outside level over what the thresholds suppose of somebody inside, dB; not a number where it was not heard.</param>
    /// <param name="now">When.</param>
    internal void Follow(bool present, double inside, double outside, Instant now)
    {
        var elapsed = Math.Clamp((now - updated).TotalSeconds, 0, 1);
        updated = now;
        if (!hasInside)
        {
            hasInside = true;
            In = present ? inside : inside + DoorRule.InsideGain;
            Out = In - DoorRule.InsideGain;
        }
        else if (present)
        {
            In += elapsed / DoorRule.LearnSeconds * (inside - In);
        }
        else
        {
            Out += elapsed / DoorRule.LearnSeconds * (inside - Out);
        }

        if (double.IsNaN(outside)) return;
        var beyond = outside - Shift - (present ? 0 : DoorRule.Gap);
        // Whoever is much stronger than "outside" was never outside so far: that is learned at once, or they would be taken to be outside for good.
        var constant = !present && beyond > DoorRule.Surprise ? DoorRule.SurpriseSeconds : DoorRule.LearnSeconds;
        Shift = Math.Clamp(Shift + elapsed / constant * beyond, -DoorRule.ShiftDown, DoorRule.ShiftUp);
    }
}

/// <summary>
/// The numbers of the door. Chosen with five recordings of one door at hand (twelve pairs of receivers, thirteen perturbations each) and 150 drawn rooms:
/// <c>storeedge-sim score --robustness</c> and <c>--traces rooms</c>.
/// </summary>
internal static class DoorRule
{
    /// <summary>dB by which the door receiver is stronger while the subject is outside. A wall and a closed door alone take about 12 (recordings).</summary>
    internal const double Gap = 12;

    /// <summary>dB below its exit threshold at which an outside receiver hears somebody who is inside.</summary>
    internal const double InsideBelowExit = 1;

    /// <summary>Seconds of the levels' learning: longer than a reflection, shorter than a short visit.</summary>
    internal const double LearnSeconds = 20;

    /// <summary>dB above what is believed to be outside at which that belief is wrong.</summary>
    internal const double Surprise = 8;

    internal const double SurpriseSeconds = 2;

    /// <summary>How far thresholds may fall, dB: a customer deep in the shop is faint at the door too and has not moved it (10 dB makes four times the false departures of quiet-night that 6 makes).</summary>
    internal const double ShiftDown = 6;

    internal const double ShiftUp = 14;

    /// <summary>Weight of the level inside, against the level outside.</summary>
    internal const double InsideWeight = 0.25;

    /// <summary>dB by which an inside receiver is taken to be stronger for somebody inside, until that is learned; and the bounds of what is believed.</summary>
    internal const double InsideGain = 3, InsideGainLeast = -6, InsideGainMost = 12;

    /// <summary>Of somebody never seen before only the moment is known: dB by which the inside is stronger where neither side is likelier, and its weight.</summary>
    internal const double NewMargin = 6, NewWeight = 0.7;

    /// <summary>dB more that it takes to bring somebody in by the margin than to keep them in: hysteresis, as between the thresholds.</summary>
    internal const double AbsentMargin = 3;
}

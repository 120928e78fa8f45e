using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;
using StoreEdge.Core.Panels;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Agent.Panels;

/// <summary>Whom a small display speaks to.</summary>
internal enum PanelAudience
{
    /// <summary>Whoever passes: what any shared screen may show, and nothing else.</summary>
    Customers,

    /// <summary>The staff: where help is wanted, and that something is wrong. Nothing about who.</summary>
    Staff,
}

/// <summary>A small display.</summary>
/// <param name="Id">Its name; that of a display, where it speaks to customers.</param>
/// <param name="Zone">Where it stands.</param>
/// <param name="Audience">Whom it speaks to.</param>
/// <param name="Shape">How much it has room for.</param>
/// <param name="Address">On the bus.</param>
internal sealed record PanelPlace(string Id, ZoneId Zone, PanelAudience Audience, PanelShape Shape, int Address);

/// <summary>What a lamp or a buzzer tells the staff.</summary>
[Flags]
internal enum Signals
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Somebody known has come in; nobody who said stop.</summary>
    Arrival = 1,

    /// <summary>Somebody wants help.</summary>
    Help = 2,

    /// <summary>A part of the store's equipment does not work.</summary>
    Fault = 4,
}

/// <summary>A line of the GPIO chip with what hangs on it.</summary>
/// <param name="Name">The line's name in the profile.</param>
/// <param name="Line">Its offset on the chip.</param>
/// <param name="IsActiveLow">Whether 0 V means on.</param>
internal sealed record PinPlace(string Name, int Line, bool IsActiveLow);

/// <summary>A lamp.</summary>
/// <param name="Pin">Where it hangs.</param>
/// <param name="Zone">For which zone it speaks; null for the whole store.</param>
/// <param name="Shows">What.</param>
internal sealed record LampPlace(PinPlace Pin, ZoneId? Zone, Signals Shows);

/// <summary>A buzzer that sounds by itself when it has power.</summary>
/// <param name="Pin">Where it hangs.</param>
/// <param name="Zone">For which zone it speaks; null for the whole store.</param>
/// <param name="Sounds">What it sounds for.</param>
/// <param name="Quiet">When it stays silent, by the store's clock; null for never.</param>
internal sealed record BuzzerPlace(PinPlace Pin, ZoneId? Zone, Signals Sounds, QuietHours? Quiet);

/// <summary>A push button.</summary>
/// <param name="Pin">Where it hangs.</param>
/// <param name="Zone">For which zone it speaks.</param>
/// <param name="Calls">Whether a press calls the staff there; otherwise it says that somebody has seen the calls.</param>
/// <param name="Bias">What holds the line while nobody presses.</param>
/// <param name="Debounce">Changes that do not last so long are none.</param>
internal sealed record ButtonPlace(PinPlace Pin, ZoneId Zone, bool Calls, GpioBias Bias, TimeSpan Debounce);

/// <summary>Everything small that hangs on this machine.</summary>
/// <param name="Chip">Label of the GPIO chip; empty where no line is used.</param>
/// <param name="BusFile">The bus's device file; null where it is found by name, or not used.</param>
/// <param name="BusAdapter">Beginning of the bus's adapter's name; null where the file is known, or none is used.</param>
/// <param name="Panels">Small displays.</param>
/// <param name="Lamps">Lamps.</param>
/// <param name="Buzzers">Buzzers.</param>
/// <param name="Buttons">Buttons.</param>
internal sealed record PanelOptions(
    string Chip, string? BusFile, string? BusAdapter, IReadOnlyList<PanelPlace> Panels, IReadOnlyList<LampPlace> Lamps, IReadOnlyList<BuzzerPlace> Buzzers, IReadOnlyList<ButtonPlace> Buttons)
{
    /// <summary>Whether nothing hangs there.</summary>
    public bool IsEmpty => Panels.Count + Lamps.Count + Buzzers.Count + Buttons.Count == 0;
}

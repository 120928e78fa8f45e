using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Displays;

/// <summary>One display of the store, as configured.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Zone">Where it hangs.</param>
internal sealed record DisplayPlace(DisplayId Id, ZoneId Zone)
{
    /// <summary>Other zones from which it is seen: it serves them where they have no display of their own, and goes on for who walks there.</summary>
    public IReadOnlyList<ZoneId> Near { get; init; } = [];

    /// <summary>The receiver that it hangs by; null where the zone says enough.</summary>
    public string? Receiver { get; init; }

    /// <summary><c>auto</c>, <c>landscape</c> or <c>portrait</c>: how it hangs. The page turns itself where the browser's window is the other way.</summary>
    public string Orientation { get; init; } = "auto";

    /// <summary>When it shows anything; always where this is empty.</summary>
    public IReadOnlyList<DisplayHours> On { get; init; } = [];

    /// <summary>When it is dimmed.</summary>
    public DisplayHours? Night { get; init; }

    /// <summary>How bright it is then, 10–100 % of the day's.</summary>
    public int NightBrightness { get; init; } = 60;

    /// <summary>Whether it can be touched, and so asks what people think of what it shows.</summary>
    public bool Touch { get; init; }

    /// <summary>Whether a customer may claim it for a while.</summary>
    public bool Claim { get; init; }

    /// <summary>What its own page proves itself by; null where only a page on this machine is taken for the screen itself.</summary>
    public string? Key { get; init; }

    /// <summary>Whether a browser shows it; otherwise something else of this machine draws it, and looks after its own health.</summary>
    public bool HasPage { get; init; } = true;

    /// <summary>The hash of what it draws of a poster: one with little room draws less than all of it.</summary>
    public Func<Poster, string> HashOf { get; init; } = poster => poster.ContentHash();

    /// <summary>Whether somebody in <paramref name="zone"/> sees it.</summary>
    public bool IsSeenFrom(ZoneId zone) => Zone == zone || Near.Contains(zone);

    /// <summary>How it looks at a moment of the store's own clock, before anything is drawn.</summary>
    public ScreenLook LookAt(DateTimeOffset local) => new(On.Count == 0 || On.Any(h => h.Contains(local)), Night?.Contains(local) == true ? NightBrightness : 100);
}

/// <summary>How a screen looks, whatever it shows.</summary>
/// <param name="Lit">Whether it shows anything at all at this hour.</param>
/// <param name="Brightness">10–100 %.</param>
internal readonly record struct ScreenLook(bool Lit, int Brightness);

using System.Globalization;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>One sRGB colour, with the arithmetic of WCAG 2.1.</summary>
internal readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    /// <summary>What a configured colour looks like, for error messages.</summary>
    public const string Allowed = "#rrggbb, six hexadecimal digits";

    public static Colour White => new(255, 255, 255);

    public static Colour Black => new(0, 0, 0);

    /// <summary>WCAG 2.1 relative luminance, 0 (black)–1 (white).</summary>
    public double Luminance => 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);

    /// <summary>Reads <c>#rrggbb</c>.</summary>
    public static bool TryParse(string? text, out Colour colour)
    {
        colour = default;
        if (text is not { Length: 7 } || text[0] != '#' || !uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb)) return false;
        colour = new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
        return true;
    }

    /// <summary>WCAG 2.1 contrast ratio, 1–21.</summary>
    public double ContrastWith(Colour other)
    {
        var (a, b) = (Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>This colour with a share (0–1) of another.</summary>
    public Colour Mixed(Colour other, double share) => new(Mix(Red, other.Red, share), Mix(Green, other.Green, share), Mix(Blue, other.Blue, share));

    /// <summary>The nearest shade of this colour, on the way to <paramref name="end"/>, that reaches a contrast against every ground.</summary>
    public Colour Towards(Colour end, double contrast, params ReadOnlySpan<Colour> grounds)
    {
        for (var step = 0; step <= 100; step++)
        {
            var shade = Mixed(end, step / 100.0);
            var reached = true;
            foreach (var ground in grounds) reached &= shade.ContrastWith(ground) >= contrast;
            if (reached) return shade;
        }

        return end;
    }

    /// <inheritdoc/>
    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    private static byte Mix(byte from, byte to, double share) => (byte)Math.Round(from + (to - from) * share);

    // The 0.04045 of IEC 61966-2-1; WCAG 2.1 prints 0.03928, which no 8-bit value can tell apart.
    private static double Linear(byte channel) => channel / 255.0 is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
}

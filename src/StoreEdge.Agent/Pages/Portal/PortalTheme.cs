using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The style sheet in the brand's colour, light and dark, and its hash for the Content-Security-Policy. Every pair that carries text reaches 4.5:1 and
/// every edge or focus ring 3:1 (WCAG 2.1, 1.4.3 and 1.4.11), whatever the brand's colour is.
/// </summary>
internal sealed class PortalTheme
{
    private const double Text = 4.5, Body = 11, Edge = 3;

    public PortalTheme(Colour brand)
    {
        Style = $":root{{color-scheme:light dark;{Light(brand)}}}\n@media (prefers-color-scheme:dark){{:root{{{Dark(brand)}}}}}\n{Sheet()}";
        StyleSource = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'";
        Band = brand;
        BandInDark = DeepShade(brand);
    }

    /// <summary>The whole of the one <c>style</c> element.</summary>
    public string Style { get; }

    /// <summary>The source expression that lets exactly this style through.</summary>
    public string StyleSource { get; }

    /// <summary>The colour of the band at the top.</summary>
    public Colour Band { get; }

    /// <summary>The same on a dark page.</summary>
    public Colour BandInDark { get; }

    private static string Light(Colour brand)
    {
        var surface = Colour.White;
        var bg = brand.Mixed(Colour.White, 0.95);
        var tint = brand.Mixed(Colour.White, 0.9);
        var grey = new Colour(0x70, 0x76, 0x78);
        var link = brand.Towards(Colour.Black, Text, surface, bg, tint);
        return Variables(
            bg, surface, tint, ink: brand.Mixed(Colour.Black, 0.8).Towards(Colour.Black, Body, surface, bg, tint), muted: grey.Towards(Colour.Black, 5, surface, bg, tint),
            line: grey.Towards(Colour.Black, Edge, surface, bg), rule: brand.Mixed(new(0xE4, 0xE6, 0xE6), 0.92), link, fill: brand,
            fillEdge: brand.Towards(Colour.Black, Edge, surface, bg), hero: brand);
    }

    private static string Dark(Colour brand)
    {
        var bg = brand.Mixed(new(0x0E, 0x10, 0x11), 0.93);
        var surface = brand.Mixed(new(0x1A, 0x1D, 0x1F), 0.93);
        var tint = brand.Mixed(new(0x25, 0x29, 0x2B), 0.88);
        var grey = new Colour(0x8A, 0x90, 0x92);
        var link = brand.Towards(Colour.White, Text, surface, bg, tint);
        return Variables(
            bg, surface, tint, ink: new Colour(0xEE, 0xF1, 0xF1).Towards(Colour.White, Body, surface, bg, tint), muted: grey.Towards(Colour.White, 5, surface, bg, tint),
            line: grey.Towards(Colour.White, Edge, surface, bg), rule: new Colour(0x33, 0x38, 0x3A), link, fill: link, fillEdge: link, hero: DeepShade(brand));
    }

    private static string Variables(
        Colour bg, Colour surface, Colour tint, Colour ink, Colour muted, Colour line, Colour rule, Colour link, Colour fill, Colour fillEdge, Colour hero) =>
        $"--bg:{bg};--surface:{surface};--tint:{tint};--ink:{ink};--muted:{muted};--line:{line};--rule:{rule};--link:{link};--fill:{fill};--on-fill:{On(fill)};" +
        $"--fill-edge:{fillEdge};--hero:{hero};--on-hero:{On(hero)}";

    // Deep enough that the band of a yellow brand does not turn mud, nor glare in a dark shop.
    private static Colour DeepShade(Colour brand) => brand.Mixed(new(0x10, 0x12, 0x13), 0.65);

    // The better of white and near-black; pure black where only that is enough (a mid grey leaves white at 4.48:1).
    private static Colour On(Colour ground)
    {
        var white = Colour.White.ContrastWith(ground);
        if (white >= Text) return Colour.White;
        var dark = new Colour(0x14, 0x16, 0x17);
        return dark.ContrastWith(ground) >= Text ? dark : Colour.Black;
    }

    private static string Sheet() => SelfContained.Read("Portal/portal.css").ReplaceLineEndings("\n").TrimEnd();
}

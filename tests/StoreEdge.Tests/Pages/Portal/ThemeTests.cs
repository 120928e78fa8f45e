using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class ThemeTests
{
    // Which colours of the style sheet stand on which, and what WCAG 2.1 AA asks: 4.5 for text (1.4.3), 3 for edges and focus rings (1.4.11).
    private static readonly (string Front, string Ground, double Least)[] Pairs =
    [
        ("ink", "bg", 4.5), ("ink", "surface", 4.5), ("ink", "tint", 4.5), ("muted", "bg", 4.5), ("muted", "surface", 4.5), ("link", "surface", 4.5), ("link", "bg", 4.5),
        ("on-fill", "fill", 4.5), ("on-hero", "hero", 4.5), ("line", "surface", 3), ("link", "tint", 3), ("fill-edge", "surface", 3),
    ];

    [Fact]
    public void Every_brand_colour_gives_readable_pages_light_and_dark() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte>(), (r, g, b) => Check(new(r, g, b))).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("#ffffff")]
    [InlineData("#000000")]
    [InlineData("#777777")]
    [InlineData("#ffd400")]
    [InlineData("#ff0000")]
    [InlineData("#00ff00")]
    [InlineData("#0000ff")]
    public void Extreme_brand_colours_too(string text)
    {
        Assert.True(Colour.TryParse(text, out var brand));
        Assert.True(Check(brand));
    }

    [Theory]
    [InlineData("0b5d4b")]
    [InlineData("#0b5d4")]
    [InlineData("#0b5d4bb")]
    [InlineData("#gggggg")]
    [InlineData("red;}body{")]
    [InlineData("# 12345")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_but_six_hexadecimal_digits_is_no_colour(string? text) => Assert.False(Colour.TryParse(text, out _));

    [Fact]
    public void Colours_are_written_as_they_are_read()
    {
        Assert.True(Colour.TryParse("#0B5d4b", out var colour));
        Assert.Equal("#0b5d4b", colour.ToString());
    }

    [Fact]
    public void The_style_uses_no_colour_beyond_the_checked_ones()
    {
        var style = new PortalTheme(new(1, 2, 3)).Style;
        var sheet = style[style.IndexOf("*{", StringComparison.Ordinal)..];
        Assert.DoesNotMatch("#[0-9a-f]{3}", sheet);
        foreach (Match use in Regex.Matches(sheet, "var\\(--([a-z-]+)\\)")) Assert.Contains($"--{use.Groups[1].Value}:#", style);
    }

    [Fact]
    public void Faulty_options_are_named()
    {
        Assert.Empty(new PortalOptions().Faults());
        var faulty = new PortalOptions
        {
            Name = " ",
            Welcome = new Dictionary<string, string> { ["fr"] = "Bonjour", ["en"] = new('x', 301) },
            Contact = "",
            DefaultLanguage = "de",
            TokenLifetime = TimeSpan.FromMinutes(11),
            SessionLifetime = TimeSpan.Zero,
            DeviceIdle = TimeSpan.FromDays(2),
            MaxDevices = 1,
            PostsPerMinute = 0,
            LoginAttempts = 0,
        };
        Assert.Equal(
            ["contact", "defaultLanguage", "deviceIdle", "loginAttempts", "maxDevices", "name", "postsPerMinute", "sessionLifetime", "tokenLifetime", "welcome.en", "welcome.fr"],
            faulty.Faults().Select(f => f.Key).Order(StringComparer.Ordinal));
    }

    private static bool Check(Colour brand)
    {
        var style = new PortalTheme(brand).Style;
        var roots = Regex.Matches(style, ":root\\{([^}]*)\\}").Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(2, roots.Length);
        foreach (var root in roots)
        {
            var colours = Regex.Matches(root, "--([a-z-]+):(#[0-9a-f]{6})").ToDictionary(m => m.Groups[1].Value, m => Luminance(m.Groups[2].Value));
            foreach (var (front, ground, least) in Pairs)
            {
                var (a, b) = (colours[front], colours[ground]);
                var contrast = (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
                Assert.True(contrast >= least, $"{brand}: {front} on {ground} has {contrast:F2}:1, {least}:1 is needed ({root})");
            }
        }

        return true;
    }

    // Written from the definition of relative luminance in WCAG 2.1, apart from the program's own.
    private static double Luminance(string hex)
    {
        double[] weights = [0.2126, 0.7152, 0.0722];
        var sum = 0.0;
        for (var i = 0; i < 3; i++)
        {
            var c = int.Parse(hex.AsSpan(1 + 2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            sum += weights[i] * (c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4));
        }

        return sum;
    }
}

using System.Text;
using Microsoft.Playwright;

namespace StoreEdge.SystemTests;

/// <summary>Judges a page in the browser by axe-core's rules: WCAG 2.1 A and AA, and its best practices.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Rules = new(() => File.ReadAllText(Script));

    /// <summary>Where tests/run.sh installs it.</summary>
    public static string Script => Path.Combine(Checkout.Root, "tests/accessibility/node_modules/axe-core/axe.min.js");

    /// <summary>No rule is broken in light, nor in dark, where the same page has other colours and nothing else.</summary>
    public static async Task FindsNothingAsync(IPage page, string what)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            // Half a megabyte: once a page.
            if (!await page.EvaluateAsync<bool>("() => typeof axe !== 'undefined'")) await page.EvaluateAsync(Rules.Value);
            var broken = await page.EvaluateAsync<Violation[]>(
                """
                async only => (await axe.run(document, only ? { runOnly: [only] } : { resultTypes: ['violations'] })).violations
                    .map(v => ({ id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + ' – ' + n.failureSummary).join('\n') }))
                """, scheme == ColorScheme.Dark ? "color-contrast" : null);
            Assert.True(broken.Length == 0, broken.Aggregate(new StringBuilder($"{what}, {scheme}:\n"), (all, v) => all.Append(v.Id).Append(": ").Append(v.Help).Append('\n').Append(v.Nodes).Append('\n')).ToString());
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    /// <summary>What the browser says of one broken rule; Playwright fills it by name.</summary>
    private sealed class Violation
    {
        public string Id { get; set; } = "";

        public string Help { get; set; } = "";

        public string Nodes { get; set; } = "";
    }
}

/// <summary>A fact that needs axe-core; skipped where it was not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AxeFactAttribute : FactAttribute
{
    public AxeFactAttribute()
    {
        if (!File.Exists(Axe.Script)) Skip = "axe-core is not installed: (cd tests/accessibility && npm ci), as tests/run.sh does";
    }
}

/// <summary>As above, of several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AxeTheoryAttribute : TheoryAttribute
{
    public AxeTheoryAttribute()
    {
        if (!File.Exists(Axe.Script)) Skip = "axe-core is not installed: (cd tests/accessibility && npm ci), as tests/run.sh does";
    }
}

using Microsoft.Playwright;

namespace StoreEdge.SystemTests;

/// <summary>One real Chromium (Debian's) for all tests of a collection: the first page costs seconds, the next ones do not.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? playwright;

    private IBrowser? chromium;

    public async Task InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (chromium is not null) await chromium.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>A page with cookies and cache of its own.</summary>
    public async Task<IPage> OpenAsync(int width, int height, string language = "pt-BR", ColorScheme scheme = ColorScheme.Light, bool script = true)
    {
        var context = await chromium!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            Locale = language,
            ColorScheme = scheme,
            JavaScriptEnabled = script,
        });
        // As patient as everything else that waits here: thirty seconds are not much for a store and a browser that share two cores with another row of tests.
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    /// <summary>Whether pictures were asked for; then a test may wait until there is something to see.</summary>
    public static bool PicturesAreWanted => Environment.GetEnvironmentVariable("STOREEDGE_PICTURES") is { Length: > 0 };

    /// <summary>Keeps a picture of the page where STOREEDGE_PICTURES says; the README's pictures are made so. With STOREEDGE_PICTURES_WHOLE, of all of it, for whoever looks at its taste.</summary>
    public static async Task PictureAsync(IPage page, string name)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (Environment.GetEnvironmentVariable("STOREEDGE_PICTURES") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        var whole = Environment.GetEnvironmentVariable("STOREEDGE_PICTURES_WHOLE") is { Length: > 0 };
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = whole, Animations = ScreenshotAnimations.Disabled });
    }
}

/// <summary>Tests that look at pages share one browser and run one after another: two cores draw badly for two.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}

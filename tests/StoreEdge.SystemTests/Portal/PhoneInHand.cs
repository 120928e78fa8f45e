using Microsoft.Playwright;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Portal;

/// <summary>A phone's browser on the portal, and what a thumb does with it.</summary>
internal sealed class PhoneInHand(IPage page)
{
    public IPage Page => page;

    public ILocator Offers => page.Locator("article.offer");

    /// <summary>What the page says at once.</summary>
    public ILocator Said => page.Locator("[role=status]");

    public ILocator Badge => page.Locator(".badge");

    /// <summary>Opens the portal on a phone as small as they still come.</summary>
    public static async Task<PhoneInHand> OpenAsync(Browser browser, AgentProcess agent, string language = "pt-BR", bool script = false, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await browser.OpenAsync(360, 640, language, scheme, script);
        await page.GotoAsync(new Uri(agent.Url, "/portal").ToString());
        return new(page);
    }

    /// <summary>Accepts, as a guest or with a number.</summary>
    public async Task AcceptAsync(string? number = null)
    {
        if (number is not null)
        {
            await page.Locator("#loyalty").CheckAsync();
            await page.Locator("#marketing").CheckAsync();
            await page.Locator("#number").FillAsync(number);
        }

        await TapAsync("button.go");
    }

    /// <summary>Taps, and waits until the page it leads to is whole: counting does not wait by itself.</summary>
    public Task TapAsync(string selector) => TapAsync(page.Locator(selector).First);

    /// <summary>As <see cref="TapAsync(string)"/>.</summary>
    public static async Task TapAsync(ILocator what)
    {
        // The new page first, then its last element. Waiting for "loaded" would not do: that may be over before one begins to wait.
        var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Turn(object? sender, IFrame frame) => turned.TrySetResult();
        what.Page.FrameNavigated += Turn;
        await what.ClickAsync();
        await turned.Task.WaitAsync(TimeSpan.FromSeconds(60));
        what.Page.FrameNavigated -= Turn;
        await what.Page.Locator("footer").WaitForAsync();
    }

    /// <summary>Taps the button of a form by the end of its address.</summary>
    public Task DoAsync(string deed, string button = "button") => TapAsync($"form[action*='/{deed}?'] {button}");

    /// <summary>Looks at the page again, as who pulls it down.</summary>
    public async Task LookAgainAsync()
    {
        await page.GotoAsync(page.Url.Split('?')[0] + "?lang=" + await page.Locator("html").GetAttributeAsync("lang"));
        await page.Locator("footer").WaitForAsync();
    }
}

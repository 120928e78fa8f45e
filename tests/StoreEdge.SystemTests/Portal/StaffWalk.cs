using System.Text.Json.Nodes;
using Microsoft.Playwright;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Contracts;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Portal;

/// <summary>A tablet of the staff and a customer's phone beside each other.</summary>
[Collection(BrowserTests.Name)]
public sealed class StaffWalk(Browser browser)
{
    private const string Number = "4242", Pin = "cafe-com-leite";

    [Fact]
    public async Task What_a_customer_asks_is_on_the_staff_display_at_once_and_what_staff_do_there_is_on_the_phone_and_at_central()
    {
        await using var store = await OpenAsync();
        var staff = await TabletAsync(store, "pt-BR", 1024, 768);
        var phone = await PhoneInHand.OpenAsync(browser, store.Agent);
        await phone.AcceptAsync(Number);
        var visit = (string)store.Agent.Kept("consent")[^1]["visitId"]!;
        await phone.DoAsync("help", "button[value=advice]");
        // Nobody touches the tablet: the display hears of it by itself.
        await staff.Locator("#board h3").WaitForAsync();
        await staff.Locator("#board .cues li").WaitForAsync();
        await Browser.PictureAsync(staff, "staff");
        await PhoneInHand.TapAsync(staff.Locator("form[action*='/take?'] button"));
        await phone.LookAgainAsync();
        Assert.Contains("Já tem alguém indo até você.", await phone.Page.Locator(".help").InnerTextAsync(), StringComparison.Ordinal);
        await staff.SetViewportSizeAsync(390, 800);
        await Browser.PictureAsync(staff, "staff-phone");
        await staff.SelectOptionAsync("select[name=demand]", "bread");
        await staff.CheckAsync("input[name=missing]");
        await PhoneInHand.TapAsync(staff.Locator("form[action*='/solve?'] button"));
        var asked = (await store.HeardAsync(EventTypes.QuestionAsked))["data"]!;
        Assert.Equal(("bread", false, "advice"), ((string?)asked["demand"], (bool)asked["answered"]!, (string?)asked["skill"]));
        await phone.LookAgainAsync();
        await phone.DoAsync("rate", "button[value='5']");
        Assert.Equal(5, (int)(await store.HeardAsync(EventTypes.HelpRated))["data"]!["stars"]!);

        // Service comes before all selling, and central hears that the customer has it.
        await store.NoticeAsync(visit);
        await Eventually.Get(
            async () =>
            {
                await phone.LookAgainAsync();
                return await phone.Offers.First.InnerTextAsync();
            }, first => first.Contains("Seu pedido 7 atrasou.", StringComparison.Ordinal) && first.Contains("A entrega é por nossa conta.", StringComparison.Ordinal), "the notice before every offer");
        var shown = (await store.HeardAsync(EventTypes.NoticeShown))["data"]!;
        Assert.Equal(("order-7", visit), ((string?)shown["noticeId"], (string?)shown["visitId"]));
        Assert.Equal(["on-the-way", "solved"], store.Agent.Kept(EventTypes.HelpChanged).Select(c => (string?)c["state"]));
    }

    [AxeFact]
    public async Task Axe_finds_nothing_on_the_staff_display_and_nothing_of_it_is_wider_than_the_smallest_phone()
    {
        await using var store = await OpenAsync();
        var phone = await PhoneInHand.OpenAsync(browser, store.Agent);
        await phone.AcceptAsync(Number);
        await phone.DoAsync("help", "button[value=find]");
        var asked = store.Agent.Kept(EventTypes.HelpRequested)[^1];
        foreach (var (language, scheme) in PortalText.Tags.Zip((ColorScheme[])[ColorScheme.Light, ColorScheme.Dark, ColorScheme.Light]))
        {
            var staff = await TabletAsync(store, language, 320, 640, scheme, before: page => LookAsync(page, $"staff password {language}"));
            await LookAsync(staff, $"staff {language}");
        }

        await store.OrderAsync(asked, "on-the-way");
        await LookAsync(await TabletAsync(store, "en", 320, 640), "staff, somebody is on the way");

        static async Task LookAsync(IPage page, string what)
        {
            await Axe.FindsNothingAsync(page, what);
            Assert.Equal(320, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"));
        }
    }

    private static Task<ToldStore> OpenAsync() => ToldStore.OpenAsync(configuration =>
    {
        var file = Path.Combine((string)configuration["state"]!["directory"]!, "..", "staff.pin");
        File.WriteAllText(file, Pin + "\n");
        configuration["staff"] = new JsonObject { ["pinFile"] = file };
    });

    private async Task<IPage> TabletAsync(ToldStore store, string language, int width, int height, ColorScheme scheme = ColorScheme.Light, Func<IPage, Task>? before = null)
    {
        var staff = await browser.OpenAsync(width, height, language, scheme);
        await staff.GotoAsync(new Uri(store.Agent.Url, "/staff/entrance").ToString());
        if (before is not null) await before(staff);
        await staff.Locator("#pin").FillAsync(Pin);
        await PhoneInHand.TapAsync(staff.Locator(".pin button"));
        await staff.Locator("#board").WaitForAsync();
        return staff;
    }
}

using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Simulator.Phones;

namespace StoreEdge.Tests.Simulator;

public class HtmlFormsTests
{
    [Fact]
    public void A_form_is_read_with_all_that_a_browser_would_send()
    {
        var form = Assert.Single(HtmlForms.In("""
            <!doctype html><title>a <form> in a title</title><style>form { color: red }</style><!-- <form action=no> -->
            <form method="POST" action='/portal/accept?a=1&amp;b=2'>
              <input type=hidden name=token value="x&quot;y/z">
              <label><input type="checkbox" name="loyalty"> <b>Yes</b></label>
              <input type="checkbox" checked name="news" value="weekly"/>
              <input name="number" placeholder="a > b">
              <input type="text" name="off" disabled>
              <button name="go" value="now">Go</button><button type="button" name="never">Not a submit</button>
            </form>
            """));
        Assert.True(form.IsPost);
        Assert.Equal("/portal/accept?a=1&b=2", form.Action);
        Assert.Equal(
            [
                new("hidden", "token", "x\"y/z", false), new("checkbox", "loyalty", "on", false), new("checkbox", "news", "weekly", true),
                new("text", "number", "", false), new("submit", "go", "now", false),
            ],
            form.Controls);
    }

    [Fact]
    public void Forms_are_told_apart_and_controls_outside_belong_to_none()
    {
        var forms = HtmlForms.In("<input name=stray><form action=/a><input name=q></form><form method=post><input type=submit value=Go></form>");
        Assert.Equal([("/a", false, 1), ("", true, 1)], forms.Select(f => (f.Action, f.IsPost, f.Controls.Count)));
    }

    [Fact]
    public void The_portals_own_page_has_one_form_to_accept_with_and_its_boxes_are_not_ticked()
    {
        var options = new PortalOptions();
        var page = new AcceptPage(options, new(options, new(options.BrandColour))).Of(PortalText.ByTag("pt-BR")!, "token-1");
        var form = Assert.Single(HtmlForms.In(page.ToString()), f => f.IsPost);
        Assert.Equal("token-1", form.Controls.Single(c => c.Name == "token").Value);
        Assert.Equal(["loyalty", "marketing"], form.Controls.Where(c => c is { Kind: "checkbox", IsChecked: false }).Select(c => c.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<form")]
    [InlineData("<form action=")]
    [InlineData("<form action=\"x")]
    [InlineData("<form><input name='")]
    [InlineData("<!--")]
    [InlineData("<script>")]
    [InlineData("< > </ >")]
    [InlineData("<form =x = ==>")]
    public void A_page_cut_off_anywhere_has_no_form_and_breaks_nothing(string html) => Assert.Empty(HtmlForms.In(html));
}

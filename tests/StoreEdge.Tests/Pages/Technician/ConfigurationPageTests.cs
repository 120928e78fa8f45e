using System.Net;
using StoreEdge.Agent.Desired;
using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Tests.Pages.Technician;

/// <summary>The technician's own layer: checked, shown as a difference, tried.</summary>
public sealed class ConfigurationPageTests : IAsyncDisposable
{
    private readonly Workshop workshop = new();
    private readonly List<string> tried = [];
    private string document = "{\n  \"a\": 1\n}";
    private string? fault, by;
    private TimeSpan? left;
    private int restarts, confirmed;
    private bool isOvertaken;

    [Fact]
    public async Task What_would_not_start_is_named_with_key_and_remedy_and_can_be_corrected()
    {
        var pass = await OpenAsync();
        fault = "technician's layer 2: mqtt.port: \"<b>many</b>\" is not allowed; a whole number from 1 to 65535";
        var page = await PostAsync(pass, "configuration-check", "{ \"mqtt\": { \"port\": \"<b>many</b>\" } }");
        Assert.Contains("a whole number from 1 to 65535", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>many", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("configuration-apply", page.Html, StringComparison.Ordinal);
        await PostAsync(pass, "configuration-apply", "{}");
        Assert.Empty(tried);
    }

    [Fact]
    public async Task What_changes_is_shown_line_by_line_and_tried_once_the_page_has_gone_out()
    {
        var pass = await OpenAsync();
        var check = await PostAsync(pass, "configuration-check", "{\r\n  \"a\": 2,\r\n  \"b\": \"</textarea><script>\"\r\n}");
        Assert.Contains("<span class=\"minus\">-   &quot;a&quot;: 1</span><span class=\"plus\">&#x2B;   &quot;a&quot;: 2,</span>", check.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("</textarea><script>", check.Html, StringComparison.Ordinal);
        Assert.Empty(tried);
        var applied = await PostAsync(pass, "configuration-apply", "{ \"a\": 2 }");
        Assert.Contains("Starting anew with it", applied.Text, StringComparison.Ordinal);
        Assert.Equal(("{ \"a\": 2 }", 1), (Assert.Single(tried), restarts));
        Assert.Contains("Nothing changes", (await PostAsync(pass, "configuration-check", document)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_asks_to_be_kept_and_nothing_else_is_tried_meanwhile()
    {
        var pass = await OpenAsync();
        left = TimeSpan.FromSeconds(61.2);
        var page = await workshop.GetAsync("/technician/configuration", pass);
        Assert.Contains("taken back in 62 s unless you keep it", page.Text, StringComparison.Ordinal);
        await PostAsync(pass, "configuration-apply", "{}");
        Assert.Empty(tried);
        await PostAsync(pass, "configuration-confirm", "");
        Assert.Equal(1, confirmed);
        Assert.Equal(("configuration-confirm", "done"), workshop.Audit.Newest(1)[0] is var entry ? (entry.Deed, entry.Result) : default);
    }

    [Fact]
    public async Task Whoever_is_overtaken_by_another_technician_is_told_so_and_nothing_is_run_anew()
    {
        var pass = await OpenAsync();
        isOvertaken = true;
        await PostAsync(pass, "configuration-apply", "{ \"a\": 2 }");
        Assert.Contains("A change is on trial already", (await workshop.GetAsync("/technician/configuration", pass)).Text, StringComparison.Ordinal);
        Assert.Equal((0, "failed"), (restarts, workshop.Audit.Newest(1)[0].Result));
    }

    [Fact]
    public async Task Of_many_technicians_who_apply_at_once_one_has_a_trial_and_it_is_the_one_that_is_told_so()
    {
        var documents = new DesiredDocuments(workshop.Directory);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => documents.TryIfNone(DesiredDocuments.Technician, $"{{ \"a\": {i} }}", $"session-{i}"))));
        var winner = Assert.Single(Enumerable.Range(0, 20), i => answers[i]);
        var trial = documents[DesiredDocuments.Technician].Trial!;
        Assert.Equal(($"session-{winner}", $"{{ \"a\": {winner} }}", 1), (trial.By, trial.Edition.Document, trial.Edition.Version));
    }

    [Fact]
    public async Task Whoever_did_not_begin_a_trial_is_told_so_and_keeps_it_only_with_a_tick_beside()
    {
        var (first, second) = (await OpenAsync(), await workshop.EnterAsync());
        await PostAsync(first, "configuration-apply", "{ \"a\": 2 }");
        left = TimeSpan.FromSeconds(60);
        Assert.DoesNotContain("name=\"anothers\"", (await workshop.GetAsync("/technician/configuration", first)).Html, StringComparison.Ordinal);
        var page = await workshop.GetAsync("/technician/configuration", second);
        Assert.Contains($"Another technician (session {by}) began it", page.Text, StringComparison.Ordinal);
        var proof = page.Field("proof", "configuration-check");
        await workshop.PostAsync("/technician/configuration-confirm", second, ("proof", proof));
        Assert.Equal((0, "failed"), (confirmed, workshop.Audit.Newest(1)[0].Result));
        Assert.Contains($"another technician (session {by}) began it", (await workshop.GetAsync("/technician/configuration", second)).Text, StringComparison.Ordinal);
        await workshop.PostAsync("/technician/configuration-confirm", second, ("proof", proof), ("anothers", "yes"));
        Assert.Equal((1, "done"), (confirmed, workshop.Audit.Newest(1)[0].Result));
        await PostAsync(first, "configuration-confirm", "");
        Assert.Equal(2, confirmed);
    }

    [Fact]
    public async Task The_audit_says_which_keys_were_changed_and_to_what_and_never_a_secret()
    {
        var pass = await OpenAsync();
        document = """{ "presence": { "zoneMargin": 8 }, "mqtt": { "password": "hunter2", "port": 1883 }, "store": { "name": "Casa" } } // mine""";
        await PostAsync(pass, "configuration-apply", """{ "presence": { "zoneMargin": 9 }, "mqtt": { "password": "hunter3", "port": 1883 }, "metrics": { "otlp": "http://me:hunter4@collector:4318" } }""");
        var entry = workshop.Audit.Newest(1)[0];
        Assert.Equal(
            ["+ metrics.otlp: \"http://[secret]@collector:4318\"", "mqtt.password: \"[secret]\" (changed)", "presence.zoneMargin: 8 → 9", "- store.name: \"Casa\""], entry.Changes);
        Assert.DoesNotContain("hunter", File.ReadAllText(Path.Combine(workshop.Directory, TechnicianAudit.FileName)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "{ \"a\": { } }", "+ a: {}")]
    [InlineData("{ \"a\": [1, 2] }", "{ \"A\": [1, 3], }", "a: [1,2] → [1,3]")]
    [InlineData("{ \"a\": null }", "{}", "- a: null")]
    [InlineData("not json", "{ \"b\": true }", "+ b: true")]
    public void Changes_are_told_key_by_key(string former, string later, string expected) => Assert.Equal(expected, string.Join('|', LayerChanges.Of(former, later)));

    [Fact]
    public void However_much_is_changed_the_audit_keeps_a_line_of_it()
    {
        var many = $"{{{string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"k{i:000}\": \"{new string('x', 500)}\""))}}}";
        var changes = LayerChanges.Of("", many);
        Assert.Equal((LayerChanges.Most + 1, "… 70"), (changes.Count, changes[^1]));
        Assert.All(changes, c => Assert.InRange(c.Length, 1, LayerChanges.LongestValue + 20));
    }

    [Theory]
    [InlineData("a\nb\nc", "a\nc", " a|-b| c")]
    [InlineData("", "a", "-|+a")]
    [InlineData("a\nb", "b\na", "-a| b|+a")]
    [InlineData("a", "a", " a")]
    public void A_difference_keeps_what_is_common_and_both_texts_can_be_read_from_it(string former, string later, string expected)
    {
        var lines = LineDifference.Of(former, later);
        Assert.Equal(expected, string.Join('|', lines.Select(l => $"{l.Mark}{l.Line}")));
        Assert.Equal((former, later), (string.Join('\n', lines.Where(l => l.Mark != '+').Select(l => l.Line)), string.Join('\n', lines.Where(l => l.Mark != '-').Select(l => l.Line))));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_before_it_is_understood()
    {
        var pass = await OpenAsync();
        var proof = (await workshop.GetAsync("/technician/configuration", pass)).Field("proof", "configuration-check");
        Assert.Equal(HttpStatusCode.BadRequest, (await workshop.PostAsync("/technician/configuration-check", pass, ("proof", proof), ("document", new string('x', 6000)))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await workshop.PostAsync("/technician/configuration-check", pass, ("proof", proof), ("document", new string('x', 16_000)))).Status);
    }

    public ValueTask DisposeAsync() => workshop.DisposeAsync();

    private async Task<string> OpenAsync()
    {
        var doors = new ConfigurationDoors(
            () => document, () => [new("a", "1", "technician's layer 1", true), new("store.name", "\"<i>\"", "environment STOREEDGE__STORE__NAME", false)], _ => fault is null ? [] : [fault], () => null,
            () => left is not null, () => left, () => by, (text, session) =>
            {
                if (isOvertaken) return false;
                tried.Add(text);
                by = session;
                return true;
            }, () => restarts++, () => Task.FromResult(++confirmed > 0), () => { });
        await workshop.OpenAsync(pages: (routes, desk) => new ConfigurationPage(doors).Map(routes, desk), tabs: [ConfigurationPage.Tab]);
        var pass = await workshop.EnterAsync();
        var page = await workshop.GetAsync("/technician/configuration", pass);
        Assert.Contains("overruled by environment STOREEDGE__STORE__NAME", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page.Html, StringComparison.Ordinal);
        return pass;
    }

    private async Task<Portal.Answer> PostAsync(string pass, string deed, string text)
    {
        var proof = (await workshop.GetAsync("/technician/configuration", pass)).Field("proof", "configuration-check");
        return await workshop.PostAsync("/technician/" + deed, pass, ("proof", proof), ("document", text));
    }
}

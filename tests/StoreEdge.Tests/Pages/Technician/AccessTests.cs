using System.Net;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Tests.Pages.Portal;

namespace StoreEdge.Tests.Pages.Technician;

/// <summary>Who gets in, for how long, from where, and who does not.</summary>
public sealed class AccessTests : IAsyncDisposable
{
    private readonly Workshop workshop = new();

    [Fact]
    public async Task Without_a_PIN_nothing_can_be_done_and_the_page_says_how_to_switch_it_on()
    {
        await workshop.OpenAsync(pin: null);
        var page = await workshop.GetAsync("/technician");
        Assert.Equal(HttpStatusCode.Unauthorized, page.Status);
        Assert.Contains("storeedge technician pin --file", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", page.Html, StringComparison.Ordinal);
        workshop.Code.Draw(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.NotFound, (await workshop.TryAsync(Workshop.Pin)).Status);
    }

    [Fact]
    public async Task The_right_PIN_opens_and_a_wrong_one_does_not()
    {
        await workshop.OpenAsync();
        var wrong = await workshop.TryAsync("chave-de-fenda-8");
        Assert.Equal(HttpStatusCode.Forbidden, wrong.Status);
        Assert.Contains("neither the PIN nor a code", wrong.Text, StringComparison.Ordinal);
        var pass = await workshop.EnterAsync();
        Assert.Equal(HttpStatusCode.OK, (await workshop.GetAsync("/technician", pass)).Status);
        foreach (var forged in new[] { "", "x", new string('0', 64), pass[..63] + "g" }) Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", forged)).Status);
    }

    [Fact]
    public async Task A_code_opens_once_in_its_minutes_whatever_its_spelling_and_never_in_another_boot()
    {
        await workshop.OpenAsync();
        var code = workshop.Code.Draw(TimeSpan.FromMinutes(10));
        Assert.Matches("^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$", code);
        Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), File.ReadAllText(Path.Combine(workshop.Directory, OneTimeCode.FileName)), StringComparison.Ordinal);
        Assert.False(new OneTimeCode(workshop.Directory, "another-boot", workshop.Clock).Take(code));
        await workshop.EnterAsync(code.Replace('-', ' ').ToLowerInvariant());
        Assert.Equal(HttpStatusCode.Forbidden, (await workshop.TryAsync(code)).Status);

        var late = workshop.Code.Draw(TimeSpan.FromMinutes(10));
        workshop.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        // Somebody who sets the wall clock back does not make it good again.
        workshop.Clock.SetWall(workshop.Clock.GetUtcNow() - TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await workshop.TryAsync(late)).Status);
        var first = workshop.Code.Draw(TimeSpan.FromMinutes(10));
        var second = workshop.Code.Draw(TimeSpan.FromMinutes(10));
        Assert.Equal((false, true), (workshop.Code.Take(first), workshop.Code.Take(second)));
    }

    [Fact]
    public async Task Of_many_who_show_the_same_code_at_once_one_gets_in()
    {
        await workshop.OpenAsync();
        var code = workshop.Code.Draw(TimeSpan.FromMinutes(10));
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Task.Run(() => workshop.TryAsync(code, $"10.0.3.{i}"))));
        Assert.Single(answers, a => a.Status == HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task A_guesser_at_a_hundred_a_second_gets_nowhere_while_the_technician_gets_in()
    {
        await workshop.OpenAsync();
        // Ten minutes of it. All that come within the same 50 ms are answered the same, so one of each five is sent.
        for (var i = 0; i < 12_000; i++)
        {
            Assert.NotEqual(HttpStatusCode.SeeOther, (await workshop.TryAsync($"guess-{i}")).Status);
            workshop.Clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        // Five that are forgiven; then the doubling waits let in five in ten minutes.
        Assert.InRange(workshop.Audit.Newest(1000).Count, 5, 10);
        Assert.Contains(workshop.Health.Warnings, w => w.Code == "technician-pin-guessed");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await workshop.TryAsync(Workshop.Pin)).Status);

        // From another address the PIN opens at once, and from the guesser's own a code does.
        await workshop.EnterAsync(address: "10.0.0.8");
        await workshop.EnterAsync(workshop.Code.Draw(TimeSpan.FromMinutes(5)));
        // Nobody is locked out for good.
        workshop.Clock.Advance(TimeSpan.FromMinutes(15));
        await workshop.EnterAsync();
    }

    [Fact]
    public async Task A_hundred_guesses_at_the_same_moment_are_judged_one_by_one()
    {
        await workshop.OpenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => workshop.TryAsync($"guess-{i}"))));
        Assert.Equal(5, workshop.Audit.Newest(1000).Count);
        Assert.DoesNotContain(answers, a => a.Status == HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task Guesses_from_one_machines_many_IPv6_addresses_count_together()
    {
        await workshop.OpenAsync(networks: new([IPNetwork.Parse("2001:db8::/32")]));
        for (var i = 0; i < 5; i++) await workshop.TryAsync($"guess-{i}", $"2001:db8:2:3::{i + 1}");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await workshop.TryAsync(Workshop.Pin, "2001:db8:2:3::99")).Status);
        await workshop.EnterAsync(address: "2001:db8:2:4::1");
    }

    [Theory]
    [InlineData("fd00:1:2:3::2", "fd00:1:2:3::3")]
    [InlineData("fe80::2", "fe80::3")]
    public async Task A_guesser_in_the_stores_own_network_makes_no_neighbour_wait(string guesser, string technician)
    {
        await workshop.OpenAsync();
        for (var i = 0; i < 5; i++) await workshop.TryAsync($"guess-{i}", guesser);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await workshop.TryAsync(Workshop.Pin, guesser)).Status);
        await workshop.EnterAsync(address: technician);
    }

    [Fact]
    public async Task A_guesser_who_changes_its_address_within_the_stores_own_network_is_slowed_down_and_nobody_waits_longer_than_seconds()
    {
        await workshop.OpenAsync();
        // Ten minutes, each guess from an address that was never seen.
        for (var i = 0; i < 1200; i++)
        {
            await workshop.TryAsync($"guess-{i}", $"fd00:1:2:3::{i + 1:x}");
            workshop.Clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.InRange(workshop.Audit.Newest(1000).Count, 50, 50 + 41);
        workshop.Clock.Advance(TimeSpan.FromSeconds(15));
        await workshop.EnterAsync(address: "fd00:1:2:3:ffff::1");
        await workshop.EnterAsync(workshop.Code.Draw(TimeSpan.FromMinutes(5)), "fd00:1:2:3::1");
    }

    [Fact]
    public async Task A_session_ends_when_it_idles_at_the_end_of_the_day_and_when_it_is_closed()
    {
        await workshop.OpenAsync();
        var pass = await workshop.EnterAsync();
        for (var passed = TimeSpan.Zero; passed < TechnicianSessions.Absolute - TimeSpan.FromMinutes(10); passed += TimeSpan.FromMinutes(10))
        {
            workshop.Clock.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal(HttpStatusCode.OK, (await workshop.GetAsync("/technician", pass)).Status);
        }

        workshop.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", pass)).Status);

        var idle = await workshop.EnterAsync();
        workshop.Clock.Advance(TechnicianSessions.Idle + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", idle)).Status);

        var closed = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician", closed)).Field("proof", "/leave");
        Assert.Equal(HttpStatusCode.SeeOther, (await workshop.PostAsync("/technician/leave", closed, ("proof", proof))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", closed)).Status);
    }

    [Fact]
    public async Task A_stolen_session_is_of_no_use_elsewhere_nor_after_it_has_idled()
    {
        await workshop.OpenAsync();
        var pass = await workshop.EnterAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", pass, "10.0.0.66")).Status);
        Assert.Equal(HttpStatusCode.OK, (await workshop.GetAsync("/technician", pass)).Status);
        workshop.Clock.Advance(TechnicianSessions.Idle + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", pass)).Status);
    }

    [Fact]
    public async Task Fifty_at_once_come_in_and_see_the_page_each_with_a_session_of_its_own()
    {
        await workshop.OpenAsync();
        var passes = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => Task.Run(() => workshop.EnterAsync(address: $"10.0.5.{i}"))));
        Assert.Equal(50, passes.Distinct().Count());
        var pages = await Task.WhenAll(passes.Select((pass, i) => Task.Run(() => workshop.GetAsync("/technician", pass, $"10.0.5.{i + 1}"))));
        Assert.All(pages, p => Assert.Equal(HttpStatusCode.OK, p.Status));
        // However many come, what is remembered of them is bounded, and the newest are in.
        workshop.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++) passes[0] = await workshop.EnterAsync();
        Assert.Equal(HttpStatusCode.OK, (await workshop.GetAsync("/technician", passes[0])).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", passes[1], "10.0.5.2")).Status);
    }

    [Fact]
    public async Task A_session_lasts_over_a_run_of_the_rooms()
    {
        await workshop.OpenAsync();
        var pass = await workshop.EnterAsync();
        await workshop.OpenAsync();
        Assert.Equal(HttpStatusCode.OK, (await workshop.GetAsync("/technician", pass)).Status);
    }

    [Theory]
    [InlineData("http://elsewhere.test", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://store.test:81", HttpStatusCode.Forbidden)]
    public async Task A_form_of_another_site_does_nothing(string origin, HttpStatusCode refused)
    {
        var done = 0;
        await workshop.OpenAsync(pages: (routes, desk) => Deed(routes, desk, () => done++));
        var pass = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician/audit", pass)).Field("proof", "/leave");
        Assert.Equal(refused, (await workshop.SendAsync(HttpMethod.Post, "/technician/deed", pass, Shop.Encode(("proof", proof)), origin)).Status);
        Assert.Equal(refused, (await workshop.SendAsync(HttpMethod.Post, "/technician/enter", null, Shop.Encode(("secret", Workshop.Pin)), origin)).Status);
        Assert.Equal(0, done);
        await workshop.PostAsync("/technician/deed", pass, ("proof", proof));
        Assert.Equal(1, done);
    }

    [Fact]
    public async Task A_form_without_this_sessions_own_proof_does_nothing_and_neither_does_one_without_a_session()
    {
        var done = 0;
        await workshop.OpenAsync(pages: (routes, desk) => Deed(routes, desk, () => done++));
        var (pass, other) = (await workshop.EnterAsync(), await workshop.EnterAsync());
        var foreign = (await workshop.GetAsync("/technician/audit", other)).Field("proof", "/leave");
        foreach (var proof in new[] { "", "x", foreign }) Assert.Equal(HttpStatusCode.Conflict, (await workshop.PostAsync("/technician/deed", pass, ("proof", proof))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.PostAsync("/technician/deed", null, ("proof", foreign))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await workshop.SendAsync(HttpMethod.Post, "/technician/deed", pass, "proof=a&proof=b")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await workshop.SendAsync(HttpMethod.Post, "/technician/deed", pass, "proof=" + new string('a', 9000))).Status);
        Assert.Equal(0, done);
    }

    [Fact]
    public async Task Only_the_named_networks_are_answered_and_the_machine_itself_always_is()
    {
        await workshop.OpenAsync(networks: new([IPNetwork.Parse("192.168.10.0/24")]));
        foreach (var address in new[] { "192.168.10.4", "127.0.0.1", "::1", "::ffff:192.168.10.9" }) Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", address: address)).Status);
        foreach (var address in new[] { "192.168.11.4", "8.8.8.8", "2001:db8::1" })
        {
            var refused = await workshop.GetAsync("/technician", address: address);
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
            Assert.Contains("does not answer in your network", refused.Text, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Forbidden, (await workshop.TryAsync(Workshop.Pin, address)).Status);
        }

        Assert.Contains("não responde na sua rede", (await workshop.GetAsync("/technician?lang=pt-BR", address: "8.8.8.8")).Text, StringComparison.Ordinal);
        await workshop.OpenAsync();
        foreach (var address in new[] { "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.1.1", "fe80::1", "fd12::1" }) Assert.Equal(HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician", address: address)).Status);
        foreach (var address in new[] { "172.32.0.1", "100.64.0.1", "2001:db8::1" }) Assert.Equal(HttpStatusCode.Forbidden, (await workshop.GetAsync("/technician", address: address)).Status);
    }

    [Fact]
    public async Task The_pages_let_nothing_in_from_elsewhere_keep_no_copy_and_the_cookie_is_strict()
    {
        await workshop.OpenAsync(shop: "Loja <script>alert(1)</script> & \"Filhos\"");
        var entered = await workshop.TryAsync(Workshop.Pin);
        foreach (var word in new[] { "httponly", "samesite=strict", "path=/technician" }) Assert.Contains(word, entered.Headers["Set-Cookie"], StringComparison.Ordinal);
        var pass = Regex.Match(entered.Headers["Set-Cookie"], "storeedge-technician=([^;]*)").Groups[1].Value;
        foreach (var page in new[] { await workshop.GetAsync("/technician"), await workshop.GetAsync("/technician", pass), await workshop.GetAsync("/technician?lang=pt-BR", pass) })
        {
            Assert.Equal(("no-store", "DENY", "same-origin", "nosniff"), (page.Headers["Cache-Control"], page.Headers["X-Frame-Options"], page.Headers["Referrer-Policy"], page.Headers["X-Content-Type-Options"]));
            Assert.Matches("^default-src 'none'; script-src 'nonce-[0-9a-f]{32}'; style-src 'nonce-[0-9a-f]{32}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$", page.Headers["Content-Security-Policy"]);
            Assert.DoesNotContain("<script>alert", page.Html, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"<[^>]+\s(?:style|on\w+)=", page.Html);
            Assert.InRange(page.Html.Length, 1, 150_000);
        }
    }

    [Fact]
    public void What_is_kept_of_a_PIN_is_stretched_salted_and_read_back()
    {
        var kept = PinHash.Of(Workshop.Pin).ToString();
        Assert.StartsWith($"pbkdf2-sha512${PinHash.Iterations}$", kept, StringComparison.Ordinal);
        Assert.NotEqual(kept, PinHash.Of(Workshop.Pin).ToString());
        Assert.True(PinHash.Parse(kept + "\n")!.Fits(Workshop.Pin));
        Assert.False(PinHash.Parse(kept)!.Fits(Workshop.Pin + "x"));
        foreach (var broken in new[] { "", Workshop.Pin, "pbkdf2-sha512$0$00$00", "pbkdf2-sha512$x$00$00", "pbkdf2-sha512$99999999999$00$00", kept[..^2], kept.Replace("sha512", "md5", StringComparison.Ordinal) }) Assert.Null(PinHash.Parse(broken));
    }

    [Theory]
    [InlineData("1234567", false)]
    [InlineData("11112222", false)]
    [InlineData("12345678", true)]
    [InlineData("uma senha comprida", true)]
    public void A_PIN_that_is_soon_guessed_is_refused(string pin, bool isGood) => Assert.Equal(isGood, PinHash.FaultOf(pin) is null);

    [Fact]
    public async Task A_PIN_file_that_cannot_be_used_is_a_warning_and_the_store_opens()
    {
        await workshop.OpenAsync();
        var file = Path.Combine(workshop.Directory, "pin");
        Assert.Null(TechnicianDoor.ReadPin(file, workshop.Health));
        File.WriteAllText(file, "12345678");
        Assert.Null(TechnicianDoor.ReadPin(file, workshop.Health));
        Assert.Equal("technician-pin-unusable", Assert.Single(workshop.Health.Warnings).Code);
        Assert.DoesNotContain("12345678", Assert.Single(workshop.Health.Warnings).Text, StringComparison.Ordinal);
        Assert.All(workshop.Health.Warnings, w => Assert.True(WarningWords.Knows(w.Code)));
    }

    public ValueTask DisposeAsync() => workshop.DisposeAsync();

    private void Deed(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder routes, TechnicianDesk desk, Action act)
    {
        desk.MapPage(routes, AuditPage.Tab, new AuditPage(workshop.Audit).Write);
        desk.MapDeed(routes, "deed", AuditPage.Tab, (_, _) =>
        {
            act();
            return Task.FromResult(new DeedResult("thing", true, Phrase.Same("done")));
        });
    }
}

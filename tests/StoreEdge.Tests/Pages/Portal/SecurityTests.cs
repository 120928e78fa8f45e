using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class SecurityTests
{
    private static readonly Caller Phone = new(new("a"), IPAddress.Parse(Shop.Phone)), Unknown = new(null, IPAddress.Parse(Shop.Phone));
    private const string Attack = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;{{7*7}}";

    [Fact]
    public async Task A_token_works_once()
    {
        await using var shop = await Shop.OpenAsync();
        var page = await shop.GetAsync("/portal");
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.PostAsync("/portal/accept", ("token", page.Field("token")), ("lang", "en"))).Status);
        await AssertStaleAsync(shop, await shop.PostAsync("/portal/accept", ("token", page.Field("token")), ("lang", "en")));
    }

    [Fact]
    public async Task A_token_dies_after_its_lifetime_and_not_before()
    {
        await using var shop = await Shop.OpenAsync();
        var (early, late) = ((await shop.GetAsync("/portal")).Field("token"), (await shop.GetAsync("/portal")).Field("token"));
        shop.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.PostAsync("/portal/accept", ("token", early), ("lang", "en"))).Status);
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        await AssertStaleAsync(shop, await shop.PostAsync("/portal/accept", ("token", late), ("lang", "en")));
    }

    [Fact]
    public async Task A_token_of_another_phone_another_wording_or_another_process_is_refused()
    {
        await using var shop = await Shop.OpenAsync();
        var token = (await shop.GetAsync("/portal", Shop.OtherPhone)).Field("token");
        await AssertStaleAsync(shop, await shop.PostAsync("/portal/accept", ("token", token), ("lang", "en")));
        token = (await shop.GetAsync("/portal")).Field("token");
        Assert.Equal(HttpStatusCode.Conflict, (await shop.PostAsync("/portal/accept", ("token", token), ("lang", "es"))).Status);
        token = (await shop.GetAsync("/portal")).Field("token");
        await shop.RestartAsync();
        await AssertStaleAsync(shop, await shop.PostAsync("/portal/accept", ("token", token), ("lang", "en")));
    }

    [Fact]
    public async Task A_token_with_any_bit_changed_is_refused()
    {
        await using var shop = await Shop.OpenAsync();
        var tokens = new AcceptTokens(TimeSpan.FromMinutes(10), shop.Clock);
        var token = tokens.Issue(Phone, "w");
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(token);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(tokens.TryUse(System.Buffers.Text.Base64Url.EncodeToString(bytes), Phone, "w"));
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.True(tokens.TryUse(token, Phone, "w"));
    }

    [Theory]
    [InlineData('!')]
    [InlineData(' ')]
    [InlineData('=')]
    [InlineData('é')]
    [InlineData('\ud800')]
    public void A_token_with_a_character_that_no_token_has_is_refused_like_any_other(char odd)
    {
        var tokens = new AcceptTokens(TimeSpan.FromMinutes(10), new ManualClock());
        var token = tokens.Issue(Phone, "w");
        for (var i = 0; i < token.Length; i++) Assert.False(tokens.TryUse(token[..i] + odd + token[(i + 1)..], Phone, "w"));
    }

    [Fact]
    public void A_used_token_that_had_to_be_forgotten_early_still_does_not_work_again()
    {
        var clock = new ManualClock();
        clock.Advance(TimeSpan.FromHours(1));
        var tokens = new AcceptTokens(TimeSpan.FromMinutes(10), clock, maxUsed: 4);
        var used = Enumerable.Range(0, 10).Select(_ =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var token = tokens.Issue(Unknown, "w");
            Assert.True(tokens.TryUse(token, Unknown, "w"));
            return token;
        }).ToArray();
        Assert.DoesNotContain(used, token => tokens.TryUse(token, Unknown, "w"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(tokens.TryUse(tokens.Issue(Unknown, "w"), Unknown, "w"));
    }

    [Theory]
    [InlineData("https://evil.example", null, false)]
    [InlineData("http://portal.test.evil.example", null, false)]
    [InlineData("https://portal.test", null, false)]
    [InlineData("http://portal.test:8080", null, false)]
    [InlineData("null", null, false)]
    [InlineData("null", "cross-site", false)]
    [InlineData("http://portal.test", "cross-site", false)]
    [InlineData(null, "cross-site", false)]
    [InlineData(null, "same-site", false)]
    [InlineData("http://portal.test", null, true)]
    [InlineData("http://portal.test", "same-origin", true)]
    [InlineData("null", "same-origin", true)]
    [InlineData(null, "same-origin", true)]
    [InlineData(null, null, true)]
    public async Task Only_our_own_pages_may_send_forms(string? origin, string? site, bool accepted)
    {
        await using var shop = await Shop.OpenAsync();
        var token = (await shop.GetAsync("/portal")).Field("token");
        var answer = await shop.SendAsync(HttpMethod.Post, "/portal/accept", Shop.Encode(("token", token), ("lang", "en")), origin: origin, change: request =>
        {
            if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        });
        Assert.Equal(accepted ? HttpStatusCode.SeeOther : HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal(accepted ? 1 : 0, shop.Presence.Arrivals.Count);
    }

    [Fact]
    public async Task A_foreign_page_cannot_choose_for_the_customer_either()
    {
        await using var shop = await Shop.OpenAsync();
        var (page, path) = await shop.EnterAsync();
        var answer = await shop.SendAsync(HttpMethod.Post, path + "/stop", Shop.Encode(("proof", page.Field("proof", "/stop"))), origin: "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Empty(shop.Journaled<ChoiceData>());
    }

    public static TheoryData<string, string, int> OddBodies => new()
    {
        { "application/json", "{}", 415 },
        { "multipart/form-data; boundary=x", "--x--", 415 },
        { "application/x-www-form-urlencoded; charset=utf-7", "token=a", 415 },
        { "application/x-www-form-urlencoded; charset=utf-16", "token=a", 415 },
        { "text/plain", "token=a", 415 },
        { "application/x-www-form-urlencoded", "token=%ff%fe", 400 },
        { "application/x-www-form-urlencoded", "token=%c0%80", 400 },
        { "application/x-www-form-urlencoded", "token=%00", 400 },
        { "application/x-www-form-urlencoded", "token=a%0d%0aSet-Cookie:x", 400 },
        { "application/x-www-form-urlencoded", "token=%zz", 400 },
        { "application/x-www-form-urlencoded", "token=%4", 400 },
        { "application/x-www-form-urlencoded", "token=a&token=b", 400 },
        { "application/x-www-form-urlencoded", "token", 400 },
        { "application/x-www-form-urlencoded", "=a", 400 },
        { "application/x-www-form-urlencoded", "token=" + new string('a', 321), 400 },
        { "application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 17).Select(i => $"f{i}=1")), 400 },
        { "application/x-www-form-urlencoded", "token=" + new string('a', 8192), 413 },
        { "application/x-www-form-urlencoded", "", 409 },
    };

    [Theory]
    [MemberData(nameof(OddBodies))]
    public async Task An_odd_form_gets_a_clear_page_and_does_nothing(string type, string body, int status)
    {
        await using var shop = await Shop.OpenAsync();
        foreach (var chunked in new[] { false, true })
        {
            var answer = await shop.SendAsync(HttpMethod.Post, "/portal/accept", body, change: request =>
            {
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                if (chunked) request.Headers.TransferEncodingChunked = true;
            });
            Assert.Equal(status, (int)answer.Status);
            Assert.Contains("<h1>", answer.Html);
            Assert.Contains("/portal", answer.Html);
        }

        Assert.Empty(shop.Presence.Arrivals);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        await using var shop = await Shop.OpenAsync();
        var answer = await shop.SendAsync(HttpMethod.Post, "/portal/accept", "token=a", change: request => request.Content!.Headers.ContentEncoding.Add("gzip"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
    }

    [Fact]
    public async Task Ten_thousand_random_bodies_cause_no_server_error()
    {
        await using var shop = await Shop.OpenAsync();
        var random = new Random(20261121);
        string[] parts = ["token", "lang", "=", "&", "%", "%41", "%e2%82%ac", "+", "\0", "é", "loyalty=on", "number", "\r\n", ";", "[]", "𝄞", "%u0041"];
        for (var i = 0; i < 10_000; i++)
        {
            var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)])));
            if (body.Length > 0 && random.Next(4) == 0) body[random.Next(body.Length)] = (byte)random.Next(256);
            _ = PortalForm.Parse(body);
            if (i % 50 != 0) continue;
            var answer = await shop.SendAsync(HttpMethod.Post, "/portal/accept", "x", change: request =>
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
            });
            Assert.InRange((int)answer.Status, 400, 499);
        }
    }

    [Fact]
    public async Task Nothing_that_comes_from_outside_becomes_markup()
    {
        var options = new PortalOptions
        {
            Name = "Shop " + Attack[..40],
            Welcome = PortalText.Tags.ToDictionary(tag => tag, _ => Attack),
            Contact = Attack,
            PostsPerMinute = 1000,
        };
        await using var shop = await Shop.OpenAsync(options);
        shop.Offers = [new(Attack, Attack, Attack, Attack, Attack, Attack, Attack, Attack, Attack, true)];
        var (phone, path) = await shop.EnterAsync(loyalty: true, number: Attack);
        var query = Uri.EscapeDataString(Attack);
        Answer[] pages =
        [
            phone, await shop.GetAsync("/portal"), await shop.GetAsync($"/portal?lang={query}"), await shop.GetAsync($"{path}?lang={query}&done={query}"), await shop.GetAsync($"/portal/me/{query}"),
            await shop.GetAsync("/portal", language: Attack), await shop.PostAsync("/portal/accept", ("token", Attack), ("lang", Attack), ("number", Attack)),
            await shop.PostAsync(path + "/choice", ("proof", Attack), ("offer", Attack), ("decision", Attack), ("choice", Attack)),
        ];
        foreach (var page in pages)
        {
            Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", page.Html, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("alert(1)", phone.Text);
    }

    [Fact]
    public async Task A_choice_with_hostile_offer_ids_comes_back_as_it_was_given()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Offers = [Shop.Card("x") with { OfferId = Attack, DecisionId = "d & \"d\"" }];
        var (page, path) = await shop.EnterAsync();
        await shop.PostAsync(
            path + "/choice", ("proof", page.Field("proof", "/choice")), ("offer", page.Field("offer", "/choice")), ("decision", page.Field("decision", "/choice")), ("choice", "never"));
        var choice = Assert.Single(shop.Journaled<ChoiceData>());
        Assert.Equal((Attack, "d & \"d\""), (choice.OfferId, choice.DecisionId));
    }

    [Fact]
    public async Task The_policy_lets_exactly_the_one_style_through_and_no_script_frame_or_foreign_form()
    {
        await using var shop = await Shop.OpenAsync();
        var page = await shop.GetAsync("/portal");
        var policy = page.Headers["Content-Security-Policy"];
        var style = Regex.Match(page.Html, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"style-src 'sha256-{hash}'", policy);
        foreach (var rule in new[] { "default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'" }) Assert.Contains(rule, policy);
        Assert.DoesNotContain("script-src", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.DoesNotContain(" style=", page.Html);
        Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", page.Headers["X-Frame-Options"]);
        Assert.Equal("no-store", page.Headers["Cache-Control"]);
        Assert.Equal("same-origin", page.Headers["Referrer-Policy"]);
    }

    [Fact]
    public async Task No_parameter_leads_anywhere_else()
    {
        await using var shop = await Shop.OpenAsync();
        var token = (await shop.GetAsync("/portal?redir=https://evil.example")).Field("token");
        var answer = await shop.PostAsync(
            "/portal/accept?redir=https://evil.example&url=//evil.example", ("token", token), ("lang", "en"), ("redirect", "https://evil.example"), ("next", "//evil.example"));
        Assert.StartsWith("/portal/me/", answer.Location);
        Assert.DoesNotContain("evil", answer.Location);
    }

    [Fact]
    public async Task Too_many_posts_of_one_phone_are_refused_and_other_phones_are_not()
    {
        await using var shop = await Shop.OpenAsync(new() { PostsPerMinute = 5 });
        for (var i = 0; i < 5; i++) Assert.NotEqual(HttpStatusCode.TooManyRequests, (await shop.PostAsync("/portal/accept", ("token", "x"))).Status);
        var refused = await shop.PostAsync("/portal/accept", ("token", "x"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("12", refused.Headers["Retry-After"]);
        Assert.Contains("One moment", refused.Html);
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.AcceptAsync(Shop.OtherPhone)).Status);
        shop.Clock.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.AcceptAsync()).Status);
    }

    [Fact]
    public void Ten_thousand_invented_phones_take_bounded_memory_and_lock_nobody_out()
    {
        var clock = new ManualClock();
        var cap = new RateCap(5, TimeSpan.FromMinutes(1), 100, clock);
        Assert.True(cap.TryTake(new("real")));
        for (var i = 0; i < 10_000; i++) Assert.True(cap.TryTake(new($"invented-{i}")));
        Assert.True(cap.TryTake(new("real")));
        var table = new Recent<int, int>(100);
        for (var i = 0; i < 10_000; i++) table.Set(i, i);
        Assert.Equal(100, table.Count);
        Assert.False(table.TryGet(9_899, out _));
        Assert.True(table.TryGet(9_900, out _));
    }

    [Fact]
    public async Task A_request_without_user_agent_or_with_a_captive_accept_header_gets_the_page()
    {
        await using var shop = await Shop.OpenAsync();
        var answer = await shop.SendAsync(HttpMethod.Get, "/portal", language: null, change: request => request.Headers.TryAddWithoutValidation("Accept", "application/captive+json"));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var head = await shop.SendAsync(HttpMethod.Head, "/portal");
        Assert.Equal((HttpStatusCode.OK, ""), (head.Status, head.Html));
    }

    [Theory]
    [InlineData("/portal/me/short")]
    [InlineData("/portal/me/AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("/portal/me/..%2f..%2fetc%2fpasswd")]
    [InlineData("/portal/me/%0d%0aSet-Cookie:%20aaaaaaaa")]
    public async Task An_unknown_page_leads_back_to_the_portal(string path)
    {
        await using var shop = await Shop.OpenAsync();
        var answer = await shop.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains("href=\"/portal?lang=en\"", answer.Html);
    }

    /// <summary>Refused without any effect, on a page whose own fresh token works.</summary>
    private static async Task AssertStaleAsync(Shop shop, Answer answer)
    {
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Contains("try that again", answer.Text);
        Assert.Equal(HttpStatusCode.SeeOther, (await shop.PostAsync("/portal/accept", ("token", answer.Field("token")), ("lang", "en"))).Status);
    }
}

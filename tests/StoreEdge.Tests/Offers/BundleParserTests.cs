using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

public sealed class BundleParserTests
{
    [Fact]
    public void The_factory_bundle_speaks_three_languages_and_needs_nothing()
    {
        var factory = BundleParser.Factory;
        Assert.All(new[] { "pt-BR", "en", "es" }, tag => Assert.True(factory.Fallbacks[0].Texts.ContainsKey(tag)));
        var decision = Decider.Decide(factory, factory.Placements[0], Somebody() with { Wishes = Wishes.Unreadable }, 1);
        Assert.True(decision.IsFallback);
        Assert.Equal("Good to have you here", decision.Chosen[0].Text.Headline);
    }

    [Fact]
    public void Every_sentence_exists_in_every_language()
    {
        var texts = BundleParser.Factory.Texts;
        Assert.Equal(["en", "es", "pt-BR"], texts.Keys.Order());
        Assert.All(texts, t => Assert.Equal(texts["en"].Keys.Order(), t.Value.Keys.Order()));
    }

    [Fact]
    public void The_example_bundle_is_sound()
    {
        var bundle = BundleParser.Parse(File.ReadAllBytes(Path.Combine(Architecture.SourceTree.Root, "deploy/examples/bundle.json")));
        Assert.InRange(bundle.Offers.Length, 10, 20);
        Assert.Equal(5, Enum.GetValues<OfferClass>().Count(c => c is OfferClass.Service || bundle.Offers.Any(o => o.Class == c)));
        Assert.All(bundle.Offers.Concat(bundle.Fallbacks), o => Assert.Equal(["en", "es", "pt-BR"], o.Texts.Keys.Order()));
    }

    [Fact]
    public void Everything_wrong_is_told_at_once_with_its_path()
    {
        var document = Document(
            Offer("a", "promo"),
            Offer("a", "generic").With("supplier", "nobody").With("price", new JsonObject { ["amount"] = -2, ["currency"] = "real" }),
            Offer("c", "generic").When("interest", "coffee"),
            Offer("d", "generic").With("placements", new JsonArray("roof")).With("colour", "red").With("validUntil", "tomorrow"),
            Offer("e", "promotion").With("sensitivity", "personal").When("commercialHold", "true"));
        document["placements"]![0]!["lifetime"] = "45";
        ((JsonObject)document["fallbacks"]![0]!)["stock"] = 4;
        document["caps"] = new JsonArray(new JsonObject { ["per"] = "customer", ["limit"] = 0, ["window"] = "PT1H" });
        var errors = Assert.Throws<DocumentException>(() => BundleParser.Parse(document.Bytes())).Errors.ToDictionary(e => e.Path, e => e.Rule);
        Assert.Equal(
            [
                "caps[0].counts", "caps[0].limit", "fallbacks[0]", "offers[0].class", "offers[1].id", "offers[1].price.amount", "offers[1].price.currency", "offers[1].supplier",
                "offers[2].sensitivity", "offers[3].colour", "offers[3].placements[0]", "offers[3].validUntil", "offers[4].conditions[0].fact", "placements[0].lifetime",
            ],
            errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("'promo' is not allowed; allowed are service, help, loyalty, promotion, generic", errors["offers[0].class"]);
        Assert.Equal("'45' is not an ISO 8601 duration, such as PT45S or P1D", errors["placements[0].lifetime"]);
        Assert.Equal("is -2; allowed are 0 to 1000000 with at most two decimals", errors["offers[1].price.amount"]);
    }

    [Fact]
    public void A_screen_shows_one_offer_at_a_time_so_more_slots_there_are_refused()
    {
        var document = Document(Offer("a", "generic"));
        document["placements"]![0]!["slots"] = 2;
        var error = Assert.Single(Assert.Throws<DocumentException>(() => BundleParser.Parse(document.Bytes())).Errors);
        Assert.Equal(("placements[0].slots", "is 2, but a screen shows one offer at a time; only a phone has more"), (error.Path, error.Rule));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{\"version\":\"1\",\"version\":\"2\"}")]
    [InlineData("{\"version\":\"\\ud800\"}")]
    [InlineData("{\"version\":1,\"offers\":{},\"placements\":7,\"fallbacks\":[1],\"texts\":[]}")]
    public void What_is_no_bundle_is_refused_with_a_reason(string text)
    {
        Assert.NotEmpty(Assert.Throws<DocumentException>(() => BundleParser.Parse(Encoding.UTF8.GetBytes(text))).Errors);
    }

    [Fact]
    public void Any_truncation_or_flipped_byte_gives_a_bundle_or_an_error_with_reasons()
    {
        var good = File.ReadAllBytes(Path.Combine(Architecture.SourceTree.Root, "deploy/examples/bundle.json"));
        var random = new Random(1);
        for (var i = 0; i < 400; i++)
        {
            var bad = i % 2 == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            if (bad.Length > 0 && i % 2 == 1) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                BundleParser.Parse(bad);
                Assert.NotEqual(0, i % 2);
            }
            catch (DocumentException fault)
            {
                Assert.NotEmpty(fault.Errors);
            }
        }
    }

    [Theory]
    [InlineData("pt-BR", "R$\u00A01.234,50")]
    [InlineData("en", "R$\u00A01,234.50")]
    [InlineData("es", "R$\u00A01.234,50")]
    public void A_price_is_written_as_its_language_writes_it(string language, string written) =>
        Assert.Equal(written, new Price(1234.5m, "BRL", null, null).Format(1234.5m, language));
}

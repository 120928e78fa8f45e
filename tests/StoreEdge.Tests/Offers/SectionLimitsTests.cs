using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

public sealed class SectionLimitsTests
{
    [Fact]
    public void Offers_past_their_age_are_as_if_absent_and_the_fallback_remains()
    {
        var bundle = With(new() { ["offers"] = new JsonObject { ["maxAge"] = "PT1H" } });
        Assert.Equal("a", Decider.Decide(bundle, bundle.On("screen"), Somebody() with { At = Noon.AddMinutes(59) }, 1).Ids().Single());
        var later = Decider.Decide(bundle, bundle.On("screen"), Somebody() with { At = Noon.AddHours(1) }, 1);
        Assert.True(later.IsFallback);
        Assert.Equal(bundle.Hash, later.BundleHash);
        Assert.Equal(["offers"], bundle.ExpiredAt(Noon.AddHours(1)));
        Assert.NotNull(bundle.Find(new("a")));
    }

    [Fact]
    public void Factors_past_their_age_are_one_and_a_suspended_supplier_stays_suspended()
    {
        var bundle = With(new() { ["suppliers"] = new JsonObject { ["validUntil"] = Noon.ToString("O") } });
        Assert.Equal([1, 0], bundle.InForceAt(Noon).Suppliers.Values.OrderBy(s => s.Id.Value).Select(s => s.Factor));
        Assert.Equal([2, 0], bundle.InForceAt(Noon.AddTicks(-1)).Suppliers.Values.OrderBy(s => s.Id.Value).Select(s => s.Factor));
        Assert.Equal("supplier-suspended", Decider.Decide(bundle, bundle.On("phone"), Somebody(), 1).Reason("b"));
    }

    [Fact]
    public void Counts_past_their_age_are_none_and_the_base_rate_is_the_usual_one()
    {
        var bundle = With(new() { ["counts"] = new JsonObject { ["validUntil"] = "2027-01-01T00:00:00Z", ["maxAge"] = "P1D" } });
        Assert.Equal((9, 0.2), (bundle.InForceAt(Noon).Offers[0].Counts.Shown, bundle.InForceAt(Noon).BaseRate.Rate));
        var old = bundle.InForceAt(Noon.AddDays(1));
        Assert.Equal((0, BaseRate.Usual), (old.Offers[0].Counts.Shown, old.BaseRate));
        Assert.Same(old, bundle.InForceAt(Noon.AddDays(2)));
    }

    [Fact]
    public void An_age_needs_something_to_count_from_and_a_section_an_end()
    {
        var document = Document(Offer("a", "generic")).With("sections", new JsonObject { ["offers"] = new JsonObject { ["maxAge"] = "P1D" }, ["counts"] = new JsonObject(), ["caps"] = new JsonObject() });
        var errors = Assert.Throws<DocumentException>(() => BundleParser.Parse(document.Bytes())).Errors.Select(e => e.Path);
        Assert.Equal(["sections.caps", "sections.counts.validUntil", "sections.offers.maxAge"], errors.Order(StringComparer.Ordinal));
    }

    private static Bundle With(JsonObject sections)
    {
        var document = Document(Offer("a", "generic").With("counts", new JsonObject { ["shown"] = 9 }), Offer("b", "generic").With("supplier", "other"))
            .With("issuedAt", Noon.ToString("O")).With("sections", sections).With("baseRate", new JsonObject { ["rate"] = 0.2 });
        (document["suppliers"]![0]!["factor"], document["suppliers"]![1]!["factor"]) = (2, 0);
        return BundleParser.Parse(document.Bytes());
    }
}

using System.Text.Json;
using StoreEdge.Agent.Deciding;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;
using StoreEdge.Tests.Offers;

namespace StoreEdge.Tests.Deciding;

/// <summary>Words from central come late, early, twice, in the wrong order, or wrong.</summary>
public sealed class PresentVisitsTests
{
    private static readonly VisitId Ana = new("v1");
    private readonly ManualClock clock = new(OfferSamples.Noon);
    private readonly PresentVisits visits;

    public PresentVisitsTests() => visits = new(clock);

    [Fact]
    public void What_overtook_its_arrival_is_there_when_they_come()
    {
        visits.Accept(Says("v1", ("openIssue", "true", 0)));
        visits.Accept(Notice("n1", "v1"));
        Assert.Null(visits.Find(Ana));
        var come = Comes();
        Assert.Equal(Truth.True, come.Facts.Ask(FactName.OpenIssue, clock.GetUtcNow()));
        Assert.Equal("n1", Assert.Single(come.Notices).Id.Value);
        Assert.Equal(0, visits.Waiting);
    }

    [Fact]
    public void What_is_said_of_somebody_who_has_left_is_forgotten_and_greets_nobody()
    {
        Comes();
        visits.Remove(Ana);
        visits.Accept(Says("v1", ("openIssue", "true", 0)));
        Assert.Equal(1, visits.Waiting);
        clock.Advance(TimeSpan.FromSeconds(31));
        visits.Put(new("v2"), new("k1-bea"), new("entrance"), null);
        Assert.Equal(0, visits.Waiting);
    }

    [Fact]
    public void More_than_can_be_on_their_way_push_out_the_oldest()
    {
        for (var i = 0; i < 300; i++) visits.Accept(Says($"v{i}", ("openIssue", "true", 0)));
        Assert.Equal(256, visits.Waiting);
        Assert.Empty(visits.Put(new("v43"), new("k1-x"), new("entrance"), null).Facts.All);
        Assert.Single(visits.Put(new("v44"), new("k1-y"), new("entrance"), null).Facts.All);
    }

    [Fact]
    public void An_older_word_that_comes_later_does_not_replace_the_newer_one()
    {
        Comes();
        visits.Accept(Says("v1", ("commercialHold", "true", 0), ("openIssue", "false", -60)));
        visits.Accept(Says("v1", ("commercialHold", "false", -10), ("openIssue", "true", -30)));
        var facts = visits.Find(Ana)!.Facts;
        Assert.Equal(Truth.True, facts.Ask(FactName.CommercialHold, clock.GetUtcNow()));
        Assert.Equal(Truth.True, facts.Ask(FactName.OpenIssue, clock.GetUtcNow()));
    }

    [Fact]
    public void A_word_from_the_future_holds_back_no_later_one()
    {
        Comes();
        visits.Accept(Says("v1", ("commercialHold", "false", 86_400)));
        visits.Accept(Says("v1", ("commercialHold", "true", 0)));
        Assert.Equal(Truth.True, visits.Find(Ana)!.Facts.Ask(FactName.CommercialHold, clock.GetUtcNow()));
    }

    [Fact]
    public void A_word_past_its_shelf_life_is_unknown()
    {
        Comes();
        visits.Accept(Says("v1", ("openIssue", "true", -3601)));
        Assert.Equal(Truth.Unknown, visits.Find(Ana)!.Facts.Ask(FactName.OpenIssue, clock.GetUtcNow()));
    }

    [Theory]
    [InlineData("shoeSize", "\"44\"", "service")]
    [InlineData("openIssue", "\"perhaps\"", "service")]
    [InlineData("openIssue", "true", "curiosity")]
    public void Of_a_message_with_one_bad_attribute_nothing_is_taken(string name, string value, string purpose)
    {
        Comes();
        var attributes = new Dictionary<string, ContextAttribute>
        {
            ["commercialHold"] = Attribute("true", 0),
            [name] = new(JsonDocument.Parse(value).RootElement, clock.GetUtcNow(), 3600, purpose),
        };
        Assert.Contains("attributes." + name, Assert.Throws<FormatException>(() => visits.Accept(new ContextMessage("v1", attributes))).Message, StringComparison.Ordinal);
        Assert.Empty(visits.Find(Ana)!.Facts.All);
    }

    [Fact]
    public void The_same_notice_twice_is_one_and_a_new_wording_replaces_the_old()
    {
        Comes();
        visits.Accept(Notice("n1", "v1"));
        visits.Accept(Notice("n1", "v1", "It is ready now."));
        visits.Accept(Notice("n2", "v1"));
        Assert.Equal(["n1", "n2"], visits.Find(Ana)!.Notices.Select(n => n.Id.Value));
        Assert.Equal("It is ready now.", visits.Find(Ana)!.Notices[0].Texts["en"].Headline);
    }

    [Fact]
    public void A_notice_that_is_delivered_twice_is_told_once_and_another_wording_anew()
    {
        Comes();
        visits.Accept(Notice("n1", "v1"));
        Assert.NotNull(visits.Tell(Ana, new("n1"), onPhone: false));
        Assert.NotNull(visits.Tell(Ana, new("n1"), onPhone: true));
        visits.Accept(Notice("n1", "v1"));
        Assert.Null(visits.Tell(Ana, new("n1"), onPhone: false));
        Assert.Null(visits.Tell(Ana, new("n1"), onPhone: true));
        visits.Accept(Notice("n1", "v1", "It is ready now."));
        Assert.NotNull(visits.Tell(Ana, new("n1"), onPhone: false));
        Assert.NotNull(visits.Tell(Ana, new("n1"), onPhone: true));
    }

    [Theory]
    [InlineData("gossip", "A text.")]
    [InlineData("order-late", " ")]
    public void A_notice_without_a_text_or_of_an_unknown_kind_is_refused(string kind, string text) =>
        Assert.Throws<FormatException>(() => visits.Accept(new NoticeMessage("n1", "v1", kind, new Dictionary<string, string> { ["en"] = text }, clock.GetUtcNow())));

    private PresentVisit Comes() => visits.Put(Ana, new Pseudonym("k1-ana"), new("entrance"), null);

    private ContextMessage Says(string visit, params (string Name, string Json, int AsOfSeconds)[] attributes) =>
        new(visit, attributes.ToDictionary(a => a.Name, a => Attribute(a.Json, a.AsOfSeconds)));

    private ContextAttribute Attribute(string json, int asOfSeconds) => new(JsonDocument.Parse(json).RootElement, clock.GetUtcNow().AddSeconds(asOfSeconds), 3600, "service");

    private NoticeMessage Notice(string id, string visit, string text = "Your order is two days late.") =>
        new(id, visit, "order-late", new Dictionary<string, string> { ["en"] = text }, clock.GetUtcNow().AddHours(1));
}

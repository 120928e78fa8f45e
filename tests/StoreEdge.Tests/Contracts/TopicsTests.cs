using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Contracts;

/// <summary>Every topic can be taken apart again, and nothing else passes for one.</summary>
public sealed class TopicsTests
{
    private static readonly Topics Store = new("store-0042");

    private static IEnumerable<(string Topic, string Kind, string Name)> All =>
        EventTypes.All.Select(t => (Store.Event(t), "evt", t)).Concat(
        [
            (Store.Status, "state", "status"), (Store.OutboxState, "state", "outbox"), (Store.HealthState, "state", "health"), (Store.VersionState, "state", "version"),
            (Store.EventBatch, "evt-batch", ""), (Store.ClockState, "state", "clock"), (Store.ConfigState, "state", "config"), (Store.Desired("bundle"), "desired", "bundle"),
            (Store.Command("replay"), "cmd", "replay"), (Store.Response("replay"), "res", "replay"),
            (Store.CertificateRequest("6f1c"), "certificate-request", "6f1c"), (Store.CertificateAnswer("6f1c"), "certificate-answer", "6f1c"),
            (Store.Ack, "ack", ""), (Store.Echo, "echo", ""), (Store.DesiredEnrolment, "desired", "enrolment"),
            (Store.Context("01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17"), "context", "01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17"),
            (Store.Notice("01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17"), "notice", "01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17"),
        ]);

    [Fact]
    public void Every_topic_comes_apart_into_what_made_it()
    {
        foreach (var (topic, kind, name) in All)
        {
            Assert.True(Topics.TryParse(topic, out var parsed), topic);
            Assert.Equal(("store-0042", kind, name), parsed);
        }
    }

    [Fact]
    public void Every_topic_has_at_most_seven_levels_of_lower_case_digits_and_dashes()
    {
        foreach (var (topic, _, _) in All)
        {
            Assert.InRange(topic.Split('/').Length, 4, 7);
            Assert.Matches("^[a-z0-9-]+(/[a-z0-9-]+)*$", topic);
        }

        Assert.Equal(All.Count(), All.Select(t => t.Topic).Distinct().Count());
    }

    [Fact]
    public void The_subscriptions_cover_what_they_say_and_no_more()
    {
        foreach (var (topic, kind, name) in All)
        {
            Assert.Equal(kind == "context", Covers(Store.AnyContext, topic));
            Assert.Equal(kind == "notice", Covers(Store.AnyNotice, topic));
            Assert.Equal(kind == "evt", Covers(Topics.EveryStoresEvents, topic));
            Assert.Equal(kind == "evt-batch", Covers(Topics.EveryStoresBatches, topic));
            Assert.Equal(kind == "res", Covers(Topics.EveryStoresResponses, topic));
            Assert.Equal(kind == "certificate-request", Covers(Topics.EveryStoresCertificateRequests, topic));
            Assert.Equal(kind == "cmd", Covers(Store.AnyCommand, topic));
            Assert.Equal((kind, name) == ("state", "status"), Covers(Topics.EveryStoresStatus, topic));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("stores/v1/store-0042")]
    [InlineData("stores/v1//ack")]
    [InlineData("stores/v1/store-0042/ack/")]
    [InlineData("stores/v1/store-0042/evt")]
    [InlineData("stores/v1/store-0042/evt/")]
    [InlineData("stores/v1/store-0042/evt/arrival/x")]
    [InlineData("stores/v1/store-0042/other/arrival")]
    [InlineData("stores/v2/store-0042/evt/arrival")]
    [InlineData("/stores/v1/store-0042/ack")]
    [InlineData("stores/v1/+/evt/arrival")]
    [InlineData("stores/v1/store-0042/evt/#")]
    [InlineData("stores/v1/Store/evt/arrival")]
    [InlineData("stores/v1/loja-são/evt/arrival")]
    [InlineData("stores/v1/-store/ack")]
    public void What_is_no_topic_of_the_contract_is_refused(string topic) => Assert.False(Topics.TryParse(topic, out _));

    [Fact]
    public void An_event_type_that_is_not_known_yet_still_comes_apart()
    {
        Assert.True(Topics.TryParse(Store.Event("added-later"), out var parsed));
        Assert.Equal(("store-0042", "evt", "added-later"), parsed);
    }

    [Fact]
    public void Any_store_and_any_type_of_allowed_characters_come_apart_again()
    {
        var name = Gen.Elements("abcxyz0189-".ToCharArray()).NonEmptyListOf().Select(c => string.Concat(c)).Where(n => n.Length <= 64 && n[0] != '-' && n[^1] != '-');
        Prop.ForAll(name.ToArbitrary(), name.ToArbitrary(), (store, type) =>
            Topics.TryParse(new Topics(store).Event(type), out var parsed) && parsed == (store, "evt", type)).QuickCheckThrowOnFailure();
    }

    private static bool Covers(string subscription, string topic) => Regex.IsMatch(topic, "^" + subscription.Replace("+", "[^/]+", StringComparison.Ordinal) + "$");
}

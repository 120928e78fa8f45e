using System.Collections.Immutable;
using System.Text.Json.Nodes;
using StoreEdge.Core.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Offers;

/// <summary>
/// Random bundles, customers and moments against an oracle that knows only the six never-events and looks at the inputs itself; it shares nothing with the
/// pipeline. A second test plants each violation, so that an oracle that sees nothing cannot pass.
/// </summary>
public sealed class NeverEventsTests
{
    private const int Decisions = 30_000;

    [Fact]
    public void Thirty_thousand_random_decisions_hold_no_never_event()
    {
        var random = new Random(20261121);
        var (promotions, welcomes, personal, capped, fallbacks) = (0, 0, 0, 0, 0);
        for (var round = 0; round < Decisions / 100; round++)
        {
            var bundle = RandomBundle(random);
            for (var i = 0; i < 100; i++)
            {
                var placement = bundle.Placements[random.Next(bundle.Placements.Length)];
                var context = RandomContext(random, bundle);
                var decision = Decider.Decide(bundle, placement, context, (ulong)random.NextInt64());
                var events = Oracle(bundle, placement, context, decision);
                Assert.True(events.Count == 0, $"round {round}.{i}: {string.Join("; ", events)}");
                promotions += decision.Chosen.Count(c => c.Offer.Class == OfferClass.Promotion);
                welcomes += decision.Chosen.Count(c => c.Offer.IsWelcome);
                personal += decision.Chosen.Count(c => c.Offer.Sensitivity != Sensitivity.Public);
                capped += decision.Rejected.Count(r => r.Stage == Stage.Caps);
                fallbacks += decision.IsFallback ? 1 : 0;
            }
        }

        // The test would prove nothing if the decider simply showed nothing.
        Assert.All([promotions, welcomes, personal, capped, fallbacks], n => Assert.True(n > 100, $"promotions {promotions}, welcomes {welcomes}, personal {personal}, capped {capped}, fallbacks {fallbacks}"));
    }

    [Fact]
    public void The_oracle_sees_each_violation_that_is_planted()
    {
        var document = Document(
            Offer("promotion", "promotion"), Offer("welcome", "generic").With("welcome", true), Offer("personal", "generic").With("sensitivity", "personal"), Offer("plain", "generic"))
            .With("caps", new JsonArray(new JsonObject { ["per"] = "customer", ["counts"] = "eachOffer", ["limit"] = 1, ["window"] = "PT1H" }));
        var bundle = BundleParser.Parse(document.Bytes());
        var screen = bundle.On("screen");
        void Sees(string expected, string offer, DecisionContext context)
        {
            var chosen = bundle.Find(new(offer))!;
            var planted = Decider.Decide(bundle, screen, Somebody(), 1) with { IsFallback = false, Chosen = [new(chosen, "en", chosen.Texts["en"], "", 0, 0)] };
            Assert.Contains(expected, Oracle(bundle, screen, context, planted));
        }

        Sees("promotion without certainty about a hold", "promotion", Somebody());
        Sees("promotion without certainty about a hold", "promotion", Friend() with { Facts = Known((FactName.CommercialHold, "true")) });
        Sees("welcome to somebody not freshly new", "welcome", Somebody() with { Facts = Known((FactName.Lifecycle, "customer")) });
        Sees("not public on a shared screen", "personal", Somebody());
        Sees("shown after stop", "plain", Somebody() with { Wishes = Wishes.Silent with { Stopped = Truth.True } });
        Sees("shown after departure", "plain", Somebody() with { IsPresent = false });
        Sees("cap exceeded", "plain", Somebody() with { Shown = [new(new("plain"), null, OfferClass.Generic, Noon.AddMinutes(-1), CapHolders.Customer | CapHolders.Household)] });
        Assert.Empty(Oracle(bundle, screen, Somebody(), Decider.Decide(bundle, screen, Somebody(), 1)));
    }

    private static List<string> Oracle(Bundle bundle, Placement placement, DecisionContext context, Decision decision)
    {
        var events = new List<string>();
        string? Believed(FactName name)
        {
            foreach (var (known, fact) in context.Facts.All)
                if (known == name && context.At <= fact.AsOf + fact.MaxAge && fact.AsOf <= context.At + TimeSpan.FromMinutes(5)) return fact.Values.Single();
            return null;
        }

        if (!context.IsPresent && decision.Chosen.Length > 0) events.Add("shown after departure");
        foreach (var offer in decision.Chosen.Select(c => c.Offer))
        {
            var isFallback = bundle.Fallbacks.Any(f => f.Id == offer.Id);
            if (context.Wishes.Stopped != Truth.False && !isFallback) events.Add("shown after stop");
            if (offer.IsWelcome && Believed(FactName.Lifecycle) != "newProspect") events.Add("welcome to somebody not freshly new");
            if (offer.Class == OfferClass.Promotion && Believed(FactName.CommercialHold) != "false") events.Add("promotion without certainty about a hold");
            if (placement.Surface == Surface.Screen && offer.Sensitivity != Sensitivity.Public && !(context.IsClaimed && offer.Sensitivity == Sensitivity.Personal)) events.Add("not public on a shared screen");
            if (isFallback) continue;
            foreach (var cap in bundle.Caps)
            {
                if (cap.Class is not null && cap.Class != offer.Class) continue;
                bool Together(OfferId id, SupplierId? supplier, OfferClass ofClass) =>
                    (cap.Class is null || ofClass == cap.Class)
                    && (cap.Counts == CapCounts.Together || (cap.Counts == CapCounts.EachOffer && id == offer.Id) || (cap.Counts == CapCounts.EachSupplier && supplier is not null && supplier == offer.Supplier));
                var before = context.Shown.Count(s => s.To.HasFlag(cap.Per) && s.At > context.At - cap.Window && Together(s.Offer, s.Supplier, s.Class));
                var now = decision.Chosen.Count(c => Together(c.Offer.Id, c.Offer.Supplier, c.Offer.Class));
                if (now > 0 && before + now > cap.Limit && Together(offer.Id, offer.Supplier, offer.Class)) events.Add("cap exceeded");
            }
        }

        return events;
    }

    private static T Pick<T>(Random random, params ReadOnlySpan<T> from) => from[random.Next(from.Length)];

    private static Bundle RandomBundle(Random random)
    {
        var offers = new List<JsonObject>();
        for (var i = 0; i < random.Next(1, 15); i++)
        {
            var offer = Offer($"o{i}", Pick(random, "service", "help", "loyalty", "promotion", "promotion", "generic"), "d" + random.Next(8));
            if (random.Next(3) == 0) offer.With("sensitivity", Pick(random, "personal", "intimate"));
            if (random.Next(3) == 0) offer.With("supplier", Pick(random, "acme", "other"));
            if (random.Next(4) == 0) offer.With("welcome", true);
            if (random.Next(4) == 0) offer.When("lifecycle", Pick(random, "customer", "newProspect"));
            if (offer.ContainsKey("sensitivity") && random.Next(3) == 0) offer.When((string?)offer["class"] is "service" or "help" ? Pick(random, "interest", "openIssue") : Pick(random, "interest", "tier", "openIssue"), "true");
            offers.Add(offer);
        }

        var caps = new JsonArray();
        for (var i = 0; i < random.Next(4); i++)
        {
            var cap = new JsonObject { ["per"] = Pick(random, "customer", "household", "screen"), ["counts"] = Pick(random, "eachOffer", "eachSupplier", "together"), ["limit"] = random.Next(1, 4), ["window"] = "PT1H" };
            if (random.Next(2) == 0) cap["class"] = Pick(random, "promotion", "generic");
            caps.Add(cap);
        }

        return BundleParser.Parse(Document([.. offers]).With("caps", caps).Bytes());
    }

    private static DecisionContext RandomContext(Random random, Bundle bundle)
    {
        var facts = ImmutableDictionary.CreateBuilder<FactName, Fact>();
        foreach (var name in Enum.GetValues<FactName>())
        {
            if (random.Next(4) == 0) continue;
            var value = name == FactName.Lifecycle ? Pick(random, "customer", "exCustomer", "knownProspect", "newProspect") : Pick(random, "true", "false");
            facts[name] = new([value], Noon.AddMinutes(random.Next(-90, 12)), TimeSpan.FromMinutes(random.Next(1, 90)), Pick<Purpose?>(random, null, Purpose.Loyalty, Purpose.Marketing));
        }

        var consents = ImmutableDictionary<Purpose, bool>.Empty;
        foreach (var purpose in Enum.GetValues<Purpose>())
            if (random.Next(3) != 0) consents = consents.Add(purpose, random.Next(4) != 0);
        var shown = Enumerable.Range(0, random.Next(6)).Select(_ => bundle.Offers[random.Next(bundle.Offers.Length)])
            .Select(o => new PastShowing(o.Id, o.Supplier, o.Class, Noon.AddMinutes(-random.Next(80)), (CapHolders)random.Next(1, 8)));
        return Somebody() with
        {
            IsPresent = random.Next(10) != 0,
            IsClaimed = random.Next(4) == 0,
            Facts = new(facts.ToImmutable()),
            Wishes = new Wishes { Stopped = Pick(random, Truth.False, Truth.False, Truth.False, Truth.False, Truth.True, Truth.Unknown), Consents = consents },
            Shown = [.. shown],
        };
    }
}

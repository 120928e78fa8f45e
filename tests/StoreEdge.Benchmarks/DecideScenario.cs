using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using StoreEdge.Core.Offers;

namespace StoreEdge.Benchmarks;

/// <summary>
/// Decisions for 200 customers who are present, each with facts, consents and earlier showings of their own, over 10 to 10,000 offers; a tenth of the offers falls at each stage. The floor goes
/// over the same offers once, draws one number for each from the same generator and keeps the best, which is the least that a rank can be.
/// </summary>
internal static class DecideScenario
{
    private const int Present = 200;
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.FromHours(-3));

    public static IReadOnlyList<Figure> Run(Setting setting)
    {
        var figures = new List<Figure>();
        foreach (var offers in new[] { 10, 100, 1_000, 10_000 })
        {
            var bundle = BundleParser.Parse(Document(offers));
            var phone = bundle.Placements.Single(p => p.Surface == Surface.Phone);
            var customers = Enumerable.Range(0, Present).Select(i => Customer(i, bundle)).ToArray();
            var rounds = new List<(double, double)>();
            var (all, processor, traced, bytes) = (new List<double>(), new List<double>(), new List<double>(), 0.0);
            // The first rounds are the runtime's, to compile what is hot.
            for (var round = -3; round < setting.Rounds; round++)
            {
                var (own, floors) = (new double[Present], new double[Present]);
                for (var i = 0; i < Present; i++)
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var used = Environment.CpuUsage.TotalTime;
                    var start = Stopwatch.GetTimestamp();
                    var decision = Decider.Decide(bundle, phone, customers[i], (ulong)(round * Present + i));
                    own[i] = Microseconds(start);
                    if (round >= 0) processor.Add((Environment.CpuUsage.TotalTime - used).TotalMicroseconds);
                    if (round >= 0) bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                    start = Stopwatch.GetTimestamp();
                    var kept = ContextJson.Write(customers[i], bundle).Length + DecisionJson.Write(decision).Length;
                    if (round >= 0) traced.Add(Microseconds(start));
                    start = Stopwatch.GetTimestamp();
                    var best = Floor(bundle, phone, (ulong)i);
                    floors[i] = Microseconds(start);
                    if (best is null || kept == 0) throw new InvalidOperationException("nothing was chosen; the figures would be of something else");
                }

                if (round < 0) continue;
                all.AddRange(own);
                rounds.Add((Figure.Median(own), Figure.Median(floors)));
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"decide, {offers:#,0} offers");
            figures.Add(Figure.Of($"{name}: half of all decisions within", "µs", "one draw an offer, the best kept", rounds));
            figures.Add(new($"{name}: 99 of 100 within", Percentile(all, 0.99), "µs"));
            // What a busy machine's other work does not change; the collector's part is in it.
            figures.Add(new($"{name}: 99 of 100 within, of processor time", Percentile(processor, 0.99), "µs"));
            figures.Add(new($"{name}: allocated", bytes / (setting.Rounds * Present), "B/decision"));
            figures.Add(new($"{name}: its whole trace written", Figure.Median(traced), "µs"));
        }

        return figures;
    }

    private static Offer? Floor(Bundle bundle, Placement placement, ulong seed)
    {
        var (random, best, most) = (seed, (Offer?)null, 0UL);
        foreach (var offer in bundle.Offers)
        {
            // SplitMix64's step, as the rank's own generator takes it.
            random += 0x9E3779B97F4A7C15UL;
            var draw = (random ^ (random >> 30)) * 0xBF58476D1CE4E5B9UL;
            if (offer.Placements.Contains(placement.Id) && draw >= most) (best, most) = (offer, draw);
        }

        return best;
    }

    private static byte[] Document(int offers)
    {
        var text = new StringBuilder("""
            { "version": "bench", "defaultLanguage": "en", "suppliers": [
            """);
        text.AppendJoin(',', Enumerable.Range(0, 20).Select(i => $$"""{ "id": "s{{i}}", "name": "Supplier {{i}}", "factor": {{(i == 0 ? 0 : 1)}} }"""));
        text.Append("""
             ], "placements": [ { "id": "screen", "surface": "screen", "lifetime": "PT30S" }, { "id": "phone", "surface": "phone", "slots": 3, "lifetime": "PT10M" } ],
             "caps": [ { "per": "customer", "counts": "together", "class": "promotion", "limit": 2, "window": "P1D" }, { "per": "household", "counts": "together", "class": "promotion", "limit": 4, "window": "P1D" },
                       { "per": "customer", "counts": "eachOffer", "limit": 3, "window": "P1D" }, { "per": "customer", "counts": "eachSupplier", "limit": 4, "window": "P7D" } ],
             "offers": [
            """);
        text.AppendJoin(',', Enumerable.Range(0, offers).Select(Offer));
        text.Append($$""" ], "fallbacks": [ {{Offer(-1)}} ] }""");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Offer(int i)
    {
        // One in ten falls at each stage, the rest reaches the rank.
        var more = i < 0 ? "" : (i % 10) switch
        {
            1 => """, "validUntil": "2026-11-22T11:00:00-03:00" """,
            2 => """, "sensitivity": "personal", "conditions": [ { "fact": "interest", "anyOf": [ "running" ] } ]""",
            3 => $""", "supplier": "s0" """,
            4 => """, "stock": 0""",
            _ => $$""", "supplier": "s{{1 + i % 19}}", "counts": { "shown": {{i * 37 % 5000}}, "wanted": {{i * 37 % 5000 / (20 + i % 80)}} }""",
        };
        var kind = i < 0 ? "generic" : (i % 3) switch { 0 => "promotion", 1 => "loyalty", _ => "generic" };
        return $$"""{ "id": "{{(i < 0 ? "fallback" : $"o{i}")}}", "class": "{{kind}}", "demand": "d{{Math.Abs(i) % 40}}", "placements": [ "screen", "phone" ], "texts": { "en": { "name": "Offer {{i}}", "headline": "A headline {{i}}" } }{{more}} }""";
    }

    private static DecisionContext Customer(int i, Bundle bundle) => new()
    {
        Visit = new($"v{i}"),
        Subject = new($"k1-{i:D26}"),
        At = Noon,
        Language = "en",
        Wishes = Wishes.Silent with
        {
            Consents = ImmutableDictionary<Purpose, bool>.Empty.Add(Purpose.Loyalty, i % 3 > 0).Add(Purpose.Marketing, i % 4 > 0),
            NeverOffers = [new($"o{i % 10}")],
        },
        Facts = new(ImmutableDictionary<FactName, Fact>.Empty
            .Add(FactName.CommercialHold, new([i % 10 == 0 ? "true" : "false"], Noon.AddMinutes(-i % 90), TimeSpan.FromHours(1), null))
            .Add(FactName.Lifecycle, new(["customer"], Noon.AddMinutes(-5), TimeSpan.FromHours(1), null))
            .Add(FactName.Interest, new([i % 2 == 0 ? "running" : "coffee"], Noon.AddMinutes(-5), TimeSpan.FromHours(1), Purpose.Marketing))),
        Shown = [.. Enumerable.Range(0, 20).Select(s => bundle.Offers[(i * 7 + s) % bundle.Offers.Length]).Select((o, s) => new PastShowing(o.Id, o.Supplier, o.Class, Noon.AddHours(-s), CapHolders.Customer | CapHolders.Household))],
        LocalCounts = bundle.Offers.Where((_, o) => o % 2 == 0).ToImmutableDictionary(o => o.Id, _ => new StoreVotes(new(50, 2, 1), default)),
    };

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[(int)Math.Ceiling(share * values.Count) - 1];
    }

    private static double Microseconds(long start) => (Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency;
}

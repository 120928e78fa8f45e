using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Offers;

/// <summary>Reads a bundle. The document is taken whole or not at all; everything wrong with it is told at once.</summary>
public static class BundleParser
{
    private static readonly Lazy<Bundle> FactoryBundle = new(ReadFactory);

    /// <summary>What is shown where no other bundle could be read: decent, true of any shop, without any offer.</summary>
    public static Bundle Factory => FactoryBundle.Value;

    /// <summary>Reads a bundle from its document.</summary>
    /// <exception cref="DocumentException">It breaks a rule; each error names the path in the document.</exception>
    public static Bundle Parse(ReadOnlyMemory<byte> utf8) => Parse(utf8, Factory.Texts);

    private static Bundle ReadFactory()
    {
        using var stream = typeof(BundleParser).Assembly.GetManifestResourceStream("factory-bundle.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Parse(bytes, ImmutableDictionary<string, ImmutableDictionary<string, string>>.Empty);
    }

    private static Bundle Parse(ReadOnlyMemory<byte> utf8, ImmutableDictionary<string, ImmutableDictionary<string, string>> texts) => DocumentReader.Read(utf8, reader =>
    {
        var bundle = new Bundle
        {
            Version = reader.Text("version", 64),
            Hash = Convert.ToHexStringLower(SHA256.HashData(utf8.Span)),
            Limits = reader.Inner("sections", Limits(reader.Moment("issuedAt"))) ?? SectionLimits.None,
            DefaultLanguage = reader.Text("defaultLanguage", 16),
            Brand = reader.Inner("brand", ReadBrand) ?? new("", "#1f6f54", "#f6f3ec", "#1b1d1a"),
            BaseRate = reader.Inner("baseRate", r => new BaseRate(r.Number("rate", 0.0001, 0.5, 0.03), r.Number("strength", 1, 1000, 30))) ?? BaseRate.Usual,
            Index = reader.Inner("index", IndexRules.Read) ?? IndexRules.Default,
            Suppliers = Suppliers(reader),
            Placements = reader.Items("placements", ReadPlacement, required: true),
            LifecycleDefinition = reader.Has("lifecycleDefinition") ? reader.Text("lifecycleDefinition", 64) : null,
            Holdouts = reader.Items("holdouts", r => new Holdout(r.Name("campaign"), r.Number("share", 0, 0.5, 0), r.Text("salt", 64))),
            Caps = reader.Items("caps", ReadCap),
            Offers = reader.Items("offers", OfferParser.Read, required: true),
            Fallbacks = reader.Items("fallbacks", OfferParser.Read, required: true),
            Texts = Merge(texts, reader.Map("texts", r => r.AllTexts(200))),
        };
        BundleRules.Check(bundle, reader);
        return bundle;
    });

    private static Func<DocumentReader, SectionLimits> Limits(DateTimeOffset? issuedAt) => reader => SectionLimits.Read(reader, issuedAt);

    private static Brand ReadBrand(DocumentReader reader) => new(
        reader.Text("name", 40),
        OfferParser.Colour(reader, "accent", "#1f6f54")!, OfferParser.Colour(reader, "paper", "#f6f3ec")!, OfferParser.Colour(reader, "ink", "#1b1d1a")!);

    private static FrozenDictionary<SupplierId, Supplier> Suppliers(DocumentReader reader)
    {
        var suppliers = new Dictionary<SupplierId, Supplier>();
        var all = reader.Items("suppliers", r => new Supplier(new(r.Name("id")), r.Text("name", 60), r.Number("factor", 0, 2, 1)));
        for (var i = 0; i < all.Length; i++)
            if (!suppliers.TryAdd(all[i].Id, all[i])) reader.Fault($"suppliers[{i}].id", $"'{all[i].Id}' is there twice");
        return suppliers.ToFrozenDictionary();
    }

    private static Placement ReadPlacement(DocumentReader reader) => new(
        new(reader.Name("id")), reader.Word("surface", Surface.Screen),
        [.. reader.Texts("zones", required: false).Select(z => new ZoneId(z))], reader.Whole("slots", 1, 3) ?? 1,
        reader.Duration("lifetime", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
        reader.Items("quietHours", r => new QuietHours(r.Clock("from"), r.Clock("until"))));

    private static Cap ReadCap(DocumentReader reader)
    {
        var per = reader.Word("per", CapHolders.Customer);
        if (per == CapHolders.None) reader.Fault("per", "'none' is not allowed; allowed are customer, household, screen");
        return new(per, reader.Word("counts", CapCounts.EachOffer), reader.Has("class") ? reader.Word("class", OfferClass.Generic) : null,
            reader.Whole("limit", 1, 1000, required: true) ?? 1, reader.Duration("window", TimeSpan.FromMinutes(1), Cap.LongestWindow));
    }

    private static ImmutableDictionary<string, ImmutableDictionary<string, string>> Merge(
        ImmutableDictionary<string, ImmutableDictionary<string, string>> under, ImmutableDictionary<string, ImmutableDictionary<string, string>> over)
    {
        foreach (var (language, sentences) in over)
            under = under.SetItem(language, under.TryGetValue(language, out var known) ? known.SetItems(sentences) : sentences);
        return under;
    }
}

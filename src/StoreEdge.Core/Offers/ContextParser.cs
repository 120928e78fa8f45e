using System.Collections.Immutable;
using System.Text.Json;

namespace StoreEdge.Core.Offers;

/// <summary>Reads a decision's context from a document, for explaining and replaying decisions by hand.</summary>
public static class ContextParser
{
    /// <summary>Of an earlier showing whose class nobody knows any more.</summary>
    internal const string UnknownClass = "unknown";

    /// <summary>Reads a context.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="bundle">Gives past showings their class and supplier where the document does not.</param>
    /// <param name="at">The moment of the decision where the document names none.</param>
    /// <param name="language">Used where the document names none.</param>
    /// <exception cref="DocumentException">It breaks a rule; each error names the path in the document.</exception>
    public static DecisionContext Parse(ReadOnlyMemory<byte> utf8, Bundle bundle, DateTimeOffset at, string language) => DocumentReader.Read(utf8, reader => new DecisionContext
    {
        Visit = new(reader.TextOr("visit", 64, "visit-by-hand")),
        Subject = new(reader.TextOr("subject", 64, "visit-by-hand")),
        At = reader.Moment("at") ?? at,
        IsTimeKnown = !reader.Flag("timeUnknown"),
        AtLeast = reader.Moment("atLeast"),
        Zone = reader.OptionalName("zone") is { } zone ? new(zone) : null,
        IsPresent = !reader.Flag("departed"),
        IsClaimed = reader.Flag("claimed"),
        Language = reader.TextOr("language", 16, language),
        Facts = ReadFacts(reader),
        Wishes = new Wishes
        {
            Stopped = reader.Flag("stopped") ? Truth.True : reader.Flag("stopUnknown") ? Truth.Unknown : Truth.False,
            Consents = Consents(reader, "consents", true).SetItems(Consents(reader, "refused", false)),
            NeverOffers = [.. reader.Texts("neverOffers", required: false).Select(o => new OfferId(o))],
            NeverSuppliers = [.. reader.Texts("neverSuppliers", required: false).Select(s => new SupplierId(s))],
            NeverDemands = [.. reader.Texts("neverDemands", required: false)],
            GiftDemands = [.. reader.Texts("giftDemands", required: false)],
            NotNow = [.. reader.Texts("notNow", required: false).Select(o => new OfferId(o))],
        },
        Notices = reader.Items("notices", OfferParser.ReadNotice),
        Shown = reader.Items("shown", r => ReadShown(r, bundle)),
        LocalCounts = reader.Map("counts", r => new Counted(new(ReadTally(r, "customers"), ReadTally(r, "guests")))).ToImmutableDictionary(c => new OfferId(c.Key), c => c.Value.Votes),
    });

    private static Facts ReadFacts(DocumentReader reader)
    {
        var facts = ImmutableDictionary.CreateBuilder<FactName, Fact>();
        foreach (var (name, attribute) in reader.Map("attributes", r => (Value: r.Raw("value"), AsOf: r.Moment("asOf", required: true), MaxAge: r.Whole("maxAgeSeconds", 1, 7_776_000, required: true), Purpose: r.Text("purpose", 16), Definition: r.Has("definition") ? r.Text("definition", 64) : null)))
        {
            try
            {
                var (fact, known) = FactParser.Parse(name, attribute.Value, attribute.AsOf ?? default, TimeSpan.FromSeconds(attribute.MaxAge ?? 1), attribute.Purpose, attribute.Definition);
                facts[fact] = known;
            }
            catch (FormatException fault)
            {
                reader.Fault($"attributes.{name}", fault.Message);
            }
        }

        return new(facts.ToImmutable());
    }

    private static PastShowing ReadShown(DocumentReader reader, Bundle bundle)
    {
        var id = new OfferId(reader.Text("offer", 128));
        var isTold = reader.Has("class");
        var offer = isTold ? null : bundle.Find(id);
        if (offer is null && !isTold) reader.Fault("offer", $"'{id}' is not an offer of the bundle");
        OfferClass? kind = isTold && !(reader.Raw("class") is { ValueKind: JsonValueKind.String } word && word.ValueEquals(UnknownClass)) ? reader.Word("class", OfferClass.Generic) : offer?.Class;
        var supplier = reader.OptionalName("supplier") is { } named ? new SupplierId(named) : offer?.Supplier;
        var to = CapHolders.None;
        foreach (var holder in reader.Texts("to", required: true))
        {
            if (Enum.GetValues<CapHolders>().FirstOrDefault(h => DocumentReader.Camel(h) == holder) is var known and not CapHolders.None) to |= known;
            else reader.Fault("to", $"'{holder}' is not allowed; allowed are customer, household, screen");
        }

        return new(id, supplier, kind, reader.Moment("at", required: true) ?? default, to);
    }

    private static ImmutableDictionary<Purpose, bool> Consents(DocumentReader reader, string member, bool given) =>
        reader.Texts(member, required: false).Select(c => Consent(reader, member, c)).Distinct().ToImmutableDictionary(p => p, _ => given);

    private static Purpose Consent(DocumentReader reader, string member, string text)
    {
        if (text is not ("loyalty" or "marketing")) reader.Fault(member, $"'{text}' is not allowed; allowed are loyalty, marketing");
        return text == "loyalty" ? Purpose.Loyalty : Purpose.Marketing;
    }

    private static Tally ReadTally(DocumentReader reader, string member) => reader.Inner(member, r =>
    {
        double Times(string what) => r.Number(what, -1e9, 1e9, 0);
        return new Counts(new(Times("shown"), Times("wanted"), Times("refused"), Times("postponed")));
    })?.Tally ?? default;

    private sealed record Counts(Tally Tally);

    private sealed record Counted(StoreVotes Votes);
}

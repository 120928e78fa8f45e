using System.CommandLine;
using System.Globalization;
using StoreEdge.Agent.Deciding;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge bundle</c>: says what is wrong with a bundle before a store has it, signs it, and shows what is in one.</summary>
internal static class BundleCommand
{
    /// <summary>Exit codes: it keeps every rule; it breaks some; it could not be read at all.</summary>
    private const int Good = 0, Bad = 1, Unreadable = 2;

    public static Command Create(TimeProvider time) => new("bundle", "Check, sign and show the bundle: the document of everything that may be shown.") { Check(time), DesiredCommand.SignBundle(), Show(time) };

    private static Command Check(TimeProvider time)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The bundle" };
        var command = new Command("check", "Tell every rule that a bundle breaks, each with its path in the document. Exit code 0: good, 1: it breaks rules, 2: not readable.") { file };
        command.SetAction(parsed => Guarded(parsed, output =>
        {
            var bundle = BundleParser.Parse(File.ReadAllBytes(parsed.GetValue(file)!.FullName));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Good: {bundle.Version}, {bundle.Offers.Length} offers, {bundle.Fallbacks.Length} fallbacks, SHA-256 {bundle.Hash}"));
            foreach (var section in bundle.ExpiredAt(time.GetUtcNow())) output.WriteLine($"But its {section} are too old to be used by now.");
        }));
        return command;
    }

    private static Command Show(TimeProvider time)
    {
        var file = new Argument<FileInfo?>("FILE") { Description = "The bundle", Arity = ArgumentArity.ZeroOrOne };
        var factory = new Option<bool>("--factory") { Description = "The one that every agent carries with it" };
        var directory = new Option<DirectoryInfo?>("--directory") { Description = "The last good one of this state directory, such as /var/lib/storeedge", HelpName = "DIR" };
        var command = new Command("show", "What is in a bundle, for people.") { file, factory, directory };
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(file) is not null, result.GetValue(factory), result.GetValue(directory) is not null }.Count(given => given) != 1)
                result.AddError("Give one of FILE, --factory and --directory DIR.");
        });
        command.SetAction(parsed => Guarded(parsed, output =>
        {
            var path = parsed.GetValue(file)?.FullName ?? (parsed.GetValue(directory) is { } state ? Path.Combine(state.FullName, BundleStore.LastGoodName) : null);
            Tell(path is null ? BundleParser.Factory : BundleParser.Parse(File.ReadAllBytes(path)), time.GetUtcNow(), output);
        }));
        return command;
    }

    private static void Tell(Bundle bundle, DateTimeOffset now, TextWriter output)
    {
        void Line(string label, string text) => output.WriteLine($"{label,-12} {text}");
        Line("version", bundle.Version);
        Line("SHA-256", bundle.Hash);
        Line("languages", $"{bundle.DefaultLanguage} by default; sentences in {string.Join(", ", bundle.Texts.Keys.Order(StringComparer.Ordinal))}");
        foreach (var (section, until) in bundle.Ends) Line(section, string.Create(CultureInfo.InvariantCulture, $"used until {until:yyyy-MM-dd HH:mm zzz}{(until <= now ? ", which is over" : "")}"));
        foreach (var placement in bundle.Placements)
        {
            var zones = placement.Zones.IsEmpty ? "everywhere" : "in " + string.Join(", ", placement.Zones);
            var quiet = string.Concat(placement.QuietHours.Select(q => string.Create(CultureInfo.InvariantCulture, $", quiet {q.From:HH:mm}–{q.Until:HH:mm}")));
            Line("placement", $"{placement.Id}: {DocumentWords.Of(placement.Surface)} {zones}, {placement.Slots} at once for {placement.Lifetime.TotalSeconds:0} s{quiet}");
        }

        foreach (var cap in bundle.Caps)
            Line("cap", $"{cap.Limit} in {cap.Window:g} per {DocumentWords.Of(cap.Per)}: {DocumentWords.Of(cap.Counts)}{(cap.Class is { } only ? $", {DocumentWords.Of(only)} only" : "")}");
        foreach (var holdout in bundle.Holdouts) Line("holdout", string.Create(CultureInfo.InvariantCulture, $"{holdout.Share:0.#%} of all customers see nothing of {holdout.Campaign}"));
        foreach (var supplier in bundle.Suppliers.Values.OrderBy(s => s.Id.Value, StringComparer.Ordinal))
            Line("supplier", string.Create(CultureInfo.InvariantCulture, $"{supplier.Id}: {supplier.Name}, {(supplier.Factor <= 0 ? "suspended" : $"factor {supplier.Factor:0.##}")}"));
        foreach (var offer in bundle.Offers.Concat(bundle.Fallbacks))
            Line(bundle.Fallbacks.Contains(offer) ? "fallback" : DocumentWords.Of(offer.Class), $"{offer.Id}: {offer.TextIn(bundle.DefaultLanguage, bundle.DefaultLanguage).Text.Name}{Remarks(offer, now)}");
    }

    private static string Remarks(Offer offer, DateTimeOffset now) => string.Concat(new[]
    {
        offer.Sensitivity != Sensitivity.Public ? DocumentWords.Of(offer.Sensitivity) : null,
        offer.IsWelcome ? "welcome" : null,
        offer.ValidFrom > now ? "not yet" : offer.ValidUntil <= now ? "over" : null,
        offer.Stock == 0 ? "none left" : null,
        offer.Conditions.IsEmpty ? null : "if " + string.Join(" and ", offer.Conditions.Select(c => $"{DocumentWords.Of(c.Fact)} {(c.Negated ? "is not" : "is")} {string.Join(" or ", c.AnyOf)}")),
    }.OfType<string>().Select(r => ", " + r));

    private static int Guarded(ParseResult parsed, Action<TextWriter> act)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            act(parsed.InvocationConfiguration.Output);
            return Good;
        }
        catch (DocumentException fault)
        {
            foreach (var broken in fault.Errors) error.WriteLine(broken);
            return Bad;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return Unreadable;
        }
    }
}

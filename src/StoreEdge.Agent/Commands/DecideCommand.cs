using System.CommandLine;
using System.Globalization;
using System.Text;
using StoreEdge.Agent.Journal;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge decide</c>: makes one decision from files and explains it; the same files, moment and seed give the same bytes.</summary>
internal static class DecideCommand
{
    /// <summary>The command, writing its answer to the invocation's output.</summary>
    public static Command Create(TimeProvider time)
    {
        var bundle = new Option<FileInfo?>("--bundle") { Description = "The bundle, such as deploy/examples/bundle.json." };
        var context = new Option<FileInfo?>("--context") { Description = "Who it is for: {visit, subject, zone, attributes, consents, neverOffers, shown, …}; nobody known without it." };
        var placement = new Option<string?>("--placement") { Description = "A placement of the bundle; its first one without." };
        var language = new Option<string?>("--language") { Description = "BCP 47; the bundle's default without." };
        var seed = new Option<long>("--seed") { Description = "Of the draws.", DefaultValueFactory = _ => 1 };
        var at = new Option<string?>("--at") { Description = "The moment, ISO 8601 with offset; now without." };
        var replay = new Option<string?>("--replay") { Description = "Instead: a decision of the past, made anew from what the store kept of it. Exit code 1 where it is not the same to the byte.", HelpName = "DECISION_ID" };
        var directory = new Option<DirectoryInfo?>("--directory") { Description = "The state directory that it was made in, such as /var/lib/storeedge.", HelpName = "DIR" };
        var text = new Option<bool>("--text") { Description = "For people instead of JSON." };
        var command = new Command("decide", "Decide what to show, and explain it, with the reason for each offer that was not chosen.") { bundle, context, placement, language, seed, at, replay, directory, text };
        command.Validators.Add(result =>
        {
            if (result.GetValue(bundle) is null == result.GetValue(replay) is null || result.GetValue(replay) is null != result.GetValue(directory) is null)
                result.AddError("Give either --bundle FILE, or --replay DECISION_ID and --directory DIR.");
        });
        command.SetAction(parsed =>
        {
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                if (parsed.GetValue(replay) is { } past)
                {
                    var (again, isSame) = DecisionReplay.Run(parsed.GetValue(directory)!.FullName, past);
                    parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(text) ? ForPeople(again) : Encoding.UTF8.GetString(DecisionJson.Write(again)));
                    if (!isSame) error.WriteLine("Made anew it is not what was decided: another version of the program decided then, or what was kept of it has been changed.");
                    return isSame ? 0 : 1;
                }

                var decision = Decide(
                    Read(parsed.GetValue(bundle)!), parsed.GetValue(context) is { } file ? Read(file) : null, parsed.GetValue(placement), parsed.GetValue(language),
                    parsed.GetValue(seed), parsed.GetValue(at), time);
                parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(text) ? ForPeople(decision) : Encoding.UTF8.GetString(DecisionJson.Write(decision)));
                return 0;
            }
            catch (DocumentException fault)
            {
                foreach (var broken in fault.Errors) error.WriteLine(broken);
                return 2;
            }
            catch (Exception fault) when (fault is FormatException or JournalFault or IOException or UnauthorizedAccessException)
            {
                error.WriteLine(fault.Message);
                return 2;
            }
        });
        return command;
    }

    private static Decision Decide((string Name, byte[] Bytes) bundleFile, (string Name, byte[] Bytes)? contextFile, string? placementName, string? language, long seed, string? at, TimeProvider time)
    {
        var bundle = Named(bundleFile.Name, () => BundleParser.Parse(bundleFile.Bytes));
        var moment = at is null ? time.GetLocalNow()
            : DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var given) ? given
            : throw new FormatException($"--at '{at}' is not an ISO 8601 time such as 2026-11-21T09:00:00-03:00");
        var placement = placementName is null ? bundle.Placements.FirstOrDefault() : bundle.Placements.FirstOrDefault(p => p.Id.Value == placementName);
        if (placement is null) throw new FormatException($"--placement '{placementName}' is not in the bundle; it has {string.Join(", ", bundle.Placements.Select(p => p.Id))}");
        var context = Named(contextFile?.Name ?? "", () => ContextParser.Parse(contextFile?.Bytes ?? "{}"u8.ToArray(), bundle, moment, language ?? bundle.DefaultLanguage));
        if (language is not null) context = context with { Language = language };
        if (at is not null) context = context with { At = moment };
        return Decider.Decide(bundle, placement, context, (ulong)seed);
    }

    private static (string Name, byte[] Bytes) Read(FileInfo file) => (file.ToString(), File.ReadAllBytes(file.FullName));

    /// <summary>Every error says in which file.</summary>
    private static T Named<T>(string name, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (DocumentException fault)
        {
            throw new DocumentException([.. fault.Errors.Select(e => e with { Path = e.Path.Length == 0 ? name : $"{name}: {e.Path}" })]);
        }
    }

    private static string ForPeople(Decision decision)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{decision.Placement} at {decision.At:yyyy-MM-dd HH:mm:ss zzz}, bundle {decision.BundleVersion}, seed {decision.Seed}");
        foreach (var chosen in decision.Chosen)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  shows    {chosen.Offer.Id} ({chosen.Offer.Class.ToString().ToLowerInvariant()}{(decision.IsFallback ? ", fallback" : "")}): {chosen.Text.Headline}");
            text.AppendLine(CultureInfo.InvariantCulture, $"           {chosen.Why}");
        }

        foreach (var rejected in decision.Rejected) text.AppendLine(CultureInfo.InvariantCulture, $"  not      {rejected.Offer}: {rejected.Reason}");
        foreach (var (campaign, isHeldOut) in decision.Campaigns) text.AppendLine(CultureInfo.InvariantCulture, $"  campaign {campaign}: {(isHeldOut ? "held out" : "shown")}");
        foreach (var fact in decision.Facts) text.AppendLine(CultureInfo.InvariantCulture, $"  knew     {fact.Name}, {fact.Age.TotalMinutes:0.#} min old{(fact.Counted ? "" : ", not counted: too old, or without the consent it needs")}");
        return text.ToString().TrimEnd();
    }
}

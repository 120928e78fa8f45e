using StoreEdge.Core;

namespace StoreEdge.Agent.Health;

/// <summary>Looks at everything once and says how the store is. Asked by the technician's page, by <c>doctor</c> and by whoever watches from outside.</summary>
internal sealed class Checkup(StatusSources sources, MachineChecks machine, HealthBoard board, TimeProvider time)
{
    /// <summary>What a room is called when it cannot speak for itself.</summary>
    private static readonly Dictionary<string, Phrase> Titles = new(StringComparer.Ordinal)
    {
        ["receivers"] = new("Receivers", "Receptores"),
        ["enrolment"] = new("Enrolled beacons", "Beacons cadastrados"),
        ["presence"] = new("Presence", "Presença"),
        ["outbox"] = new("Journal and outbox", "Diário e fila de envio"),
        ["link"] = new("Broker", "Broker"),
        ["displays"] = new("Displays", "Telas"),
        ["bundle"] = new("Offer bundle", "Pacote de ofertas"),
        ["portal"] = Phrase.Same("Portal"),
        ["gate"] = new("Guest gate", "Porta dos visitantes"),
        ["others"] = new("Files of the store", "Arquivos da loja"),
        ["machine"] = new("Machine", "Máquina"),
    };

    private readonly Instant started = Instant.Now(time);
    private readonly ReceiverRates rates = new(time);

    /// <summary>Samples what is shown as a rate; once a second, whether or not anybody looks.</summary>
    public void Sample()
    {
        Ask("receivers", () => rates.Measure(sources.Receivers()), out _);
        machine.Sample();
    }

    /// <summary>Looks at everything.</summary>
    /// <param name="tongue">The language of the words.</param>
    /// <param name="events">The newest events, newest first.</param>
    public StatusReport Examine(Tongue tongue, IReadOnlyList<EventView> events)
    {
        var checks = new List<HealthCheck>();
        var receivers = Ask("receivers", () => rates.Measure(sources.Receivers()), out var fault) ?? [];
        Add(checks, fault, receivers.SelectMany(r => (IEnumerable<HealthCheck>)[RoomChecks.Receiver(r), .. RoomChecks.Radio(r), RoomChecks.Canary(r)]));
        var enrolled = Ask("enrolment", sources.Enrolled, out fault);
        var identity = fault is null ? Ask("enrolment", sources.Identity, out fault) : null;
        Add(checks, fault, [RoomChecks.Enrolment(enrolled, identity)]);
        var present = Ask<int?>("presence", () => sources.PresentNow(), out fault);
        var silence = fault is null ? Ask("presence", sources.PresenceSilence, out fault) : null;
        Add(checks, fault, [RoomChecks.Presence(silence, present ?? 0)]);
        var outbox = Ask("outbox", sources.Outbox, out fault);
        var outboxFault = fault;
        var link = Ask("link", sources.Link, out fault);
        Add(checks, outboxFault, [RoomChecks.Outbox(outbox, link), RoomChecks.DeadLetters(outbox)]);
        Add(checks, fault, [RoomChecks.Link(link), .. CertificateChecks.Of(link?.Certificates ?? [])]);
        var way = Ask("link", sources.Broker, out fault) ?? [];
        Add(checks, fault, way);
        var displays = Ask("displays", sources.Displays, out fault) ?? [];
        Add(checks, fault, displays.Select(RoomChecks.Display));
        var bundle = Ask("bundle", sources.Bundle, out fault);
        Add(checks, fault, [RoomChecks.Bundle(bundle)]);
        checks.Add(RoomChecks.Footfall(sources.Footfall()));
        var portal = Ask("portal", sources.Portal, out fault);
        Add(checks, fault, [RoomChecks.Portal(portal)]);
        var gate = Ask("gate", sources.Gate, out fault);
        Add(checks, fault, [RoomChecks.Gate(gate)]);
        var others = Ask("others", () => CertificateChecks.Of(sources.Certificates()).Concat(sources.Others()).ToList(), out fault) ?? [];
        Add(checks, fault, others);
        checks.Add(RoomChecks.Configuration(sources.Configuration));
        var local = Ask("machine", machine.Look, out fault) ?? [];
        Add(checks, fault, local);
        checks = Once(WithWarnings(checks, board.Warnings));

        var (verdict, summary) = Conclude(checks);
        var views = checks.Select((c, i) => (c, i)).OrderBy(p => Rank(p.c.Verdict)).ThenBy(p => p.i).Select(p => View(p.c, tongue));
        return new(
            verdict, summary.In(tongue), time.GetUtcNow(), (Instant.Now(time) - started).TotalSeconds, tongue == Tongue.Portuguese ? "pt-BR" : "en",
            sources.Store, sources.Version, [.. views], receivers, outbox, link, displays, bundle, present, events, identity);
    }

    /// <summary>
    /// Puts the warnings of the rooms among the checks: each replaces the check it speaks about, or stands beside it, or alone where there is no such check. Either way a fault has one name, whatever
    /// else is wrong at the time: the check's code and its own.
    /// </summary>
    internal static List<HealthCheck> WithWarnings(List<HealthCheck> checks, IReadOnlyList<HealthWarning> warnings)
    {
        var all = new List<HealthCheck>(checks);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var warning in warnings)
        {
            var said = WarningWords.AsCheck(warning);
            var at = WarningWords.CheckOf(warning.Code) is { } code ? all.FindIndex(c => c.Code == code) : -1;
            if (at >= 0) said = said with { Code = all[at].Code, Title = all[at].Title };
            // A check that is worse by itself knows more than the warning; then both stand.
            if (at < 0 || Rank(said.Verdict) > Rank(all[at].Verdict) || !taken.Add(all[at].Code)) all.Add(said);
            else all[at] = said;
        }

        return all;
    }

    /// <summary>What is wrong is said once: a bad check that explains another bad one gives way to it.</summary>
    internal static List<HealthCheck> Once(List<HealthCheck> checks)
    {
        static bool IsBad(HealthCheck check) => check.Verdict is CheckVerdict.Fail or CheckVerdict.Warn;
        var whole = checks.Where(IsBad).Select(c => c.Code).ToHashSet(StringComparer.Ordinal);
        return [.. checks.Where(c => !IsBad(c) || c.PartOf is null || !whole.Contains(c.PartOf))];
    }

    /// <summary>One verdict over all checks. What cannot be told, and what is not there, does not count against the store.</summary>
    internal static (string Verdict, Phrase Summary) Conclude(IReadOnlyList<HealthCheck> checks) =>
        Conclude(checks.Count(c => c.Verdict == CheckVerdict.Fail), checks.Count(c => c.Verdict == CheckVerdict.Warn));

    /// <summary>As above, of so many that failed and so many to look at.</summary>
    internal static (string Verdict, Phrase Summary) Conclude(int failed, int warned)
    {
        if (failed > 0)
        {
            return ("failed", new(
                $"{failed} {(failed == 1 ? "part does" : "parts do")} not work{(warned > 0 ? $", {warned} more to look at" : "")}.",
                $"{failed} {(failed == 1 ? "parte não funciona" : "partes não funcionam")}{(warned > 0 ? $" e mais {warned} a verificar" : "")}."));
        }

        if (warned > 0)
            return ("degraded", new($"The store is served; {warned} {(warned == 1 ? "thing" : "things")} to look at.", $"A loja está atendida; {warned} {(warned == 1 ? "item" : "itens")} a verificar."));
        return ("ok", new("Everything works.", "Tudo funciona."));
    }

    /// <summary>The word of the report for a verdict.</summary>
    internal static string Word(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Pass => "pass",
        CheckVerdict.Warn => "warn",
        CheckVerdict.Fail => "fail",
        CheckVerdict.NotApplicable => "not-applicable",
        _ => "unknown",
    };

    /// <summary>The verdict that a word of the report stands for.</summary>
    internal static CheckVerdict Verdict(string word) => Enum.GetValues<CheckVerdict>().FirstOrDefault(v => Word(v) == word, CheckVerdict.Unknown);

    internal static CheckView View(HealthCheck check, Tongue tongue) => new(
        check.Code, check.Title.In(tongue), Word(check.Verdict), check.Evidence.In(tongue), check.NextAction.In(tongue) is { Length: > 0 } action ? action : null)
    {
        Fault = check.Fault,
        PartOf = check.PartOf,
    };

    internal static int Rank(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Fail => 0,
        CheckVerdict.Warn => 1,
        CheckVerdict.Unknown => 2,
        CheckVerdict.Pass => 3,
        _ => 4,
    };

    private static void Add(List<HealthCheck> checks, HealthCheck? fault, IEnumerable<HealthCheck> found)
    {
        if (fault is not null) checks.Add(fault);
        else checks.AddRange(found);
    }

    /// <summary>The page must answer while any other part has failed, so whatever a room throws becomes a failed check of that room.</summary>
    private static T? Ask<T>(string room, Func<T> ask, out HealthCheck? fault)
    {
        fault = null;
        try
        {
            return ask();
        }
        catch (Exception thrown)
        {
            fault = new(
                room, Titles[room], CheckVerdict.Fail, new($"It did not say how it is: {thrown.GetType().Name}.", $"Não informou seu estado: {thrown.GetType().Name}."),
                new("Restart the service (sudo systemctl restart storeedge) and send its log.", "Reinicie o serviço (sudo systemctl restart storeedge) e envie o log."));
            return default;
        }
    }
}

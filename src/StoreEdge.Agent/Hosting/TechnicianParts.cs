using System.Text.Json.Nodes;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Desired;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Outbox;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Panels;
using StoreEdge.Agent.Presence;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Hosting;

/// <summary>The technician's pages with everything they ask of other rooms.</summary>
internal sealed class TechnicianParts
{
    private readonly TechnicianDesk desk;
    private readonly TechnicianAudit audit;
    private readonly TestArrival test;
    private readonly ActionsPage actions;
    private readonly TagListening tags;
    private readonly RadioPage radio;
    private readonly LogsPage lines;
    private readonly DeadLettersPage letters;
    private readonly ConfigurationPage configuration;
    private readonly ConfirmationWatch confirmation;

    public TechnicianParts(
        AgentOptions options, AcrossRuns across, DesiredRun desired, JournalStore journal, SensingLoop sensing, PresenceLoop presence, DisplayHub displays, StaffSignals signals, CentralLink? link, Action runAnew, Func<Task> decided, Action restart, Func<bool> isSynchronized,
        HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        var bootId = journal.BootId;
        var pin = options.Technician.PinFile is { } file ? TechnicianDoor.ReadPin(file, health) : null;
        var door = pin is null ? null : new TechnicianDoor(pin, new(options.StateDirectory, bootId, time), time, health);
        audit = new(options.StateDirectory, bootId, isSynchronized, time, logs.CreateLogger<TechnicianAudit>());
        desk = new(door, across.Technicians, options.Technician.Networks, audit, new(options.Store.Name, [ActionsPage.Tab, RadioPage.Tab, LogsPage.Tab, DeadLettersPage.Tab, ConfigurationPage.Tab, AuditPage.Tab]));
        test = new(
            new(
                (subject, zone, stop) => presence.NoticePortalAsync(subject, Assurance.Low, zone, stop), subject => presence.LeavePortal(subject, silently: false),
                link is null ? null : () => journal.AcknowledgedSeq),
            journal.Subscribe("test arrivals", 256), time);
        actions = new(new(displays, [.. options.Panels.Lamps.Select(l => l.Pin.Name)], signals.Identify, StaffParts.ZonesOf(options), test, restart, time.GetLocalNow));
        // A satellite sends sightings and an ESPresense node levels: neither can be tapped here.
        tags = new([.. sensing.Receivers.Where(r => options.Receivers.Any(o => o.Place.Id == r.Place.Id && !o.Source.IsElsewhere))], options.Presence, time);
        radio = new(tags, places => Proposal(desired, places));
        lines = new(across.Logs);
        letters = new(
            new(
                () => link?.Outbox.Status.DeadLetters ?? 0,
                most => [.. journal.Query(database => DeadLetter.List(database, most)).Select(l => new RefusedEvent(l.Epoch, l.Seq, l.Type, l.Reason))],
                link is null ? null : (epoch, seq) => link.Outbox.ResendAsync(epoch, seq, seq)),
            time);
        confirmation = new(desired.Documents, decided, runAnew, time);
        configuration = new(Editor(desired, confirmation, runAnew));
    }

    /// <summary>Adds them to the store's own pages.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        desk.Map(routes);
        actions.Map(routes, desk);
        radio.Map(routes, desk);
        lines.Map(routes, desk);
        letters.Map(routes, desk);
        configuration.Map(routes, desk);
        desk.MapPage(routes, AuditPage.Tab, new AuditPage(audit).Write);
    }

    /// <summary>Runs what is to be run.</summary>
    public void Run(Loops loops)
    {
        loops.Run("test arrivals", test.RunAsync);
        loops.Run("confirmation", confirmation.RunAsync);
        loops.Run("technician's ear", tags.RunAsync);
    }

    /// <summary>The technician's layer among the desired documents: tried as they are, and proved by a word instead of a link.</summary>
    private static ConfigurationDoors Editor(DesiredRun run, ConfirmationWatch confirmation, Action runAnew)
    {
        var documents = run.Documents;
        return new(
            Document, Effective, Fault, () => documents[DesiredDocuments.Technician] is { State: DesiredRecord.Reverted } record ? record.Reason : null, () => documents.HasTrial, () => confirmation.Left, () => confirmation.By,
            (document, by) => documents.TryIfNone(DesiredDocuments.Technician, document, by), runAnew, confirmation.ConfirmAsync,
            () => confirmation.TakeBack("the technician took it back"));

        string Document() => documents[DesiredDocuments.Technician] is var record && documents.NeedsConfirmation ? record.Trial!.Edition.Document : record.Good?.Document ?? "";

        IReadOnlyList<string> Fault(string document)
        {
            try
            {
                run.Check(documents.LayersWith(DesiredDocuments.Technician, new(documents[DesiredDocuments.Technician].Highest + 1, document)));
                return [];
            }
            catch (ConfigurationException fault)
            {
                return [.. fault.Errors.Take(20).Select(e => e.ToString())];
            }
        }

        IReadOnlyList<EffectiveKey> Effective()
        {
            var layers = documents.LayersInForce();
            if (layers.FirstOrDefault(l => l.Source.StartsWith(DesiredLayer.Technician, StringComparison.Ordinal)) is not { } own) return [];
            // Reading takes the values out of the layer.
            var keys = Leaves(own.Values, "").ToList();
            var all = run.Read(layers);
            return [.. keys.Select(key => new EffectiveKey(key, ValueOf(all.Root, key), all.OriginOf(key), all.OriginOf(key) == own.Source))];
        }
    }

    /// <summary>The layer with the whole list of receivers in it, because a list replaces the weaker one whole.</summary>
    private static string Proposal(DesiredRun run, IReadOnlyList<ReceiverPlace> places)
    {
        var layers = run.Documents.LayersInForce();
        var own = layers.FirstOrDefault(l => l.Source.StartsWith(DesiredLayer.Technician, StringComparison.Ordinal))?.Values.DeepClone().AsObject() ?? [];
        var receivers = run.Read(layers).Root["receivers"]!.DeepClone().AsArray();
        foreach (var receiver in receivers.OfType<JsonObject>())
        {
            if (places.FirstOrDefault(p => p.Id.Value == (string?)receiver["id"]) is not { } place) continue;
            receiver["enterDbm"] = place.EnterDbm;
            receiver["exitDbm"] = place.ExitDbm;
        }

        own["receivers"] = receivers;
        return own.ToJsonString(new() { WriteIndented = true, IndentSize = 2 });
    }

    private static IEnumerable<string> Leaves(JsonObject values, string path) =>
        values.SelectMany(v => v.Value is JsonObject inner && inner.Count > 0 ? Leaves(inner, $"{path}{v.Key}.") : [path + v.Key]);

    private static string ValueOf(JsonNode root, string key) =>
        key.Split('.').Aggregate((JsonNode?)root, (node, part) => (node as JsonObject)?[part])?.ToJsonString() is { } value ? value.Length > 200 ? value[..200] + "…" : value : "null";
}

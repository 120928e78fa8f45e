using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Panels;
using StoreEdge.Agent.Presence;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Hosting;

/// <summary>The technician's pages with everything they ask of other rooms.</summary>
internal sealed class TechnicianParts
{
    private readonly TechnicianDesk desk;
    private readonly TechnicianAudit audit;
    private readonly TestArrival test;
    private readonly ActionsPage actions;

    public TechnicianParts(
        AgentOptions options, AcrossRuns across, JournalStore journal, PresenceLoop presence, DisplayHub displays, StaffSignals signals, CentralLink? link, Action restart, Func<bool> isSynchronized,
        HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        var bootId = journal.BootId;
        var pin = options.Technician.PinFile is { } file ? TechnicianDoor.ReadPin(file, health) : null;
        var door = pin is null ? null : new TechnicianDoor(pin, new(options.StateDirectory, bootId, time), time, health);
        audit = new(options.StateDirectory, bootId, isSynchronized, time, logs.CreateLogger<TechnicianAudit>());
        desk = new(door, across.Technicians, options.Technician.Networks, audit, new(options.Store.Name, [ActionsPage.Tab, AuditPage.Tab]));
        test = new(
            new(
                (subject, zone, stop) => presence.NoticePortalAsync(subject, Assurance.Low, zone, stop), subject => presence.LeavePortal(subject, silently: false),
                link is null ? null : () => journal.AcknowledgedSeq),
            journal.Subscribe("test arrivals", 256), time);
        actions = new(new(displays, [.. options.Panels.Lamps.Select(l => l.Pin.Name)], signals.Identify, StaffParts.ZonesOf(options), test, restart, time.GetLocalNow));
    }

    /// <summary>Adds them to the store's own pages.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        desk.Map(routes);
        actions.Map(routes, desk);
        desk.MapPage(routes, AuditPage.Tab, new AuditPage(audit).Write);
    }

    /// <summary>Runs what is to be run.</summary>
    public void Run(Loops loops) => loops.Run("test arrivals", test.RunAsync);
}

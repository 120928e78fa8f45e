using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Agent.Hosting;

/// <summary>The technician's pages with everything they ask of other rooms.</summary>
internal sealed class TechnicianParts
{
    private readonly TechnicianDesk desk;
    private readonly TechnicianAudit audit;

    public TechnicianParts(AgentOptions options, AcrossRuns across, string bootId, Func<bool> isSynchronized, HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        var pin = options.Technician.PinFile is { } file ? TechnicianDoor.ReadPin(file, health) : null;
        var door = pin is null ? null : new TechnicianDoor(pin, new(options.StateDirectory, bootId, time), time, health);
        audit = new(options.StateDirectory, bootId, isSynchronized, time, logs.CreateLogger<TechnicianAudit>());
        desk = new(door, across.Technicians, options.Technician.Networks, audit, new(options.Store.Name, [AuditPage.Tab]));
    }

    /// <summary>Adds them to the store's own pages.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        desk.Map(routes);
        desk.MapPage(routes, AuditPage.Tab with { Path = "" }, new AuditPage(audit).Write);
        desk.MapPage(routes, AuditPage.Tab, new AuditPage(audit).Write);
    }
}

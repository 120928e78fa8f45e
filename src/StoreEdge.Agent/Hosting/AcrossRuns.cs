using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Agent.Hosting;

/// <summary>What lives as long as the process, over all runs of its rooms.</summary>
/// <param name="Technicians">A technician who has changed the configuration must be able to confirm it in the next run.</param>
internal sealed record AcrossRuns(TechnicianSessions Technicians)
{
    public static AcrossRuns Begin(TimeProvider time) => new(new TechnicianSessions(time));
}

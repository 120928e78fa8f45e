using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Agent.Hosting;

/// <summary>What lives as long as the process, over all runs of its rooms.</summary>
/// <param name="Technicians">A technician who has changed the configuration must be able to confirm it in the next run.</param>
/// <param name="Logs">Why the last run ended stands in its last lines.</param>
internal sealed record AcrossRuns(TechnicianSessions Technicians, LogRing Logs)
{
    public static AcrossRuns Begin(TimeProvider time) => new(new TechnicianSessions(time), new LogRing(time));
}

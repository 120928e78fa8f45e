using StoreEdge.Simulator.Crowd;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Controller;

/// <summary>What one receiver of a scenario hears: the same air as in a rendered or live run with that seed, in this controller's kind of reports.</summary>
internal sealed class ScenarioEmissions : IEmissions
{
    private readonly IEnumerator<Heard> air;
    private bool hasNext;

    public ScenarioEmissions(Scenario scenario, int receiver, bool extended, ulong seed, double seconds)
    {
        var layout = scenario.Layout with { Receivers = [.. scenario.Layout.Receivers.Select((r, i) => i == receiver ? r with { Extended = extended } : r)] };
        var here = scenario with { Layout = layout };
        air = Air.Listen(here, CrowdPlan.Draw(here, seed, seconds), seed, seconds).Where(heard => heard.Receiver == receiver).GetEnumerator();
        hasNext = air.MoveNext();
    }

    public TimeSpan? NextAt => hasNext ? TimeSpan.FromSeconds(air.Current.At) : null;

    public byte[] Take()
    {
        var packet = air.Current.Packet;
        hasNext = air.MoveNext();
        return packet;
    }
}

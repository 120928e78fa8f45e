using System.Globalization;
using StoreEdge.Contracts;
using StoreEdge.Simulator.Journey;

namespace StoreEdge.Simulator.Live;

/// <summary>Prints arrivals, departures and showings as the journey service receives them.</summary>
/// <param name="who">By pseudonym, what the simulator calls them and when they crossed the door, if they did.</param>
/// <param name="output">Where to.</param>
internal sealed class ArrivalTable(IReadOnlyDictionary<string, (string Name, DateTimeOffset? Entered)> who, TextWriter output)
{
    private bool hasHead;

    public void Note(ReceivedEvent received)
    {
        var (what, subject, place, road) = received.Data switch
        {
            ArrivalData a => ("arrival", a.Subject, a.Zone, a.Road),
            DepartureData d => ("departure", d.Subject, d.Zone, d.Reason),
            RenderedData r => ("rendered", r.OfferId, r.Display, r.ArrivalToRenderMilliseconds is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms") : "fallback"),
            _ => (null, "", "", ""),
        };
        if (what is null) return;
        if (!hasHead) output.WriteLine($"{"time",-13}{"event",-11}{"who / offer",-34}{"where",-18}{"how",-10}after the door");
        hasHead = true;
        var known = who.GetValueOrDefault(subject);
        var after = what == "arrival" && known.Entered is { } entered ? string.Create(CultureInfo.InvariantCulture, $"{(received.ReceivedAt - entered).TotalSeconds:0.00} s") : "";
        var name = known.Name ?? subject;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{received.ReceivedAt:HH:mm:ss.fff} {what,-11}{(name.Length > 32 ? name[..31] + "…" : name),-34}{place,-18}{road,-10}{after}"));
    }
}

using StoreEdge.Agent.Displays;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Configuration;

/// <summary>Reads <c>displays</c>: where each screen hangs, and how it behaves.</summary>
internal static class DisplayOptionsReader
{
    internal static List<DisplayPlace> Displays(ConfigurationSection top)
    {
        var displays = new List<DisplayPlace>();
        foreach (var section in top.Sections("displays"))
        {
            var id = section.Name("id", "the display's id");
            if (displays.Any(d => d.Id.Value == id && id.Length > 0)) section.Fail("id", "each display has an id of its own");
            var zone = section.Name("zone", "the zone it hangs in");
            displays.Add(new(new(id), new(zone))
            {
                Near = [.. section.Texts("near", [], n => NameRule.Holds(n) && n != zone ? n : null, $"another zone from which it is seen: {NameRule.Allowed}").Select(n => new ZoneId(n))],
                Receiver = section.Text("receiver", "", r => r.Length == 0 || NameRule.HoldsForReceiver(r), $"the receiver that it hangs by: {NameRule.AllowedForReceiver}") is { Length: > 0 } receiver ? receiver : null,
            });
            section.Close();
        }

        return displays;
    }
}

using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Configuration;

/// <summary>What <see cref="AgentOptionsReader"/> reads about the people in the shop: to whom requests for help go, the staff displays, and the technician.</summary>
internal static class ServiceOptionsReader
{
    private const string Everybody = "*";

    /// <summary>Below this nobody can have read it; beyond the other end the customer has gone.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5), Most = TimeSpan.FromMinutes(30);

    /// <summary>The routes of requests for help.</summary>
    public static HelpOptions Help(ConfigurationSection section)
    {
        var after = section.Span("after", HelpOptions.DefaultAfter, Least, Most);
        var routes = new List<HelpRoute>();
        foreach (var route in section.Sections("routes"))
        {
            routes.Add(new(
                route.Texts("skills", [], s => s == HelpDesk.Issue || HelpDesk.Skills.Contains(s) ? s : null, $"one of {string.Join(", ", HelpDesk.Skills)}, {HelpDesk.Issue}"),
                [.. route.Texts("zones", [], Name, "a zone where the customer is: " + NameRule.Allowed).Select(z => new ZoneId(z))],
                route.Texts("steps", [], Step, "the zones of the staff displays that are asked, such as \"bakery\", \"bakery+entrance\" or \"*\" for all"), route.Span("after", after, Least, Most)));
            if (routes[^1].Steps.Count == 0) route.Fail("steps", "at least one step, such as \"*\" for all staff displays");
            route.Close();
        }

        section.Close();
        return new(routes, after);
    }

    /// <summary>The staff displays.</summary>
    public static StaffOptions Staff(ConfigurationSection section)
    {
        var read = new StaffOptions(section.File("pinFile"));
        section.Close();
        return read;
    }

    /// <summary>The technician's page.</summary>
    public static TechnicianOptions Technician(ConfigurationSection section)
    {
        var networks = section.Texts(
            "networks", [], text => TechnicianNetworks.TryParse(text, out var network) ? new NamedNetwork(network.Value) : null, "a network, such as \"192.168.10.0/24\" or \"fd00::/8\"");
        var read = new TechnicianOptions(section.File("pinFile"), section.Has("networks") ? new([.. networks.Select(n => n.Network)]) : TechnicianNetworks.Default);
        section.Close();
        return read;
    }

    private sealed record NamedNetwork(System.Net.IPNetwork Network);

    private static string? Name(string text) => NameRule.Holds(text) ? text : null;

    private static IReadOnlyList<ZoneId>? Step(string text)
    {
        if (text == Everybody) return [];
        var zones = text.Split('+', StringSplitOptions.TrimEntries);
        return zones.All(z => NameRule.Holds(z)) ? [.. zones.Select(z => new ZoneId(z))] : null;
    }
}

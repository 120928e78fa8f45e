using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Helping;

/// <summary>To whom requests for help go.</summary>
/// <param name="Routes">The first that fits a request is its route.</param>
/// <param name="After">How long each step of the way is given where no route fits, and where a route does not say.</param>
internal sealed record HelpOptions(IReadOnlyList<HelpRoute> Routes, TimeSpan After)
{
    /// <summary>A minute: who stands in an aisle and has asked for somebody waits about that long before walking off to look for one.</summary>
    public static readonly TimeSpan DefaultAfter = TimeSpan.FromMinutes(1);

    /// <summary>Whoever is where the customer is, then everybody.</summary>
    public static HelpOptions Default { get; } = new([], DefaultAfter);
}

/// <summary>The way of some requests.</summary>
/// <param name="Skills">What they are about; empty: whatever it is.</param>
/// <param name="Zones">Where the customer is; empty: wherever, also where that is not known.</param>
/// <param name="Steps">Which staff displays are asked, step after step; an empty step is every display. Who was asked stays asked.</param>
/// <param name="After">How long each step is given before the next; after the last it is central's turn.</param>
internal sealed record HelpRoute(IReadOnlyList<string> Skills, IReadOnlyList<ZoneId> Zones, IReadOnlyList<IReadOnlyList<ZoneId>> Steps, TimeSpan After);

/// <summary>Finds the way of a request: by what it is about, and where the customer is.</summary>
internal sealed class HelpRoutes(HelpOptions options)
{
    /// <summary>The request's route.</summary>
    public HelpRoute Of(HelpRequest request)
    {
        foreach (var route in options.Routes)
            if ((route.Skills.Count == 0 || route.Skills.Contains(request.Skill)) && (route.Zones.Count == 0 || route.Zones.Any(z => z.Value == request.Zone))) return route;
        return new([], [], request.Zone is { } zone ? [[new(zone)], []] : [[]], options.After);
    }

    /// <summary>Whether the staff display of a zone is asked by now.</summary>
    public bool IsFor(HelpRequest request, ZoneId staff) => Of(request).Steps.Take(request.Step + 1).Any(step => step.Count == 0 || step.Contains(staff));

    /// <summary>The next step of a request that nobody has taken up.</summary>
    /// <returns>Its number, and whether nobody is left in the store who could be asked then.</returns>
    public (int Step, bool IsLast) Next(HelpRequest request) => (request.Step + 1, request.Step + 1 >= Of(request).Steps.Count);
}

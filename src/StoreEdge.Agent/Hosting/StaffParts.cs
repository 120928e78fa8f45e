using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Pages.Staff;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Hosting;

/// <summary>Who helps customers: the staff displays, and the watcher that passes requests on which nobody takes up.</summary>
internal sealed class StaffParts
{
    private readonly StaffEndpoints endpoints;
    private readonly StaffFeed feed;
    private readonly EscalationWatcher escalation;

    public StaffParts(
        AgentOptions options, JournalStore journal, HelpDesk help, PhoneWords words, StaffCues cues, PortalKey key, Func<bool> isOffline, HealthBoard health, TimeProvider time,
        Func<DateTimeOffset> atLeast, CancellationToken stopping)
    {
        var routes = new HelpRoutes(options.Help);
        var door = options.Staff.PinFile is { } file ? new StaffDoor(StaffDoor.ReadPin(file), key, time, atLeast, health) : null;
        feed = new(journal.Subscribe("staff", 256));
        escalation = new(help, routes, journal, time, health);
        endpoints = new(
            door, new(ZonesOf(options), help, routes, cues.In, cues.NameOf, words.Demands, isOffline, journal.BootId), new(options.Store.Name, new(options.Portal.Page.BrandColour), time), feed,
            options.Store.Language, time, stopping);
    }

    /// <summary>Adds the staff displays to the store's own pages.</summary>
    public void Map(IEndpointRouteBuilder routes) => endpoints.Map(routes);

    /// <summary>Runs what is to be run.</summary>
    public void Run(Loops loops)
    {
        loops.Run("help", escalation.RunAsync);
        loops.Run("staff displays", feed.RunAsync);
    }

    /// <summary>Every zone that the configuration names: where a customer can be, where a screen hangs, and whom a route asks.</summary>
    public static IReadOnlyList<ZoneId> ZonesOf(AgentOptions options) =>
    [
        .. options.Receivers.Select(r => r.Place.Zone).Concat(options.Displays.Select(d => d.Zone)).Append(options.Portal.Zone)
            .Concat(options.Help.Routes.SelectMany(r => r.Steps.SelectMany(s => s).Concat(r.Zones))).Distinct().OrderBy(z => z.Value, StringComparer.Ordinal),
    ];
}

using System.Net;
using StoreEdge.Agent.Controllers;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Outbox;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Panels;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Agent.Watching;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Configuration;

/// <summary>The whole configuration, parsed and checked. Rooms get their own part of it and nothing else.</summary>
internal sealed record AgentOptions(
    StoreOptions Store,
    IPEndPoint Http,
    string StateDirectory,
    IReadOnlyList<ReceiverOptions> Receivers,
    EnrolmentOptions Enrolment,
    PresenceOptions Presence,
    JournalOptions Journal,
    OutboxOptions Outbox,
    BrokerOptions? Broker,
    IPEndPoint? Satellites,
    BrokerOptions? Espresense,
    BundleOptions Bundle,
    IReadOnlyList<DisplayPlace> Displays,
    PortalSettings Portal,
    HardwareProfile? Hardware,
    FootfallOptions Footfall,
    CentralOptions Central,
    GateOptions? Gate,
    PanelOptions Panels)
{
    /// <summary>To whom requests for help go.</summary>
    public HelpOptions Help { get; init; } = HelpOptions.Default;

    /// <summary>The guests' Wi-Fi, where this machine is its access point; null: it is not.</summary>
    public AccessPointOptions? AccessPoint { get; init; }

    /// <summary>How the store is watched from outside.</summary>
    public MetricsOptions Metrics { get; init; } = new(false, null);

    /// <summary>Whom to compare the clock with; null: whom the machine's own NTP client asks.</summary>
    public IReadOnlyList<TimeServer>? TimeServers { get; init; }

    /// <summary>The staff displays.</summary>
    public StaffOptions Staff { get; init; } = new(null);

    /// <summary>The technician's page.</summary>
    public TechnicianOptions Technician { get; init; } = new(null, TechnicianNetworks.Default);
}

/// <summary>The staff displays.</summary>
/// <param name="PinFile">The file with what staff type to use one; null: there are none.</param>
internal sealed record StaffOptions(string? PinFile);

/// <summary>Which store this is.</summary>
/// <param name="Id">As the whole fleet knows it; also the MQTT client id.</param>
/// <param name="Name">As customers know it.</param>
/// <param name="Language">For phones that ask for no language of ours; displays speak the bundle's.</param>
/// <param name="TimeZone">For quiet hours, and the times that customers read.</param>
internal sealed record StoreOptions(StoreId Id, string Name, string Language, TimeZoneInfo TimeZone);

/// <summary>Who is known, and under which key they become pseudonyms.</summary>
/// <param name="File">The registry, or null where it comes over MQTT only.</param>
/// <param name="KeyFile">The tenant's pseudonym keys, written as <see cref="PseudonymKeys.Allowed"/> says; read at start.</param>
/// <param name="MostResolvable">How many devices a list may make known by their identity resolving key.</param>
internal sealed record EnrolmentOptions(string? File, string KeyFile, int MostResolvable = ResolvableAddress.DefaultMost);

/// <summary>What central may tell this store.</summary>
/// <param name="PublicKeyFile">The keys that desired documents must be signed with, PEM; null: none is taken.</param>
/// <param name="Trial">How long the store may take to prove itself with a desired configuration before that is taken back.</param>
internal sealed record CentralOptions(string? PublicKeyFile, TimeSpan Trial);

/// <summary>The guest portal.</summary>
/// <param name="Enabled">Whether there is one.</param>
/// <param name="Zone">Where somebody who accepts it is taken to be.</param>
/// <param name="Page">Its pages.</param>
/// <param name="Site">Where guests alone are served; null: the portal is among the store's other pages.</param>
/// <param name="Controller">The controller that lets phones pass; null where the Wi-Fi is not somebody else's.</param>
internal sealed record PortalSettings(bool Enabled, ZoneId Zone, PortalOptions Page, GuestSiteOptions? Site, ControllerOptions? Controller);

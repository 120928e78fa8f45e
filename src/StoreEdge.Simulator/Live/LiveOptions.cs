using StoreEdge.Core.Identity;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Live;

/// <summary>Everything a live run needs to know.</summary>
/// <param name="Scenario">The shop and its people.</param>
/// <param name="Seed">Of all chance.</param>
/// <param name="Length">Of the run; it may be ended sooner.</param>
/// <param name="Store">The store, as in the agent's configuration.</param>
/// <param name="Sockets">By receiver, where the agent listens.</param>
/// <param name="Portal">The portal's address; null where nobody shall use it.</param>
/// <param name="MqttHost">The broker.</param>
/// <param name="MqttPort">1–65,535.</param>
/// <param name="Key">The tenant's key, the same as the agent's.</param>
/// <param name="Database">Where the journey service keeps its table.</param>
/// <param name="Drain">How long the last events may take to be acknowledged.</param>
/// <param name="ShowsTable">Whether arrivals are printed as they come.</param>
internal sealed record LiveOptions(
    Scenario Scenario, ulong Seed, TimeSpan Length, StoreId Store, IReadOnlyDictionary<ReceiverId, string> Sockets, Uri? Portal, string MqttHost, int MqttPort,
    PseudonymKey Key, string Database, TimeSpan Drain, bool ShowsTable);

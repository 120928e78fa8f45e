using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Presence;

/// <summary>Presence in the words of the wire: one function per message.</summary>
internal static class PresenceWords
{
    public const string Furniture = "furniture";

    public static string Of(Assurance assurance) => assurance switch
    {
        Assurance.High => "high",
        Assurance.Medium => "medium",
        _ => "low",
    };

    public static string Of(DepartureReason reason) => reason switch
    {
        DepartureReason.Silence => "silence",
        DepartureReason.Weak => "weak",
        DepartureReason.Outside => "outside",
        DepartureReason.Lost => "lost",
        DepartureReason.Furniture => Furniture,
        _ => "portal",
    };

    public static string? Of(Suspicion suspicion) => suspicion switch
    {
        Suspicion.Replayed => "replayed",
        Suspicion.Cloned => "cloned",
        _ => null,
    };

    public static string Of(Road road) => road == Road.Portal ? "portal" : "beacon";

    public static IEventData Of(PresenceEvent happened) => happened switch
    {
        Arrival a => new ArrivalData(
            a.Visit.Value, a.Subject.Value, a.Zone.Value, a.Receiver?.Value, Of(a.Assurance), Of(a.Road), TraceOf(a.Road), a.Subject.IsTest, Returned: a.Returned, Party: a.Party?.Value,
            Suspect: Of(a.Suspicion), Proof: a.Proof),
        Dwell d => new DwellData(d.Visit.Value, d.Subject.Value, d.Zone.Value, d.Present.TotalSeconds, TraceOf(d.Road), Of(d.Assurance)),
        ZoneChange z => new ZoneData(z.Visit.Value, z.Subject.Value, z.From.Value, z.Zone.Value, z.Receiver?.Value, TraceOf(z.Road), Of(z.Assurance)),
        Departure d => new DepartureData(d.Visit.Value, d.Subject.Value, d.Zone.Value, d.Present.TotalSeconds, Of(d.Reason), TraceOf(d.Road), Of(d.Assurance), Of(d.Suspicion)),
        _ => throw new ArgumentException($"{happened.GetType().Name} has no message", nameof(happened)),
    };

    /// <summary>A device gives its owner away; who uses the portal does so of their own will.</summary>
    private static string TraceOf(Road road) => road == Road.Portal ? "voluntary" : "involuntary";
}

using System.Text.Json;
using StoreEdge.Agent.Presence;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary>One presence event as a JSON object, for <c>replay</c>: <c>t</c> in seconds since the first frame of all recordings.</summary>
internal static class PresenceEventJson
{
    public static void Write(Utf8JsonWriter json, PresenceEvent happened)
    {
        json.WriteStartObject();
        json.WriteNumber("t", Seconds(happened.At - Instant.Origin));
        switch (happened)
        {
            case Arrival arrival:
                WriteCommon(json, "arrival", arrival, arrival.Receiver, arrival.Assurance);
                json.WriteBoolean("returned", arrival.Returned);
                break;
            case Dwell dwell:
                WriteCommon(json, "dwell", dwell, dwell.Receiver, dwell.Assurance);
                json.WriteNumber("presentSeconds", Seconds(dwell.Present));
                break;
            case ZoneChange change:
                WriteCommon(json, "zone", change, change.Receiver, change.Assurance);
                json.WriteString("from", change.From.Value);
                break;
            case Departure departure:
                WriteCommon(json, "departure", departure, departure.Receiver, departure.Assurance);
                json.WriteNumber("presentSeconds", Seconds(departure.Present));
                json.WriteString("reason", PresenceWords.Of(departure.Reason));
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteCommon(Utf8JsonWriter json, string name, PresenceEvent happened, ReceiverId? receiver, Assurance assurance)
    {
        json.WriteString("event", name);
        json.WriteString("subject", happened.Subject.Value);
        if (receiver is { } heardBy) json.WriteString("receiver", heardBy.Value);
        else json.WriteNull("receiver");
        json.WriteString("zone", happened.Zone.Value);
        json.WriteString("assurance", PresenceWords.Of(assurance));
        json.WriteString("visit", happened.Visit.Value);
    }

    private static decimal Seconds(TimeSpan span) => Math.Round((decimal)span.Ticks / TimeSpan.TicksPerSecond, 3);
}

using System.Text.Json;
using StoreEdge.Simulator.Chance;
using StoreEdge.Simulator.Radio;
using StoreEdge.Simulator.Scenarios;

namespace StoreEdge.Simulator.Crowd;

/// <summary>The registry of known beacons, as the agent takes it from a file or from <c>desired/enrolment</c>.</summary>
internal static class Enrolment
{
    /// <summary>Everybody of the run whom the agent may know, and the customers who stay away today.</summary>
    public static byte[] Write(Scenario scenario, IReadOnlyList<Person> people, ulong seed, long version)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("version", version);
            json.WriteStartArray("entries");
            foreach (var person in people)
            {
                if (person.Customer is null) continue;
                Entry(json, person.Customer, person.Role, person.Household, person.LoyaltyNumber, person.IsEnrolled ? AdPayload.IdText(person.Beacon!) : null);
            }

            var chance = Xoshiro.For(seed, "absent");
            for (var i = 0; i < scenario.AbsentCustomers; i++)
            {
                var id = new byte[20];
                chance.Fill(id);
                Entry(json, $"C-{1_000_001 + i}", "customer", null, null, AdPayload.IdText(new(TagFormat.IBeacon, id, true, false, 1, -59, 0)));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.ToArray();
    }

    private static void Entry(Utf8JsonWriter json, string customer, string role, string? household, string? loyaltyNumber, string? beacon)
    {
        json.WriteStartObject();
        json.WriteString("customer", customer);
        json.WriteString("role", role);
        if (household is not null) json.WriteString("household", household);
        if (loyaltyNumber is not null) json.WriteString("loyaltyNumber", loyaltyNumber);
        json.WriteStartArray("beacons");
        if (beacon is not null) json.WriteStringValue(beacon);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

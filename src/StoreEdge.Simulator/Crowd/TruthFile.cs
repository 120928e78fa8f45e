using System.Text.Json;

namespace StoreEdge.Simulator.Crowd;

/// <summary>What really happened, one JSON object per line, in the order of time: <c>t</c> in seconds since the start, <c>event</c>, <c>person</c>, …</summary>
internal static class TruthFile
{
    public static byte[] Write(IReadOnlyList<Person> people, double seconds)
    {
        var lines = new List<(double At, int Person, string Event)>();
        foreach (var person in people)
        {
            void Add(string name, double? at)
            {
                if (at is { } t && t >= 0 && t < seconds) lines.Add((t, person.Number, name));
            }

            Add("appear", person.Track.Start);
            Add("enter", person.Enter);
            Add("portal", person.Phone?.OpenAt);
            Add("leave", person.Leave);
            Add("vanish", person.Track.End);
        }

        var known = people.ToDictionary(p => p.Number);
        using var output = new MemoryStream();
        foreach (var (at, number, name) in lines.OrderBy(l => l.At).ThenBy(l => l.Person))
        {
            var person = known[number];
            using (var json = new Utf8JsonWriter(output))
            {
                json.WriteStartObject();
                json.WriteNumber("t", Math.Round(at, 3));
                json.WriteString("event", name);
                json.WriteNumber("person", number);
                json.WriteString("group", person.Group);
                json.WriteString("kind", person.Kind.ToString().ToLowerInvariant());
                if (person.Customer is { } customer) json.WriteString("customer", customer);
                if (person.IsEnrolled) json.WriteString("beacon", Radio.AdPayload.IdText(person.Beacon!));
                json.WriteEndObject();
            }

            output.WriteByte((byte)'\n');
        }

        return output.ToArray();
    }
}

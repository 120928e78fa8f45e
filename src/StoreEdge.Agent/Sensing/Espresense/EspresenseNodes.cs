using System.Collections.Concurrent;
using System.Text.Json;
using StoreEdge.Core;

namespace StoreEdge.Agent.Sensing.Espresense;

/// <summary>
/// ESPresense nodes as receivers. What they publish is looked up and forgotten here: ids and addresses of their messages are neither kept nor logged. A node is taken to
/// hear from its own word (<c>rooms/NODE/status</c>, a last will included) or from whatever it hears.
/// </summary>
internal sealed class EspresenseNodes(IEnumerable<string> nodes, TimeProvider time)
{
    private const string Root = "espresense";
    private readonly ConcurrentDictionary<string, Receiver> placed = new(StringComparer.Ordinal);
    private readonly string[] nodes = [.. nodes];
    private readonly TimeProvider time = time;

    /// <summary>What must be subscribed to.</summary>
    public IEnumerable<string> Filters => nodes.SelectMany(n => new[] { $"{Root}/rooms/{n}/status", $"{Root}/rooms/{n}/telemetry", $"{Root}/devices/+/{n}" });

    /// <summary>The source for <c>espresense:NODE</c>.</summary>
    public IAdvertisementSource Source(string node) => new Node(this, node);

    /// <summary>No node can be heard.</summary>
    public void CloseAll(string because)
    {
        foreach (var receiver in placed.Values) receiver.Close(because, Instant.Now(time));
    }

    /// <summary>Takes one message. <paramref name="isRetained"/>: the broker kept it for us, so it is not of now.</summary>
    public void Take(string topic, ReadOnlySpan<byte> payload, bool isRetained)
    {
        switch (topic.Split('/'))
        {
            case [Root, "rooms", var node, "status"] when placed.TryGetValue(node, out var receiver):
                if (payload.SequenceEqual("online"u8)) Open(receiver);
                else receiver.Close($"Node {node} is off or away from its broker.", Instant.Now(time));
                break;
            case [Root, "rooms", var node, "telemetry"] when !isRetained && placed.TryGetValue(node, out var receiver):
                // In a store without beacons this is the only sign that the node hears; what it counts there are packets, not devices of ours.
                if (TryNumber(payload, "adverts"u8, out var adverts) && adverts > 0) receiver.HearOthers(0, Instant.Now(time));
                break;
            // A device message that the broker kept is of some former day.
            case [Root, "devices", var id, var node] when !isRetained && placed.TryGetValue(node, out var receiver):
                Take(receiver, id, payload);
                break;
        }
    }

    private void Take(Receiver receiver, string id, ReadOnlySpan<byte> payload)
    {
        Open(receiver);
        if (!EspresenseId.TryParse(id, out var beacon)) receiver.HearOthers(1, Instant.Now(time));
        // −127 to 20 is what a radio can say; the node's own correction may lie beyond by some dB.
        else if (TryNumber(payload, "rssi"u8, out var rssi) && rssi is >= -150 and <= 50) receiver.Hear(beacon, (sbyte)Math.Round(Math.Clamp(rssi, -127, 20)), Instant.Now(time));
        else receiver.CountMalformed();
    }

    private void Open(Receiver receiver)
    {
        if (!receiver.Status.Connected) receiver.Open(Instant.Now(time));
    }

    /// <summary>A number of the outermost object; false where it is not there, or the whole is no JSON object.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, out double number)
    {
        number = 0;
        var found = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                var isIt = reader.ValueTextEquals(name);
                reader.Read();
                if (isIt) found = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number);
                else reader.Skip();
            }

            return found;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair in a name, which is sound JSON and no text.
            return false;
        }
    }

    private sealed class Node(EspresenseNodes all, string name) : IAdvertisementSource
    {
        public async Task RunAsync(Receiver receiver, CancellationToken stop)
        {
            receiver.Describe($"ESPresense node {name}");
            receiver.Close($"Node {name} has not been heard of yet.", Instant.Now(all.time));
            all.placed[name] = receiver;
            await Task.Delay(Timeout.InfiniteTimeSpan, all.time, stop).ConfigureAwait(false);
        }
    }
}

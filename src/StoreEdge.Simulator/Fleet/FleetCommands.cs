using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Telling;

namespace StoreEdge.Simulator.Fleet;

/// <summary>What a store of the fleet does on command: <c>ping</c>, <c>drain</c>, <c>replay</c>. The same id again is answered again, not carried out again.</summary>
internal sealed class FleetCommands(FleetJournal journal, Ledger ledger, DrainPace pace, int ownPace)
{
    /// <summary>Enough to meet a repeat after a lost connection.</summary>
    private const int MostRemembered = 16;

    private readonly Queue<ResponseMessage> answered = new();

    /// <exception cref="JsonException">It is not as the contract says.</exception>
    public ResponseMessage Carry(string name, ReadOnlySpan<byte> json, Instant now)
    {
        ICommandMessage? command = name switch
        {
            "ping" => JsonSerializer.Deserialize(json, ContractsJson.Default.PingMessage),
            "drain" => JsonSerializer.Deserialize(json, ContractsJson.Default.DrainMessage),
            "replay" => JsonSerializer.Deserialize(json, ContractsJson.Default.ReplayMessage),
            _ => null,
        };
        if (command is null) return new(IdOf(json), name, "refused", "a store of the fleet knows ping, drain and replay", null);
        if (answered.FirstOrDefault(a => a.Id == command.Id) is { } before) return before;
        var (result, text) = command switch
        {
            DrainMessage drain => Drain(drain, now),
            ReplayMessage replay => Replay(replay),
            _ => ("done", null),
        };
        var answer = new ResponseMessage(command.Id, name, result, text, null);
        answered.Enqueue(answer);
        if (answered.Count > MostRemembered) answered.Dequeue();
        return answer;
    }

    private static string IdOf(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ContractsJson.Default.JsonElement) is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()! : throw new JsonException("a command without an id");

    private (string Result, string? Text) Drain(DrainMessage drain, Instant now)
    {
        if (drain.EventsPerSecond is < 0 or > DrainPace.Most) return ("refused", $"eventsPerSecond is {drain.EventsPerSecond}, allowed is 0–{DrainPace.Most}");
        pace.Change(drain.EventsPerSecond == 0 ? ownPace : drain.EventsPerSecond, now);
        return ("done", $"{pace.PerSecond} events a second");
    }

    private (string Result, string? Text) Replay(ReplayMessage replay)
    {
        if (replay.Epoch != journal.Epoch) return ("refused", "no such journal");
        var (first, last) = (Math.Max(replay.From, journal.AcknowledgedSeq + 1), Math.Min(replay.To, journal.LastSeq));
        if (first > last) return ("refused", $"held are {journal.AcknowledgedSeq + 1} to {journal.LastSeq}; what central acknowledged is gone");
        ledger.Return(new(first, last));
        return ("done", $"{last - first + 1} events are sent again");
    }
}

using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace StoreEdge.SystemTests.Store;

/// <summary>The agent's journal, read from its file while the agent writes to it.</summary>
internal static class KeptEvents
{
    /// <summary>Every event kept so far, in order: its type and its data.</summary>
    public static IReadOnlyList<(string Type, JsonNode Data)> Kept(this AgentProcess agent)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(agent.State, "journal.db")};Mode=ReadOnly;Pooling=false");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "SELECT type, data FROM event ORDER BY seq";
        using var rows = command.ExecuteReader();
        var kept = new List<(string, JsonNode)>();
        while (rows.Read()) kept.Add((rows.GetString(0), JsonNode.Parse(rows.GetString(1))!));
        return kept;
    }

    /// <summary>The data of the events of one type, in order.</summary>
    public static IReadOnlyList<JsonNode> Kept(this AgentProcess agent, string type) => [.. agent.Kept().Where(e => e.Type == type).Select(e => e.Data)];

    /// <summary>Waits for the <paramref name="count"/>th event of a type.</summary>
    /// <returns>Its data.</returns>
    public static async Task<JsonNode> KeptAsync(this AgentProcess agent, string type, int count = 1) =>
        (await Eventually.Get(() => Task.FromResult(agent.Kept(type)), kept => kept.Count >= count, $"{type} event {count} in the journal"))[count - 1];
}

using Microsoft.Data.Sqlite;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// State that another room derives from events and that must never disagree with them: its rows are written in the transaction that writes the event.
/// Examples: open visits, preferences and consents, caps.
/// </summary>
internal interface IProjection
{
    /// <summary>Names the projection's schema in the migrations table, such as <c>visits</c>.</summary>
    string Name { get; }

    /// <summary>The schema as steps, oldest first; a step that has run on a database is never changed, only followed by another.</summary>
    IReadOnlyList<string> Migrations { get; }

    /// <summary>Applies one event, inside the writer's open transaction, on the writer's own thread. It only writes rows; it decides nothing.</summary>
    void Apply(SqliteConnection database, CommittedEvent committed);
}

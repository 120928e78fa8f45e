using Microsoft.Data.Sqlite;

namespace StoreEdge.Agent.Journal;

/// <summary>Pseudonyms that a new key has replaced.</summary>
/// <param name="Successors">The present name for each former one; of customers and of households.</param>
/// <param name="Former">The generations of the key that were in force before; all that could be carried over from them has been when this is written.</param>
/// <param name="Held">The generations of which the key is held.</param>
internal sealed record NameChange(IReadOnlyDictionary<string, string> Successors, IReadOnlyList<int> Former, IReadOnlyList<int> Held);

/// <summary>What a projection's tables hold has been copied from a journal that was replaced.</summary>
/// <param name="LastSeq">The newest number that the former journal is known to have had.</param>
/// <param name="Incomplete">Tables of which not every row could be read.</param>
/// <param name="IsStale">The former journal is known to have gone back in time: what was said last is missing from it.</param>
internal sealed record Inheritance(long LastSeq, IReadOnlySet<string> Incomplete, bool IsStale);

/// <summary>A table that holds something about a person, and where: what is exported on their request, and erased.</summary>
/// <param name="Name">The table.</param>
/// <param name="Subjects">Its columns that may hold a pseudonym.</param>
/// <param name="Visits">Its columns that may hold a visit's id.</param>
internal sealed record PersonalTable(string Name, IReadOnlyList<string> Subjects, IReadOnlyList<string> Visits);

/// <summary>
/// State that another room derives from events and that must never disagree with them: its rows are written in the transaction that writes the event.
/// Examples: open visits, preferences and consents, caps.
/// </summary>
internal interface IProjection
{
    /// <summary>Names the projection's schema in the migrations table, such as <c>visits</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The schema as steps, oldest first; a step that has run on a database is never changed, only followed by another. One that only adds ends with <see cref="Journal.Migrations.StillReadBy"/>,
    /// so that a store can go back to the version before; what must be taken away is taken away one version later (decision 20).
    /// </summary>
    IReadOnlyList<string> Migrations { get; }

    /// <summary>Those of its tables that hold something about a person; a row that names them goes when they are erased.</summary>
    IReadOnlyList<PersonalTable> Personal => [];

    /// <summary>Applies one event, inside the writer's open transaction, on the writer's own thread. It only writes rows; it decides nothing.</summary>
    void Apply(SqliteConnection database, CommittedEvent committed);

    /// <summary>
    /// Carries what is remembered under former pseudonyms over to the present ones, for all projections in one transaction of the writer. Rows that belong to an open visit
    /// stay with it.
    /// </summary>
    void Carry(SqliteConnection database, NameChange change)
    {
    }

    /// <summary>Whether its rows are what was written, as far as it can tell. Asked at each start; no is damage, and the journal is replaced.</summary>
    bool IsSound(SqliteConnection database) => true;

    /// <summary>Its rows come from a former journal: numbers of events in them are of that one. In the transaction that copied them.</summary>
    /// <returns>Whether everything that matters is known to be there.</returns>
    bool Inherit(SqliteConnection database, Inheritance from) => true;

    /// <summary>Takes over what no event tells from a journal that stood in for this one, where this one could not be written. In the transaction that brings its events home.</summary>
    void Rejoin(SqliteConnection database, DamagedDatabase standIn)
    {
    }

    /// <summary>Events that it would have seen before this number are lost, nobody knows which. In the transaction that finds it out.</summary>
    void Miss(SqliteConnection database, long seq)
    {
    }
}

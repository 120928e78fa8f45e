using Microsoft.Data.Sqlite;

namespace StoreEdge.Agent.Journal;

/// <summary>Why the journal cannot be used: decides whether the file may be set aside, or must be left for a person.</summary>
internal enum JournalFaultKind
{
    /// <summary>The bytes are not a sound journal: the file may be set aside and a new epoch begun.</summary>
    Corrupt,

    /// <summary>The file is sound as far as known, but this process may not write it.</summary>
    NotWritable,

    /// <summary>Another process has it open.</summary>
    InUse,

    /// <summary>A newer program wrote it.</summary>
    NewerSchema,

    /// <summary>No room is left on the disk.</summary>
    DiskFull,

    /// <summary>A projection refused an event; the file is sound.</summary>
    Projection,

    /// <summary>The disk or the file system failed, or something unforeseen happened.</summary>
    Other,
}

/// <summary>The journal cannot be opened or written. The message names the file, what is wrong and the remedy.</summary>
internal class JournalFault(JournalFaultKind kind, string file, string what, string remedy, Exception? cause = null)
    : Exception($"journal {file}: {what}. {remedy}", cause)
{
    /// <summary>What sort of trouble it is.</summary>
    public JournalFaultKind Kind { get; } = kind;

    /// <summary>Whether nothing at all can be written now, rather than that what was to be written is to blame.</summary>
    public bool IsOutage => Kind switch
    {
        JournalFaultKind.Projection => false,
        JournalFaultKind.Other => InnerException is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_IOERR },
        _ => true,
    };

    /// <summary>The database file.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong.</summary>
    public string What { get; } = what;

    /// <summary>What a person does about it.</summary>
    public string Remedy { get; } = remedy;
}

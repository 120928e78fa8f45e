using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StoreEdge.Agent.Journal;

/// <summary>How the database file is opened, and what its faults mean to a person.</summary>
internal static class JournalFile
{
    /// <summary>The file's name in the journal's directory.</summary>
    public const string Name = "journal.db";

    /// <summary>Held by the one process that writes; the kernel lets go of it when that process ends, however it ends.</summary>
    public const string LockName = "journal.lock";

    /// <summary>In bytes; see below.</summary>
    public const ushort PageSize = 2048;

    /// <summary>
    /// FULL makes each commit wait for the disk; NORMAL lost 142 of 2,000 events in a simulated power cut. Pages of 2 KiB hold four events: a lone one costs the
    /// disk 6.9 kB instead of 9.0 kB with pages of 4 KiB, and a long decision still fits. The rest keeps memory and files small: 2 MiB of page cache, a log that is
    /// folded into the database every 4 MiB (2,000 pages) and cut back to that. What is deleted is overwritten with zeros, so that an erased customer is not to be
    /// found in what is left of a page.
    /// </summary>
    private static readonly string WriterPragmas = $"""
        PRAGMA page_size = 2048;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 2000;
        PRAGMA journal_size_limit = 4194304;
        PRAGMA secure_delete = ON;
        PRAGMA cache_size = -2048;
        PRAGMA temp_store = MEMORY;
        PRAGMA busy_timeout = {BusyMilliseconds};
        """;

    private const string ReaderPragmas = "PRAGMA query_only = 1; PRAGMA cache_size = -512; PRAGMA busy_timeout = 5000;";

    /// <summary>How long a writer waits for another program's lock.</summary>
    public const int BusyMilliseconds = 5000;

    /// <summary>errno of a full disk and of a file system mounted read-only, which .NET keeps as the result code of the exception; from errno(3).</summary>
    private const int Enospc = 28, Erofs = 30;

    static JournalFile() => Batteries_V2.Init();

    public static SqliteConnection OpenForWriting(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWriteCreate, WriterPragmas);
        // For triggers that keep a checksum over a table's rows.
        connection.CreateFunction("row_checksum", (object?[] values) => RowChecksum.Of(values), isDeterministic: true);
        using var mode = new Statement(connection, "PRAGMA journal_mode");
        mode.Step();
        var isWal = mode.Text(0) == "wal";
        mode.Reset();
        if (isWal) return connection;
        connection.Dispose();
        throw new JournalFault(JournalFaultKind.NotWritable, path, "the file system offers no write-ahead log", "Put the journal on a local disk, not on a network share.");
    }

    public static SqliteConnection OpenForReading(string path) => Open(path, SqliteOpenMode.ReadOnly, ReaderPragmas);

    /// <summary>
    /// Opens a database where nothing may be written, not even what SQLite keeps beside one with a log: on a file system that is mounted read-only, or in a directory of somebody else's.
    /// Takes no locks, so nobody may write it meanwhile.
    /// </summary>
    public static SqliteConnection OpenUntouched(string path)
    {
        // Where there is a log its index is kept in memory; where there is none SQLite must be told that none will come.
        var hasLog = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
        var source = $"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?{(hasLog ? "vfs=unix-none" : "immutable=1")}";
        return Open(source, SqliteOpenMode.ReadOnly, (hasLog ? "PRAGMA locking_mode = EXCLUSIVE; " : "") + "PRAGMA query_only = 1;");
    }

    /// <summary>Folds the whole log into the database and cuts it to nothing, so that what was deleted is in neither.</summary>
    /// <returns>False where somebody reads or writes just now.</returns>
    public static bool Fold(string path)
    {
        // An open log folds from any connection; this one waits as long as any other for its turn.
        using var connection = Open(path, SqliteOpenMode.ReadWrite, "PRAGMA busy_timeout = 5000;");
        using var fold = new Statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        var done = fold.Step() && fold.Number(0) == 0;
        fold.Reset();
        return done;
    }

    /// <summary>
    /// Runs statements up to the first that fails. A SqliteCommand of several statements must not be used for that: once one of them has returned a row, it
    /// swallows the faults of those that follow.
    /// </summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        var database = connection.Handle ?? throw new InvalidOperationException("the connection is closed");
        var code = raw.sqlite3_exec(database, sql, out var fault);
        if (code != raw.SQLITE_OK) throw new SqliteException($"SQLite error {code}: {fault}", code & 0xff, raw.sqlite3_extended_errcode(database));
    }

    /// <summary>Says in words what SQLite or the file system said in codes.</summary>
    public static JournalFault Explain(string path, Exception fault) => fault switch
    {
        JournalFault known => known,
        SqliteException sqlite => (sqlite.SqliteErrorCode, sqlite.SqliteExtendedErrorCode) switch
        {
            (raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB, _) or (_, raw.SQLITE_IOERR_SHORT_READ) =>
                new(JournalFaultKind.Corrupt, path, "the file is damaged", "Restart the agent: it keeps the file in quarantine/ and goes on with a new journal that holds all that can be read.", fault),
            (raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN or raw.SQLITE_AUTH, _) =>
                new(JournalFaultKind.NotWritable, path, "this process may not write it", "Check owner, mode and mount of the directory; the service's own user must own it.", fault),
            (raw.SQLITE_FULL, _) =>
                new(JournalFaultKind.DiskFull, path, "no room is left on the disk", "Free some room; waiting events go on by themselves.", fault),
            (raw.SQLITE_BUSY or raw.SQLITE_LOCKED, _) =>
                new(JournalFaultKind.InUse, path, "another program holds it locked", "End the other program, such as a database shell.", fault),
            _ => new(JournalFaultKind.Other, path, sqlite.Message, "Check the disk: `dmesg`, `storeedge journal verify`.", fault),
        },
        UnauthorizedAccessException or IOException { HResult: Erofs } =>
            new(JournalFaultKind.NotWritable, path, "this process may not write it", "Check owner, mode and mount of the directory; the service's own user must own it.", fault),
        IOException { HResult: Enospc } =>
            new(JournalFaultKind.DiskFull, path, "no room is left on the disk", "Free some room; waiting events go on by themselves.", fault),
        _ => new(JournalFaultKind.Other, path, fault.Message, "Check the disk: `dmesg`, `storeedge journal verify`.", fault),
    };

    private static SqliteConnection Open(string path, SqliteOpenMode mode, string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(connection, pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using StoreEdge.Core;

namespace StoreEdge.Agent.Journal;

/// <summary>Whether a database can be trusted to be written further, as far as a few seconds tell.</summary>
internal static class Soundness
{
    /// <summary>Of the ten seconds in which a store must run; a large journal is not looked at to its end, and what is damaged there is found when it is read.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>SQLite's own steps between two looks at the clock: well below a millisecond.</summary>
    private const int StepsPerLook = 1000;

    /// <summary>Looks at the parts of the header that never change; SQLite itself takes a wrong one for a read-only file or another format.</summary>
    /// <exception cref="JournalFault">It is damaged.</exception>
    public static void CheckHeader(string path)
    {
        Span<byte> header = stackalloc byte[100];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
            if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length) throw Damaged(path, "it is cut off");
        // Offsets from sqlite.org/fileformat2.html, section 1.3. The text encoding (56) stays 0 until the log is first folded in: a new file holds no table yet.
        if (!header.StartsWith("SQLite format 3\0"u8)) throw Damaged(path, "it does not begin as a database");
        if (header[18] is not (1 or 2) || header[19] != header[18] || header[20] != 0 || (header[21], header[22], header[23]) != (64, 32, 32)
            || BinaryPrimitives.ReadUInt32BigEndian(header[56..]) > 1)
            throw Damaged(path, "its first page is damaged");
    }

    /// <summary>Has SQLite check the structure, for a while.</summary>
    /// <returns>Whether that while was enough for all of it.</returns>
    /// <exception cref="JournalFault">It is damaged.</exception>
    public static bool CheckPages(SqliteConnection database, string path, TimeProvider time)
    {
        var end = Instant.Now(time) + Patience;
        raw.sqlite3_progress_handler(database.Handle!, StepsPerLook, _ => Instant.Now(time) > end ? 1 : 0, null!);
        try
        {
            using var check = new Statement(database, "PRAGMA quick_check(1)");
            var found = check.Step() ? check.Text(0) : "ok";
            check.Reset();
            if (found != "ok") throw Damaged(path, $"SQLite finds {found.ReplaceLineEndings(" ")}");
            // It does not compare indexes with their tables. Every event of a boot hangs on the boot's one small row.
            using var known = new Statement(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'boot'");
            if (known.RunNumber() == 0) return true;
            using var boots = new Statement(database, "PRAGMA integrity_check('boot')");
            var compared = boots.Step() ? boots.Text(0) : "ok";
            boots.Reset();
            if (compared != "ok") throw Damaged(path, $"SQLite finds {compared.ReplaceLineEndings(" ")}");
            return true;
        }
        catch (SqliteException stopped) when (stopped.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            // Long enough.
            return false;
        }
        finally
        {
            raw.sqlite3_progress_handler(database.Handle!, 0, null!, null!);
        }
    }

    public static JournalFault Damaged(string path, string what) =>
        new(JournalFaultKind.Corrupt, path, what, "Restart the agent: it keeps the file in quarantine/ and goes on with a new journal that holds all that can be read.");
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// Which table begins at which page, kept beside the database: its first page says so, and a database whose first page is lost is otherwise a heap of pages that nobody can name.
/// </summary>
internal static class SchemaCopy
{
    /// <summary>The file's name in the journal's directory.</summary>
    public const string Name = "journal.schema";

    /// <summary>Brings the copy up to date; writes only where something has changed.</summary>
    public static void Keep(string directory, SqliteConnection database)
    {
        var (path, content) = (Path.Combine(directory, Name), Write(database));
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content)) DurableFile.Replace(path, content);
    }

    /// <summary>Before the schema changes: a power cut in between must not look like damage.</summary>
    public static void Forget(string directory) => File.Delete(Path.Combine(directory, Name));

    /// <summary>Whether the database has another schema than it had: nobody but this program changes it, and then the copy has been forgotten.</summary>
    public static bool Differs(string directory, SqliteConnection database)
    {
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path)) return false;
        using var kept = Parse(path);
        return kept is not null && !File.ReadAllBytes(path).AsSpan().SequenceEqual(Write(database));
    }

    /// <summary>Gives a copy of a database a first page again, with the tables where they were. Only for a copy: it is changed.</summary>
    /// <param name="path">The file that <see cref="Keep"/> wrote.</param>
    /// <param name="file">The database's copy, with its log beside it if it had one.</param>
    public static void Restore(string path, string file)
    {
        WriteFirstPage(file);
        if (!File.Exists(path)) return;
        using var schema = Parse(path);
        if (schema is null) return;
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        database.Open();
        JournalFile.Execute(database, "PRAGMA writable_schema = ON");
        using (var count = new Statement(database, "SELECT count(*) FROM sqlite_schema"))
            if (count.RunNumber() > 0) return;
        using var insert = new Statement(database, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)");
        foreach (var entry in schema.RootElement.EnumerateArray())
        {
            insert.Bind(1, entry[0].GetString()!).Bind(2, entry[1].GetString()!).Bind(3, entry[2].GetString()!).Bind(4, entry[3].GetInt64());
            if (entry[4].GetString() is { } sql) insert.Bind(5, sql);
            insert.Run();
        }
    }

    private static byte[] Write(SqliteConnection database)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            using var rows = new Statement(database, "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid");
            while (rows.Step())
            {
                json.WriteStartArray();
                for (var column = 0; column < 3; column++) json.WriteStringValue(rows.Text(column));
                json.WriteNumberValue(rows.Number(3));
                if (rows.IsNull(4)) json.WriteNullValue();
                else json.WriteStringValue(rows.Text(4));
                json.WriteEndArray();
            }

            rows.Reset();
            json.WriteEndArray();
        }

        return stream.ToArray();
    }

    private static JsonDocument? Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            // It was cut as well: then nothing can be named.
            return null;
        }
    }

    /// <summary>The header of an empty database with the journal's settings, and the size of this one; offsets from sqlite.org/fileformat2.html, section 1.3.</summary>
    private static void WriteFirstPage(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        var page = new byte[JournalFile.PageSize];
        Encoding.ASCII.GetBytes("SQLite format 3\0", page);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(16), JournalFile.PageSize);
        // Written and read with a log.
        (page[18], page[19], page[21], page[22], page[23]) = (2, 2, 64, 32, 32);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(24), 1);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(28), (uint)Math.Max(1, stream.Length / JournalFile.PageSize));
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(40), 1);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(44), 4);
        // UTF-8.
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(56), 1);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(92), 1);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(96), 3_046_000);
        // An empty leaf: no cells, their content would begin at the page's end.
        page[100] = 0x0D;
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(105), JournalFile.PageSize);
        stream.Write(page);
    }
}

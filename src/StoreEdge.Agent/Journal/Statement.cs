using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace StoreEdge.Agent.Journal;

/// <summary>One prepared statement, kept for the life of its connection and run again and again without allocation. Used by one thread at a time.</summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt handle;

    public Statement(SqliteConnection connection, string sql)
    {
        database = connection.Handle ?? throw new InvalidOperationException("the connection is closed");
        var code = raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle);
        if (code != raw.SQLITE_OK) throw Fault(code);
    }

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    /// <summary>Binds UTF-8 as TEXT.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> utf8)
    {
        Check(raw.sqlite3_bind_text(handle, index, utf8));
        return this;
    }

    public Statement Bind(int index, string text)
    {
        Check(raw.sqlite3_bind_text(handle, index, text));
        return this;
    }

    /// <summary>Goes to the next row; false when there is none left. The caller ends with <see cref="Reset"/>.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        var fault = Fault(code);
        Reset();
        throw fault;
    }

    /// <summary>Runs a statement that has no rows to read.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Runs a statement whose one value is a number; <paramref name="none"/> where it has no row or NULL.</summary>
    public long RunNumber(long none = 0)
    {
        var value = Step() && raw.sqlite3_column_type(handle, 0) != raw.SQLITE_NULL ? Number(0) : none;
        Reset();
        return value;
    }

    public void Reset()
    {
        raw.sqlite3_reset(handle);
        raw.sqlite3_clear_bindings(handle);
    }

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>Binds a column of another statement's row as it is, whatever its type.</summary>
    public Statement Bind(int index, Statement row, int column)
    {
        switch (raw.sqlite3_column_type(row.handle, column))
        {
            case raw.SQLITE_INTEGER: return Bind(index, row.Number(column));
            case raw.SQLITE_TEXT: return Bind(index, raw.sqlite3_column_blob(row.handle, column));
            case raw.SQLITE_BLOB: Check(raw.sqlite3_bind_blob(handle, index, raw.sqlite3_column_blob(row.handle, column))); break;
            case raw.SQLITE_FLOAT: Check(raw.sqlite3_bind_double(handle, index, raw.sqlite3_column_double(row.handle, column))); break;
            default: Check(raw.sqlite3_bind_null(handle, index)); break;
        }

        return this;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Utf8(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Fault(code);
    }

    private SqliteException Fault(int code) =>
        new($"SQLite error {code}: {raw.sqlite3_errmsg(database).utf8_to_string()}", code & 0xff, raw.sqlite3_extended_errcode(database));
}

using Microsoft.Data.Sqlite;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// The file of the central table: opened, laid out, and asked with statements that are prepared once. Several processes of one machine may have it open: writes
/// are whole transactions that begin as such, so each sees what the one before left.
/// </summary>
internal sealed class Table : IDisposable
{
    /// <summary>Of the layout below. A file of another version is refused: the service takes over from the stores what they count as acknowledged, so a new file will do.</summary>
    private const long Version = 2;

    /// <summary>How long a transaction waits for those of other instances, which take milliseconds each.</summary>
    private const int BusyMilliseconds = 30_000;

    private const string Layout = """
        CREATE TABLE event (
          store TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,
          time TEXT NOT NULL, quality TEXT NOT NULL, boot TEXT NOT NULL, monoms INTEGER NOT NULL,
          received TEXT NOT NULL, envelope BLOB NOT NULL,
          PRIMARY KEY (store, epoch, seq)) WITHOUT ROWID;
        CREATE INDEX event_of_unsure_time ON event (store, boot) WHERE quality <> 'synchronized';
        CREATE TABLE run (store TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (store, epoch, first)) WITHOUT ROWID;
        CREATE VIEW contiguous AS SELECT store, epoch, last AS seq FROM run WHERE first = 1;
        CREATE TABLE gap (
          store TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, reason TEXT NOT NULL, declared TEXT NOT NULL,
          PRIMARY KEY (store, epoch, first, last, declared)) WITHOUT ROWID;
        CREATE TABLE journal (store TEXT NOT NULL, epoch TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (store, epoch)) WITHOUT ROWID;
        CREATE TABLE clock (store TEXT NOT NULL, boot TEXT NOT NULL, monoms INTEGER NOT NULL, time TEXT NOT NULL, PRIMARY KEY (store, boot)) WITHOUT ROWID;
        CREATE TABLE conflict (
          store TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL, envelope BLOB NOT NULL, PRIMARY KEY (store, epoch, seq)) WITHOUT ROWID;
        CREATE TABLE refused (
          store TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL, envelope BLOB NOT NULL, PRIMARY KEY (store, epoch, seq)) WITHOUT ROWID;
        CREATE TABLE replay (
          store TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, id TEXT NOT NULL, attempt INTEGER NOT NULL,
          boot TEXT NOT NULL, milliseconds INTEGER NOT NULL, answer TEXT, PRIMARY KEY (store, epoch)) WITHOUT ROWID;
        PRAGMA user_version = 2;
        """;

    private readonly SqliteConnection database;
    private readonly Dictionary<string, SqliteCommand> prepared = [];

    private Table(SqliteConnection database) => this.database = database;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is laid out otherwise.</exception>
    public static Table Open(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        database.Open();
        var table = new Table(database);
        table.Script($"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        using (var transaction = table.Begin())
        {
            var version = (long)table.Scalar("PRAGMA user_version")!;
            if (version == 0 && (long)table.Scalar("SELECT count(*) FROM sqlite_master WHERE name = 'event'")! == 0) table.Script(Layout);
            else if (version != Version) throw new InvalidDataException($"{file} is laid out by another version ({version}, not {Version}): name a new file, the service takes over from the stores what they count as acknowledged");
            transaction.Commit();
        }

        return table;
    }

    /// <summary>Begins a transaction that writes: it waits for others here, not half-way. Disposed without a commit, it is taken back.</summary>
    public Transaction Begin()
    {
        Run("BEGIN IMMEDIATE");
        return new(this);
    }

    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object> values) => Prepared(sql, values).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object> values) => Prepared(sql, values).ExecuteScalar();

    public SqliteDataReader Query(string sql, params ReadOnlySpan<object> values) => Prepared(sql, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in prepared.Values) command.Dispose();
        database.Dispose();
    }

    /// <summary>A transaction; the connection's own would have to be handed to every prepared statement.</summary>
    public sealed class Transaction(Table table) : IDisposable
    {
        private bool over;

        public void Commit()
        {
            table.Run("COMMIT");
            over = true;
        }

        public void Dispose()
        {
            if (!over) table.Run("ROLLBACK");
            over = true;
        }
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object> values)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = database.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i + 1}" });
            prepared[sql] = command;
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }

    private void Script(string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

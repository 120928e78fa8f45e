using System.Globalization;
using Microsoft.Data.Sqlite;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Journal;

/// <summary>What the database says of itself.</summary>
/// <param name="Epoch">Made with it.</param>
/// <param name="Acknowledged">The last event that central holds.</param>
/// <param name="Age">For how long the agent has run with it, over all its starts.</param>
internal readonly record struct JournalIdentity(Guid Epoch, long Acknowledged, TimeSpan Age);

/// <summary>A journal that is ready to be written.</summary>
/// <param name="Path">The database.</param>
/// <param name="Claim">Held as long as the journal is open: nobody else opens it meanwhile.</param>
/// <param name="Trace">How far it has come, kept beside it.</param>
/// <param name="Transaction">The one connection that writes.</param>
/// <param name="Identity">What it says of itself.</param>
/// <param name="WasReadWhole">Whether the look at it reached its end; a large one has more than the start of a store has time for.</param>
internal sealed record OpenedJournal(string Path, FileStream Claim, EpochFile Trace, JournalTransaction Transaction, JournalIdentity Identity, bool WasReadWhole) : IDisposable
{
    /// <summary>Closes it unused.</summary>
    public void Dispose()
    {
        Trace.Dispose();
        Transaction.Dispose();
        Claim.Dispose();
    }
}

/// <summary>
/// From a directory to a journal that can be written: claimed, made or found sound or replaced, brought up to the schema, and what stood in for it brought home. Nothing here is thrown away that can be read.
/// </summary>
internal sealed class JournalOpening(
    string directory, JournalOptions options, IReadOnlyList<IProjection> projections, TimeProvider time, HealthBoard health, ILogger log)
{
    /// <summary>EAGAIN of flock(2): .NET keeps errno as the result code of the exception.</summary>
    private const int Eagain = 11;

    private readonly string path = Path.Combine(directory, JournalFile.Name);

    /// <summary>Opens it.</summary>
    /// <exception cref="JournalFault">It cannot be used; the fault says why and what to do.</exception>
    /// <exception cref="IOException">The files cannot be used; <see cref="JournalFile.Explain"/> says why.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    /// <exception cref="SqliteException">As above.</exception>
    public OpenedJournal Run()
    {
        FileStream? claim = null;
        JournalTransaction? transaction = null;
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var own in (ReadOnlySpan<string>)[JournalFile.LockName, EpochFile.Name]) MakeOwn(Path.Combine(directory, own));
            claim = Claim(directory);
            if (options.StandIn is { } left) TakeNote(left);
            DiskRoom.MakeRoomToOpen(directory, options);
            var recovery = new Recovery(directory, options, projections, time, health);
            recovery.FinishSwap();
            if (options.StandsInFor is { } other && !Homecoming.IsDue(directory)) recovery.StandInFor(other);
            var trace = EpochFile.Read(directory);
            JournalIdentity identity;
            bool wasReadWhole;
            try
            {
                (transaction, identity, wasReadWhole) = OpenSound(trace);
            }
            catch (Exception fault) when (JournalFile.Explain(path, fault) is { Kind: JournalFaultKind.Corrupt or JournalFaultKind.NotWritable } damage && IsReplaceable(damage))
            {
                // A file that may not be written, in a directory that may: somebody else's user has made or copied it. What it holds can be read.
                log.LogError("Journal {Path}: {What}; it is replaced by a new one with all that can be read", path, damage.What);
                recovery.Replace(damage, trace);
                (transaction, identity, wasReadWhole) = OpenSound(null);
            }

            if (options.StandIn is { } standIn && Homecoming.IsDue(standIn)) identity = BringHome(standIn, transaction, identity);
            return new(path, claim, EpochFile.Open(directory, new(identity.Epoch, transaction.LastSeq, identity.Acknowledged, Birth(transaction.Database))), transaction, identity, wasReadWhole);
        }
        catch
        {
            transaction?.Dispose();
            claim?.Dispose();
            throw;
        }
    }

    private bool IsReplaceable(JournalFault damage) => damage.Kind == JournalFaultKind.Corrupt || DurableFile.RefusalOf(directory) is null;

    /// <summary>A small file that somebody else's user has made or copied is taken over, where the directory allows it.</summary>
    private void MakeOwn(string file)
    {
        if (!File.Exists(file)) return;
        try
        {
            File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
        }
        catch (IOException taken) when (taken.HResult == Eagain)
        {
            // Ours, and in use: the claim says so.
        }
        catch (UnauthorizedAccessException)
        {
            try
            {
                // The other user's agent may be running.
                File.Open(file, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            }
            catch (IOException taken) when (taken.HResult == Eagain)
            {
                throw InUse(path, taken);
            }

            DurableFile.Replace(file, File.ReadAllBytes(file));
        }
    }

    private static FileStream Claim(string directory)
    {
        try
        {
            return new(Path.Combine(directory, JournalFile.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (taken.HResult == Eagain)
        {
            throw InUse(Path.Combine(directory, JournalFile.Name), taken);
        }
    }

    private static JournalFault InUse(string path, IOException taken) =>
        new(JournalFaultKind.InUse, path, "another agent has it open", "End the other one, or give this one its own directory.", taken);

    /// <summary>What an agent could not note here, because nothing could be written, it noted there.</summary>
    private void TakeNote(string elsewhere)
    {
        if (UnwrittenNote.Read(elsewhere) is not { Count: > 0 } noted) return;
        UnwrittenNote.Add(directory, noted);
        UnwrittenNote.Delete(elsewhere);
    }

    /// <summary>Opens the database if it is what was written, as far as can be told soon.</summary>
    /// <exception cref="JournalFault">It is damaged, or cannot be used for another reason.</exception>
    private (JournalTransaction Transaction, JournalIdentity Identity, bool WasReadWhole) OpenSound(JournalTrace? trace)
    {
        if (DamageFlag.IsSet(directory)) throw Soundness.Damaged(path, "damage was met while the agent ran");
        var isEmpty = new FileInfo(path) is not { Exists: true, Length: > 0 };
        if (isEmpty && trace is not null) throw Soundness.Damaged(path, "it is gone or empty");
        if (!isEmpty) Soundness.CheckHeader(path);
        var database = JournalFile.OpenForWriting(path);
        try
        {
            var wasReadWhole = Soundness.CheckPages(database, path, time);
            if (SchemaCopy.Differs(directory, database)) throw Soundness.Damaged(path, "its schema is not what it was");
            if (Migrations.AreDue(database, projections)) SchemaCopy.Forget(directory);
            Migrations.Run(database, path, projections);
            SchemaCopy.Keep(directory, database);
            var identity = ReadOrMakeIdentity(database);
            using var newest = new Statement(database, "SELECT max(seq) FROM event");
            var last = Math.Max(newest.RunNumber(), identity.Acknowledged);
            if (trace?.Epoch == identity.Epoch && last < trace.LastSeq)
                throw new StaleJournalFault(path, string.Create(CultureInfo.InvariantCulture, $"it ends with event {last}, but {trace.LastSeq} had been committed"));
            if (trace?.Epoch == identity.Epoch) RaiseBirth(database, trace.Counter);
            foreach (var projection in projections)
                if (!projection.IsSound(database)) throw Soundness.Damaged(path, $"what '{projection.Name}' remembers is not what was written");
            var transaction = new JournalTransaction(database, path, projections, options.BootId(), options.ReadClock(time));
            transaction.ContinueAfter(last);
            return (transaction, identity, wasReadWhole);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>What stood in for this journal comes home. Where that cannot be, it stays where it is for the next start: the store opens all the same.</summary>
    private JournalIdentity BringHome(string standIn, JournalTransaction transaction, JournalIdentity identity)
    {
        var last = transaction.LastSeq;
        try
        {
            string told;
            using (Claim(standIn))
                told = new Homecoming(standIn, transaction, identity.Epoch, projections).Run(options.ReadClock(time));
            log.LogInformation("Journal {Path} stood in for this one and has come home: {Told}", standIn, told);
            using var acknowledged = new Statement(transaction.Database, "SELECT acknowledged FROM journal");
            identity = identity with { Acknowledged = acknowledged.RunNumber() };
            Directory.Delete(standIn, recursive: true);
        }
        catch (Exception fault) when (fault is SqliteException or JournalFault or IOException or UnauthorizedAccessException)
        {
            if (transaction.LastSeq > last && !HasCommitted(transaction)) transaction.ContinueAfter(last);
            health.Raise(
                "journal-not-home", Severity.Fault, $"What was kept in {standIn} while the state directory could not be written has not come home: {fault.Message}",
                "Customers' words of that time are not in force here. Correct that and restart before this machine is switched off: the place may be in memory.");
        }

        return identity;
    }

    private static bool HasCommitted(JournalTransaction transaction)
    {
        using var newest = new Statement(transaction.Database, "SELECT max(seq) FROM event");
        return newest.RunNumber() >= transaction.LastSeq;
    }

    /// <summary>How often this store has come online: the one counter whose value others see.</summary>
    private static long Birth(SqliteConnection database)
    {
        using var read = new Statement(database, "SELECT value FROM counter WHERE name = 'birth'");
        return read.RunNumber();
    }

    /// <summary>It went on after a commit that a torn log has taken back.</summary>
    private static void RaiseBirth(SqliteConnection database, long atLeast)
    {
        using var raise = new Statement(database, "UPDATE counter SET value = ?1 WHERE name = 'birth' AND value < ?1");
        raise.Bind(1, atLeast).Run();
    }

    private JournalIdentity ReadOrMakeIdentity(SqliteConnection database)
    {
        using var identify = new Statement(database, "INSERT INTO journal SELECT 1, ?, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM journal) AND NOT EXISTS (SELECT 1 FROM event)");
        identify.Bind(1, Guid.NewGuid().ToString()).Run();
        using var read = new Statement(database, "SELECT epoch, acknowledged, age_s FROM journal");
        if (read.Step() && Guid.TryParse(read.Text(0), out var epoch))
        {
            var identity = new JournalIdentity(epoch, read.Number(1), TimeSpan.FromSeconds(read.Number(2)));
            read.Reset();
            return identity;
        }

        read.Reset();
        throw new JournalFault(
            JournalFaultKind.Corrupt, path, "it holds events but no epoch", "Restart the agent: it keeps the file in quarantine/ and goes on with a new journal that holds all that can be read.");
    }
}

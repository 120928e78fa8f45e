using StoreEdge.Agent.Journal;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Device;

/// <summary>What a device forgets before it is lent, sent in, or given to another store.</summary>
internal static class FactoryReset
{
    /// <summary>
    /// What tells nothing of customers and is kept where only they are forgotten: identity and pairings, what central desired, offers, and what time it is at least. Everything else goes, also what nobody
    /// knows here: a file that was forgotten in a list must not be a customer's.
    /// </summary>
    private static readonly string[] Kept = [DeviceIdentity.FolderName, "satellites", "desired", "bundles", "bundle.last-good.json", "clock.known"];

    /// <summary>An enrolment list without anybody, as installing makes it.</summary>
    private static readonly byte[] Nobody = "{ \"version\": 1, \"entries\": [] }\n"u8.ToArray();

    /// <summary>How many events central has not acknowledged: they would be lost.</summary>
    /// <returns>0 where there is no journal; null where it cannot be read.</returns>
    public static long? Unsent(string stateDirectory)
    {
        var file = Path.Combine(stateDirectory, JournalFile.Name);
        if (!File.Exists(file)) return 0;
        try
        {
            using var journal = JournalInspection.Open(file);
            var report = journal.Verify();
            return Math.Max(0, report.LastSeq - report.AcknowledgedSeq);
        }
        catch (Exception fault) when (fault is JournalFault or IOException or InvalidDataException or Microsoft.Data.Sqlite.SqliteException)
        {
            return null;
        }
    }

    /// <summary>Holds the journal's lock while it works, so that no agent can begin meanwhile.</summary>
    /// <param name="stateDirectory">The agent's.</param>
    /// <param name="runtimeDirectory">Where a state stands that could not be written elsewhere; null: nowhere.</param>
    /// <param name="enrolment">The list of who is known; null where it comes from central.</param>
    /// <param name="identityToo">Whether the device forgets who it is as well.</param>
    /// <returns>What was removed, by name.</returns>
    /// <exception cref="InvalidOperationException">The agent runs.</exception>
    /// <exception cref="IOException">Something could not be removed.</exception>
    public static IReadOnlyList<string> Forget(string stateDirectory, string? runtimeDirectory, string? enrolment, bool identityToo)
    {
        using var claim = Claim(stateDirectory);
        var removed = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(stateDirectory))
            if (Path.GetFileName(entry) is var name && name != JournalFile.LockName && (identityToo || !Kept.Contains(name))) Remove(entry, removed);
        if (runtimeDirectory is not null && Directory.Exists(runtimeDirectory))
            foreach (var standIn in Directory.EnumerateDirectories(runtimeDirectory, "stand-in-*")) Remove(standIn, removed);
        if (enrolment is not null && File.Exists(enrolment))
        {
            var owner = Path.GetDirectoryName(Path.GetFullPath(enrolment))!;
            DurableFile.Replace(enrolment, Nobody);
            FileOwner.SameAs(owner, enrolment);
            removed.Add(enrolment);
        }

        return removed;
    }

    private static void Remove(string entry, List<string> removed)
    {
        // A link is removed, never followed.
        if (Directory.Exists(entry) && new DirectoryInfo(entry).LinkTarget is null) Directory.Delete(entry, recursive: true);
        else File.Delete(entry);
        removed.Add(entry);
    }

    private static FileStream Claim(string stateDirectory)
    {
        try
        {
            return new(Path.Combine(stateDirectory, JournalFile.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (File.Exists(Path.Combine(stateDirectory, JournalFile.LockName)))
        {
            throw new InvalidOperationException($"The agent runs on {stateDirectory} and would write it all again. Stop it first: systemctl stop storeedge", taken);
        }
    }
}

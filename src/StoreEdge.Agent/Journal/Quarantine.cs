using System.Globalization;

namespace StoreEdge.Agent.Journal;

/// <summary>Where damaged databases are kept for a person to look at: numbered in their order, for the wall clock may be wrong; only the newest few.</summary>
internal static class Quarantine
{
    /// <summary>Below the journal's directory.</summary>
    public const string FolderName = "quarantine";

    /// <summary>A third one says nothing that the newer two do not, and the disk is small.</summary>
    private const int Kept = 2;

    /// <summary>Together no larger than this, unless one alone is.</summary>
    private const long MostBytes = 1L << 30;

    private static readonly string[] Companions = ["-wal", "-shm"];

    /// <summary>The databases there, oldest first.</summary>
    public static IReadOnlyList<string> Databases(string directory)
    {
        var folder = Path.Combine(directory, FolderName);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.db").OrderBy(Number)] : [];
    }

    /// <summary>Moves a database with its log there, and removes what is too old for the place.</summary>
    /// <returns>Its new path; null where there was nothing to move.</returns>
    public static string? Take(string directory, string database, Guid? epoch)
    {
        if (!File.Exists(database) && !File.Exists(database + "-wal")) return null;
        var folder = Path.Combine(directory, FolderName);
        Directory.CreateDirectory(folder);
        var number = Databases(directory).Select(Number).DefaultIfEmpty().Max() + 1;
        var target = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:0000}-{epoch?.ToString() ?? "unknown"}.db"));
        foreach (var companion in Companions)
            if (File.Exists(database + companion)) File.Move(database + companion, target + companion);
        // Its first page may be lost: then this says what was where.
        var schema = Path.Combine(directory, SchemaCopy.Name);
        if (File.Exists(schema)) File.Move(schema, SchemaOf(target));
        if (File.Exists(database)) File.Move(database, target);
        else File.WriteAllBytes(target, []);
        Thin(directory);
        return target;
    }

    /// <summary>Where the schema of a database in quarantine lies.</summary>
    public static string SchemaOf(string database) => database + ".schema";

    /// <summary>The epoch that a name there says; null where it says none.</summary>
    public static Guid? EpochOf(string database) => Guid.TryParse(Path.GetFileNameWithoutExtension(database).Split('-', 2)[^1], out var epoch) ? epoch : null;

    private static void Thin(string directory)
    {
        var kept = Databases(directory).Reverse().ToList();
        for (var count = 0; count < kept.Count; count++)
        {
            var together = kept.Take(count + 1).Sum(Size);
            if (count < Kept && (count == 0 || together <= MostBytes)) continue;
            File.Delete(kept[count]);
            foreach (var companion in (string[])[.. Companions, ".schema"]) File.Delete(kept[count] + companion);
        }
    }

    private static long Size(string database) => ((string[])[database, .. Companions.Select(c => database + c)]).Sum(f => new FileInfo(f) is { Exists: true } info ? info.Length : 0);

    private static int Number(string path) =>
        int.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

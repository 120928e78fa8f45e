using StoreEdge.Contracts;

namespace StoreEdge.Agent.Journal;

/// <summary>
/// How many events still waited in memory when the agent ended, kept beside the journal for the next start to declare: a damaged database is replaced by a restart, and nothing can
/// be written to it before.
/// </summary>
internal static class UnwrittenNote
{
    /// <summary>The file's name in the journal's directory: an <see cref="UnrecordedData"/> on each line, one for each reason.</summary>
    public const string Name = "journal.unwritten";

    /// <summary>Adds to what was noted and not declared yet.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Add(string directory, IEnumerable<UnrecordedData> missed)
    {
        var sums = Read(directory).Concat(missed).GroupBy(m => m.Reason).Select(g => new UnrecordedData(g.Sum(m => m.Count), g.Key, g.Min(m => m.From), g.Max(m => m.To)));
        DurableFile.Replace(Path.Combine(directory, Name), [.. sums.SelectMany(s => (byte[])[.. ContractsJson.Write(s), (byte)'\n'])]);
    }

    /// <summary>What was noted; a line that is not what was written is passed over.</summary>
    public static IReadOnlyList<UnrecordedData> Read(string directory)
    {
        var file = Path.Combine(directory, Name);
        var noted = new List<UnrecordedData>();
        if (!File.Exists(file)) return noted;
        foreach (var line in File.ReadLines(file))
        {
            try
            {
                if (ContractsJson.Read(EventTypes.Unrecorded, System.Text.Encoding.UTF8.GetBytes(line)) is UnrecordedData data) noted.Add(data);
            }
            catch (System.Text.Json.JsonException)
            {
                // Passed over, as said above.
            }
        }

        return noted;
    }

    /// <summary>It has been declared.</summary>
    public static void Delete(string directory) => File.Delete(Path.Combine(directory, Name));
}

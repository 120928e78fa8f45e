using System.Globalization;

namespace StoreEdge.Agent.Journal;

/// <summary>Says to the next start that SQLite met damage while the agent ran, which a bounded check might not find again; and how often that has happened in this boot.</summary>
internal static class DamageFlag
{
    /// <summary>The file's name in the journal's directory; beside it the count.</summary>
    public const string Name = "journal.damaged";

    private const string CountName = "journal.damages";

    /// <summary>More restarts than this would mend nothing: the disk itself is failing.</summary>
    private const int MostRestarts = 3;

    public static bool IsSet(string directory) => File.Exists(Path.Combine(directory, Name));

    /// <summary>Sets the flag.</summary>
    /// <returns>Whether a restart is worth it; false once it has been tried often enough since the machine started.</returns>
    public static bool TrySet(string directory, string bootId)
    {
        var countFile = Path.Combine(directory, CountName);
        var words = File.Exists(countFile) ? File.ReadAllText(countFile).Split(' ') : [];
        var count = words is [var boot, var number] && boot == bootId && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before + 1 : 1;
        if (count > MostRestarts) return false;
        DurableFile.Replace(countFile, System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bootId} {count}")));
        DurableFile.Replace(Path.Combine(directory, Name), []);
        return true;
    }
}

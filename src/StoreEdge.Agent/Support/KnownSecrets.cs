using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreEdge.Agent.Support;

/// <summary>What this store knows by name: everybody on the enrolment list, and what stands in the files of secrets that its configuration names.</summary>
internal static class KnownSecrets
{
    /// <summary>A list of 50,000 customers has about this; a larger file is none of ours.</summary>
    private const long MostBytes = 64 << 20;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Words of the list that name nobody.</summary>
    private static readonly string[] Roles = ["customer", "staff", "fixed", "household"];

    /// <summary>Every word and number of enrolment lists.</summary>
    /// <param name="files">Those that exist are read; one that cannot be read names nobody here, and nothing of it is in the bundle either.</param>
    public static IEnumerable<string> Enrolled(IEnumerable<string> files)
    {
        foreach (var file in files.Where(f => File.Exists(f) && new FileInfo(f).Length <= MostBytes))
        {
            JsonNode? list;
            try
            {
                list = JsonNode.Parse(File.ReadAllText(file), documentOptions: Lenient);
            }
            catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
            {
                continue;
            }

            foreach (var word in Words(list is JsonObject top && top["entries"] is { } entries ? entries : list)) yield return word;
        }
    }

    /// <summary>The lines of secret files: passwords, PINs, keys. PEM is known by its shape.</summary>
    public static IEnumerable<string> InFiles(IEnumerable<string> files)
    {
        foreach (var file in files.Where(File.Exists))
        {
            string[] lines;
            try
            {
                lines = new FileInfo(file).Length > 65_536 ? [] : File.ReadAllLines(file);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            foreach (var line in lines.Select(l => l.Trim()).Where(l => l.Length > 3 && !l.StartsWith("-----", StringComparison.Ordinal)))
            {
                yield return line;
                // A pseudonym key is written KEYID:HEX.
                if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var cut) yield return line[(cut + 1)..].Split(' ')[0];
            }
        }
    }

    private static IEnumerable<string> Words(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => m.Key is "role" or "consent" ? [] : Words(m.Value)),
        JsonArray a => a.SelectMany(Words),
        JsonValue v when v.GetValueKind() == JsonValueKind.String && v.GetValue<string>() is var text && !Roles.Contains(text) => [text, .. text.Contains(':', StringComparison.Ordinal) ? text.Split(':', 2)[1].Split('/') : []],
        JsonValue v when v.GetValueKind() == JsonValueKind.Number && v.ToJsonString() is { Length: > 3 } number => [number],
        _ => [],
    };
}

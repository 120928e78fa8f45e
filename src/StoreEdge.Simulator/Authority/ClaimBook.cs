using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Core.Claims;

namespace StoreEdge.Simulator.Authority;

/// <summary>A claim, and what became of it.</summary>
/// <param name="Code">The whole code: who answers proves by it as well.</param>
/// <param name="Store">The store that it is for.</param>
/// <param name="ExpiresAt">Not good after that.</param>
internal sealed record Claim(string Code, string Store, DateTimeOffset ExpiresAt)
{
    /// <summary>SHA-256 of the public key that has used it, hexadecimal; null while nobody has.</summary>
    public string? Key { get; init; }

    /// <summary>What that key was given, PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>The requests whose answers the broker has taken.</summary>
    public IReadOnlyList<string> Answered { get; init; } = [];
}

/// <summary>The claims of an authority, a file each in <c>claims/</c>, so that one can be issued while requests are answered.</summary>
internal sealed class ClaimBook(string directory, TimeProvider time)
{
    private readonly string folder = Path.Combine(directory, "claims");

    /// <summary>Issues a claim.</summary>
    public ClaimCode Issue(string store, TimeSpan valid)
    {
        var code = ClaimCode.Of(RandomNumberGenerator.GetBytes(ClaimCode.RandomBytes));
        Write(code.Id, new(code.Text, store, time.GetUtcNow() + valid));
        return code;
    }

    /// <summary>Finds one by its public id; null where nobody issued it.</summary>
    public Claim? Find(string id)
    {
        if (id.Length is 0 or > 16 || !id.All(char.IsAsciiLetterOrDigit) || !File.Exists(FileOf(id))) return null;
        return JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(id)), ClaimJson.Default.Claim);
    }

    /// <summary>Keeps what became of one, before anybody hears of it.</summary>
    public void Write(string id, Claim claim)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var beside = FileOf(id) + ".new";
        File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(claim, ClaimJson.Default.Claim));
        File.Move(beside, FileOf(id), overwrite: true);
    }

    private string FileOf(string id) => Path.Combine(folder, id + ".json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Claim))]
internal sealed partial class ClaimJson : JsonSerializerContext;

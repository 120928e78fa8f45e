using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>
/// A code that <c>storeedge technician code</c> prints on the machine: good once, for some minutes of this boot by the monotonic clock, so that no wrong clock lengthens it. It is too long to be
/// guessed, so whoever holds one gets in from any address, also where somebody guesses from the same.
/// </summary>
/// <param name="stateDirectory">Where its hash lies.</param>
/// <param name="bootId">The present boot.</param>
/// <param name="time">The clock.</param>
internal sealed class OneTimeCode(string stateDirectory, string bootId, TimeProvider time)
{
    /// <summary>Beside what is kept; only its hash stands in it.</summary>
    public const string FileName = "technician.code";

    /// <summary>Nothing that is taken for something else when it is read out: no 0 and O, 1 and I, 5 and S, 8 and B, 2 and Z.</summary>
    private const string Letters = "ACDEFGHJKLMNPQRTUVWXY34679";

    /// <summary>Twelve of 26 letters are 56 bits: a guesser at a hundred a second has one chance in 10^12 within ten minutes.</summary>
    private const int Length = 12, Group = 4;

    private readonly string file = Path.Combine(stateDirectory, FileName);

    /// <summary>Draws a code and keeps its hash; an earlier one is none any more.</summary>
    /// <returns>The code, in groups.</returns>
    /// <exception cref="IOException">It could not be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public string Draw(TimeSpan lasts)
    {
        var code = RandomNumberGenerator.GetString(Letters, Length);
        var salt = RandomNumberGenerator.GetBytes(16);
        var until = (Instant.Now(time) + lasts - Instant.Origin).TotalMilliseconds;
        DurableFile.Replace(file, JsonSerializer.SerializeToUtf8Bytes(new KeptCode(bootId, (long)until, salt, HashOf(salt, code)), KeptCodeJson.Default.KeptCode));
        return string.Join('-', code.Chunk(Group).Select(g => new string(g)));
    }

    /// <summary>Whether a text may be a code at all; groups, spaces and capitals do not matter.</summary>
    public static bool LooksLikeOne(string text) => Normalised(text) is { Length: Length } code && code.All(Letters.Contains);

    /// <summary>Takes a code. It is used up before anybody gets in by it.</summary>
    public bool Take(string text)
    {
        if (!LooksLikeOne(text)) return false;
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), KeptCodeJson.Default.KeptCode) is not { } kept) return false;
            if (kept.BootId != bootId || Instant.Now(time) - Instant.Origin > TimeSpan.FromMilliseconds(kept.UntilMilliseconds)) return false;
            if (!CryptographicOperations.FixedTimeEquals(HashOf(kept.Salt, Normalised(text)), kept.Hash)) return false;
            // Two who come at once: only one of them can move it.
            var used = $"{file}.used";
            File.Move(file, used, overwrite: true);
            File.Delete(used);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            // There is none, or it cannot be used up.
            return false;
        }
    }

    private static string Normalised(string text) => new([.. text.Where(c => c is not '-' and not ' ').Select(char.ToUpperInvariant)]);

    private static byte[] HashOf(byte[] salt, string code) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(code)]);
}

/// <summary>What is kept of a code.</summary>
internal sealed record KeptCode(string BootId, long UntilMilliseconds, byte[] Salt, byte[] Hash);

/// <summary>The file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptCode))]
internal sealed partial class KeptCodeJson : JsonSerializerContext;

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>A technician's PIN or password as it is kept: salted, and stretched so that whoever steals the file tries few a second.</summary>
internal sealed class PinHash
{
    /// <summary>A hundred million numbers, at most about a hundred tries an hour for each address that a guesser has: more than a lifetime.</summary>
    public const int Shortest = 8, Longest = 128;

    /// <summary>OWASP's Password Storage Cheat Sheet for PBKDF2 with SHA-512 (2023).</summary>
    public const int Iterations = 210_000;

    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16, HashBytes = 32;

    /// <summary>More would be a file that makes each attempt take minutes.</summary>
    private const int MostIterations = 10_000_000;

    private readonly int iterations;
    private readonly byte[] salt, hash;

    private PinHash(int iterations, byte[] salt, byte[] hash) => (this.iterations, this.salt, this.hash) = (iterations, salt, hash);

    /// <summary>What is wrong with a new PIN; null where nothing is.</summary>
    public static string? FaultOf(string pin) =>
        pin.Length is < Shortest or > Longest ? string.Create(CultureInfo.InvariantCulture, $"{Shortest} to {Longest} characters are needed")
        : pin.Distinct().Count() < 4 ? "at least four different characters are needed"
        : pin.Any(char.IsControl) ? "no control characters" : null;

    /// <summary>Takes a new PIN, with a salt of its own.</summary>
    public static PinHash Of(string pin, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new(iterations, salt, Stretch(pin, salt, iterations));
    }

    /// <summary>Reads the file's one line; null where it is none of ours.</summary>
    public static PinHash? Parse(string text)
    {
        if (text.Trim().Split('$') is not [Scheme, var count, var salt, var hash]) return null;
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MostIterations) return null;
        try
        {
            var (saltBytes, hashBytes) = (Convert.FromHexString(salt), Convert.FromHexString(hash));
            return saltBytes.Length >= 8 && hashBytes.Length == HashBytes ? new(iterations, saltBytes, hashBytes) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether this is the PIN; takes the same time either way: tenths of a second, on purpose.</summary>
    public bool Fits(string pin) => pin.Length <= Longest && CryptographicOperations.FixedTimeEquals(Stretch(pin, salt, iterations), hash);

    /// <summary>The file's line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToHexStringLower(salt)}${Convert.ToHexStringLower(hash)}");

    private static byte[] Stretch(string pin, byte[] salt, int iterations) => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(pin), salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Claims;

/// <summary>
/// What a person types on a new device so that it gets its certificate: the claim's public id (40 bits), its secret (130 bits, too many to try on a request that was overheard), and 10 bits that
/// find a slip of the finger before anything is sent. 36 letters of Crockford's base 32, in groups of four. The secret is never sent; it keys what proves that somebody holds it.
/// </summary>
public sealed class ClaimCode
{
    /// <summary>How many random bytes <see cref="Of"/> takes.</summary>
    public const int RandomBytes = 22;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int IdLength = 8, SecretLength = 26, CheckLength = 2;

    private readonly string letters;

    private ClaimCode(string letters) => this.letters = letters;

    /// <summary>The public part, by which who issued the claim finds it.</summary>
    public string Id => letters[..IdLength];

    /// <summary>The key of the proofs: the letters of the secret part.</summary>
    public byte[] Secret => Encoding.ASCII.GetBytes(letters.Substring(IdLength, SecretLength));

    /// <summary>The whole code, as it is handed out. Whoever has it becomes that device.</summary>
    public string Text => string.Join('-', letters.Chunk(4).Select(c => new string(c))).ToUpperInvariant();

    /// <summary>Makes one.</summary>
    /// <param name="random"><see cref="RandomBytes"/> bytes from the machine's source of secrets.</param>
    public static ClaimCode Of(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomBytes);
        var letters = new char[IdLength + SecretLength];
        for (var i = 0; i < letters.Length; i++)
        {
            var bit = i * 5;
            var two = random[bit / 8] << 8 | (bit / 8 + 1 < random.Length ? random[bit / 8 + 1] : 0);
            letters[i] = Alphabet[two >> 11 - bit % 8 & 31];
        }

        var body = new string(letters);
        return new(body + CheckOf(body));
    }

    /// <summary>Reads what a person typed: case, spaces and dashes do not matter, O is 0, I and L are 1.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="code">The code.</param>
    /// <param name="why">What is wrong with it, in English; it repeats nothing of the text.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClaimCode? code, out string why)
    {
        ArgumentNullException.ThrowIfNull(text);
        code = null;
        var letters = new StringBuilder();
        foreach (var typed in text)
        {
            if (typed == '-' || char.IsWhiteSpace(typed)) continue;
            var letter = char.ToLowerInvariant(typed) switch { 'o' => '0', 'i' or 'l' => '1', var other => other };
            if (!Alphabet.Contains(letter, StringComparison.Ordinal))
            {
                why = $"a claim has only letters, digits and dashes (and no U), and letter {letters.Length + 1} is none of them";
                return false;
            }

            letters.Append(letter);
        }

        var all = letters.ToString();
        if (all.Length != IdLength + SecretLength + CheckLength)
        {
            why = $"a claim has {IdLength + SecretLength + CheckLength} letters and digits, and this has {all.Length}";
            return false;
        }

        if (CheckOf(all[..^CheckLength]) != all[^CheckLength..])
        {
            why = "its last two letters do not fit the others: one of them is mistyped";
            return false;
        }

        (code, why) = (new(all), "");
        return true;
    }

    /// <summary>The public part alone: a log must not become a claim.</summary>
    public override string ToString() => $"claim {Id}";

    private static string CheckOf(string body)
    {
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes("storeedge claim " + body));
        return new([Alphabet[hash[0] & 31], Alphabet[hash[1] & 31]]);
    }
}

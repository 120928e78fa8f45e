using System.Security.Cryptography;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Displays;

/// <summary>
/// The codes that stand on screens that can be claimed. Whoever reads one stands before its screen: it changes every two minutes and after each use, the one before it is good for as long again,
/// and the whole store may guess wrongly thirty times a minute. With ten screens a guesser who goes on all day is right once in 17 days on average, and gains the sight of their own offers on a
/// screen where they are not.
/// </summary>
internal sealed class ClaimCodes
{
    public const int Length = 5;

    /// <summary>Long enough to be read, walked away from and typed.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromMinutes(2);

    /// <summary>No vowels (so no words) and nothing that looks like something else: 27 letters.</summary>
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ2345679";

    private const int MostWrong = 30;
    private static readonly TimeSpan WrongSpan = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly Dictionary<DisplayId, (string Now, string Before, Instant Since)> codes;
    private readonly Queue<Instant> wrong = [];

    public ClaimCodes(IEnumerable<DisplayPlace> displays, TimeProvider time)
    {
        this.time = time;
        codes = displays.Where(d => d.Claim).ToDictionary(d => d.Id, _ => (New(), New(), Instant.Now(time)));
    }

    /// <summary>The code that stands on a display now; null where it cannot be claimed.</summary>
    public string? Of(DisplayId display)
    {
        lock (gate) return codes.TryGetValue(display, out var code) ? code.Now : null;
    }

    /// <summary>Which display a customer has read it on.</summary>
    /// <param name="typed">As typed: case and blanks do not matter.</param>
    /// <param name="tooOften">Too much was guessed in this store lately; the code was not looked at.</param>
    /// <returns>Null for none.</returns>
    public DisplayId? Find(string typed, out bool tooOften)
    {
        var code = string.Concat(typed.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        lock (gate)
        {
            var now = Instant.Now(time);
            while (wrong.TryPeek(out var at) && now - at >= WrongSpan) wrong.Dequeue();
            tooOften = wrong.Count >= MostWrong;
            if (tooOften) return null;
            foreach (var (display, known) in codes)
                if (code == known.Now || code == known.Before) return display;
            wrong.Enqueue(now);
            return null;
        }
    }

    /// <summary>Both codes of a display are over: somebody has used one.</summary>
    public void Use(DisplayId display)
    {
        lock (gate)
            if (codes.ContainsKey(display)) codes[display] = (New(), New(), Instant.Now(time));
    }

    /// <summary>Changes what has stood long enough.</summary>
    /// <returns>Whether the display has another code now.</returns>
    public bool Renew(DisplayId display)
    {
        lock (gate)
        {
            if (!codes.TryGetValue(display, out var code) || Instant.Now(time) - code.Since < Renewal) return false;
            codes[display] = (New(), code.Now, Instant.Now(time));
            return true;
        }
    }

    private static string New() => RandomNumberGenerator.GetString(Letters, Length);
}

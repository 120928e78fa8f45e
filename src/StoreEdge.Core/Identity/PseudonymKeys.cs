using System.Globalization;

namespace StoreEdge.Core.Identity;

/// <summary>
/// All names of the customer who has this one, the one in force first, then the former ones; empty where nothing else is known of them.
/// </summary>
public delegate ReadOnlySpan<Pseudonym> SubjectNames(Pseudonym subject);

/// <summary>
/// The generations of the tenant's key, each in force from its own moment until that of the next. While two are held, a customer's former pseudonym can be carried over to the
/// new one; once the former key is gone, nobody can tell that the two belong together.
/// </summary>
public sealed class PseudonymKeys
{
    /// <summary>What <see cref="Parse"/> accepts, for error messages.</summary>
    public const string Allowed =
        $"{PseudonymKey.Allowed}; further generations a line each, KEYID:HEX from TIME, such as 2:4be1c0… from 2027-01-01T03:00:00Z, in the order of their times";

    private readonly (PseudonymKey Key, DateTimeOffset From)[] generations;

    /// <summary>One key for ever.</summary>
    public PseudonymKeys(PseudonymKey key) => generations = [(key, DateTimeOffset.MinValue)];

    /// <summary>Several, each later than the one before.</summary>
    /// <exception cref="FormatException">There is none, two have one id, or their order is not that of their times.</exception>
    public PseudonymKeys(IReadOnlyList<(PseudonymKey Key, DateTimeOffset From)> generations)
    {
        if (generations.Count == 0) throw new FormatException($"the pseudonym key must be written {Allowed}");
        for (var i = 1; i < generations.Count; i++)
        {
            if (generations.Take(i).Any(g => g.Key.KeyId == generations[i].Key.KeyId)) throw new FormatException($"generation {generations[i].Key.KeyId} of the pseudonym key stands twice");
            if (generations[i].From <= generations[i - 1].From)
                throw new FormatException($"generation {generations[i].Key.KeyId} of the pseudonym key must be in force later than generation {generations[i - 1].Key.KeyId} above it");
        }

        this.generations = [.. generations];
    }

    /// <summary>How many are held.</summary>
    public int Count => generations.Length;

    /// <summary>A generation, the oldest first.</summary>
    public PseudonymKey this[int index] => generations[index].Key;

    /// <summary>Reads the text of a key file; empty lines and lines that begin with # do not count.</summary>
    /// <exception cref="FormatException">It is not <see cref="Allowed"/>; the message names the line and never repeats what stands there.</exception>
    public static PseudonymKeys Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<(PseudonymKey, DateTimeOffset)> generations = [];
        var number = 0;
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var from = DateTimeOffset.MinValue;
            if (words is not [_] && !(words is [_, "from", var moment] && TryMoment(moment, out from)))
                throw new FormatException($"line {number}: the pseudonym key must be written {Allowed}");
            if (generations.Count > 0 && words is [_]) throw new FormatException($"line {number}: every generation after the first needs the time from which it is in force ({Allowed})");
            try
            {
                generations.Add((PseudonymKey.Parse(words[0]), from));
            }
            catch (FormatException wrong)
            {
                throw new FormatException($"line {number}: {wrong.Message}", wrong);
            }
        }

        return new(generations);
    }

    /// <summary>Which generation is in force: the latest whose time has come, and the oldest before that.</summary>
    public int IndexAt(DateTimeOffset now)
    {
        var index = generations.Length - 1;
        while (index > 0 && generations[index].From > now) index--;
        return index;
    }

    // With its offset: a time of "03:00" somewhere would be another moment in every store.
    private static bool TryMoment(string text, out DateTimeOffset moment) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment)
        && (text[^1] == 'Z' || text[^6] is '+' or '-');
}

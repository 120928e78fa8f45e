using System.Globalization;
using System.Text.RegularExpressions;

namespace StoreEdge.Agent.Support;

/// <summary>
/// Takes out of a text whatever names a person, a device or a secret. The same thing gets the same mark everywhere in one bundle (<c>[mac-1]</c>), so that whoever reads
/// it can still tell one phone from another, and nothing leads back. It takes out too much rather than too little: a long number may be a telephone.
/// </summary>
internal sealed partial class Redactor
{
    /// <summary>Shorter words would be found in the midst of others.</summary>
    private const int ShortestKnown = 3;

    private readonly Dictionary<string, string> marks = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly List<Regex> known;
    private readonly List<string> open;

    /// <summary>Takes what is known to be secret, beside what can be told by its shape.</summary>
    /// <param name="known">Names, customer numbers, ids, passwords: each as a whole word.</param>
    /// <param name="open">What looks like a secret and is none: the store's own address, the journal's epoch.</param>
    public Redactor(IEnumerable<string> known, IEnumerable<string>? open = null)
    {
        this.open = [.. open ?? []];
        // The longest first, so that no part of one stays behind. Not one alternation: a list of ten thousand names would be one huge machine.
        this.known = [.. known.Where(k => k.Trim().Length >= ShortestKnown && !this.open.Contains(k, StringComparer.OrdinalIgnoreCase)).Select(k => k.Trim()).Distinct(StringComparer.OrdinalIgnoreCase).OrderByDescending(k => k.Length)
            .Chunk(200).Select(some => new Regex($@"(?<![\p{{L}}\p{{N}}])(?:{string.Join('|', some.Select(Regex.Escape))})(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant))];
    }

    /// <summary>How many were taken out so far, of each kind.</summary>
    public IReadOnlyDictionary<string, int> Taken => counts;

    /// <summary>The text without them.</summary>
    public string Redact(string text)
    {
        for (var i = 0; i < open.Count; i++) text = text.Replace(open[i], Shelter(i), StringComparison.OrdinalIgnoreCase);
        text = Pem().Replace(text, _ => Count("pem", "[pem]"));
        foreach (var words in known) text = words.Replace(text, m => Mark("known", m.Value));
        foreach (var said in new[] { Assigned(), Option(), Stated() }) text = said.Replace(text, m => IsNone(m.Groups["value"].Value) ? m.Value : m.Groups["name"].Value + Count("secret", "[secret]"));
        text = Bearer().Replace(text, m => m.Groups[1].Value + Count("secret", "[secret]"));
        text = Jwt().Replace(text, _ => Count("token", "[token]"));
        text = UrlLogin().Replace(text, m => m.Groups[1].Value + Count("secret", "[secret]") + "@");
        text = Email().Replace(text, m => Mark("email", m.Value));
        text = Beacon().Replace(text, m => m.Groups[1].Value + Mark("beacon", m.Groups[2].Value));
        text = Claim().Replace(text, _ => Count("secret", "[secret]"));
        text = OneTime().Replace(text, _ => Count("secret", "[secret]"));
        text = TaxNumber().Replace(text, m => Mark("person", Digits(m.Value)));
        text = Card().Replace(text, m => m.Groups["row"].Success && !IsCard(m.Value) ? m.Value : Mark("card", Digits(m.Value)));
        text = Pseudonym().Replace(text, m => Mark("pseudonym", m.Value));
        text = Guid().Replace(text, m => Mark("id", m.Value));
        // After the ids, whose last group has the shape of a radio's address; and longer shapes before those that are parts of them.
        text = IPv6().Replace(text, m => System.Net.IPAddress.TryParse(m.Value, out var address) && !IsHarmless(address.ToString()) ? Mark("ip", m.Value) : m.Value);
        text = Mac().Replace(text, m => Mark("mac", Digits(m.Value)));
        text = IPv4().Replace(text, m => IsHarmless(m.Value) ? m.Value : Mark("ip", m.Value));
        text = LongHex().Replace(text, m => Mark("key", m.Value));
        text = LongBase64().Replace(text, m => LooksRandom(m.Value) ? Mark("key", m.Value) : m.Value);
        text = Phone().Replace(text, m => m.Value.Count(char.IsAsciiDigit) is >= 10 and <= 15 ? Mark("phone", Digits(m.Value)) : m.Value);
        text = Mobile().Replace(text, m => Mark("phone", Digits(m.Value)));
        text = HomeOf().Replace(text, m => m.Groups[1].Value + Mark("user", m.Groups[2].Value));
        for (var i = 0; i < open.Count; i++) text = text.Replace(Shelter(i), open[i], StringComparison.Ordinal);
        return text;
    }

    /// <summary>What stands for an open word meanwhile: characters of the private use area, which no log has.</summary>
    private static string Shelter(int which) => string.Create(CultureInfo.InvariantCulture, $"\uE000{which}\uE001");

    private string Mark(string kind, string value)
    {
        counts[kind] = counts.GetValueOrDefault(kind) + 1;
        var key = kind + value;
        if (!marks.TryGetValue(key, out var mark)) marks[key] = mark = string.Create(CultureInfo.InvariantCulture, $"[{kind}-{marks.Keys.Count(k => k.StartsWith(kind, StringComparison.Ordinal)) + 1}]");
        return mark;
    }

    private string Count(string kind, string mark)
    {
        counts[kind] = counts.GetValueOrDefault(kind) + 1;
        return mark;
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>This machine itself, and no address.</summary>
    private static bool IsHarmless(string address) => address.StartsWith("127.", StringComparison.Ordinal) || address is "0.0.0.0" or "255.255.255.255" or "::1" or "::";

    /// <summary>Nothing was said, or it is out already.</summary>
    private static bool IsNone(string value) => value is "null" or "\"\"" || value.StartsWith('[');

    /// <summary>By its check digit (Luhn): among rows of counters not every four are a card.</summary>
    private static bool IsCard(string text)
    {
        var sum = 0;
        foreach (var (i, digit) in text.Where(char.IsAsciiDigit).Reverse().Select(d => d - '0').Index()) sum += i % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
        return sum % 10 == 0;
    }

    /// <summary>A word in any language has hardly a digit in it, and a path has no capitals; a secret in base64 has all three.</summary>
    private static bool LooksRandom(string text) => text.Any(char.IsAsciiDigit) && text.Any(char.IsAsciiLetterUpper) && text.Any(char.IsAsciiLetterLower);

    [GeneratedRegex(@"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\z)", RegexOptions.Singleline)]
    private static partial Regex Pem();

    /// <summary>Whose value nobody may read. Not ping.</summary>
    private const string Promising = @"(?:passw(?:or)?d|passphrase|senha|secret|token|api[_-]?key|private[_-]?key|psk|(?:\b|_|(?-i:(?<=[a-z])(?=P)))pin(?!g)|cookie|credential)s?";

    /// <summary>Names of files with secrets are none.</summary>
    private const string RestOfName = @"(?![\w-]*(?:file|path))[\w-]*";

    /// <summary>A quote as it is, in JSON within JSON, and in an address.</summary>
    private const string Quote = @"(?:\\*[""']|%(?:25)*22)";

    private const string Value = @"(?<value>(?<escape>\\+)(?<quote>[""']).*?(?<!\\)(?-i:\k<escape>\k<quote>)|""(?:[^""\\]|\\.)*""|'[^']*'|[^\s,;}\]]+)";

    /// <summary>A name that promises a secret, what stands between, and the value: JSON, headers, log lines; without a sign between them where the value is quoted.</summary>
    [GeneratedRegex("(?<name>" + Promising + RestOfName + "(?:" + Quote + @"?\s*(?:[=-]>|:=|[=:]|%(?:25)*3[ad])\s*|" + Quote + @"?[ \t]+(?=\\*[""']\S)))" + Value, RegexOptions.IgnoreCase)]
    private static partial Regex Assigned();

    /// <summary>On a command line nothing but a blank stands between.</summary>
    [GeneratedRegex(@"(?<name>(?<![\w-])--[\w-]*" + Promising + RestOfName + @"[ \t]+)(?!-)" + Value, RegexOptions.IgnoreCase)]
    private static partial Regex Option();

    /// <summary>In a sentence; with a digit in it, for "wrong" and "missing" are no passwords.</summary>
    [GeneratedRegex(@"(?<name>(?:passw(?:or)?d|passphrase|senha|secret|psk|\bpin)[ \t]+(?:(?:is|was|now|\u00e9)[ \t]+)+)(?<value>(?=[^\s\d]{0,60}\d)[^\s,;}\]]{4,})|(?<name>\bpin[ \t]+)(?<value>\d{4,})", RegexOptions.IgnoreCase)]
    private static partial Regex Stated();

    /// <summary>What <c>storeedge enroll</c> takes: 36 letters of Crockford's base 32 and what is taken for them, in groups of four or at a stretch.</summary>
    [GeneratedRegex(@"[0-9a-tv-z]{4}(?:-[0-9a-tv-z]{4}){8}|(?<![\p{L}\p{N}])(?=[a-z ]{0,44}\d)[0-9a-tv-z]{4}(?: [0-9a-tv-z]{4}){8}(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])(?=[a-z]{0,35}\d)[0-9a-tv-z]{36}(?![\p{L}\p{N}])", RegexOptions.IgnoreCase)]
    private static partial Regex Claim();

    /// <summary>What <c>storeedge technician code</c> prints; in small letters or without dashes only with a digit, for it may be three words or one.</summary>
    [GeneratedRegex(@"(?<![\w-])(?:[AC-HJ-NP-RT-Y34679]{4}(?:-[AC-HJ-NP-RT-Y34679]{4}){2}|(?=[a-z-]{0,13}\d)[ac-hj-np-rt-y34679]{4}(?:-[ac-hj-np-rt-y34679]{4}){2}|(?=[A-Z ]{0,13}\d)(?=[\d ]{0,13}[A-Z])[AC-HJ-NP-RT-Y34679]{4}(?:( ?)[AC-HJ-NP-RT-Y34679]{4})\1[AC-HJ-NP-RT-Y34679]{4})(?![\w-])")]
    private static partial Regex OneTime();

    /// <summary>CPF and CNPJ, the latter also with letters, as it is given out since 2026.</summary>
    [GeneratedRegex(@"(?<![\w.-])(?:\d{3}\.\d{3}\.\d{3}-\d{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2})(?![\w-]|\.\d)")]
    private static partial Regex TaxNumber();

    /// <summary>Four times four, or four, six and five; in a longer row of numbers it takes a check digit.</summary>
    [GeneratedRegex(@"(?<![\w.:-])(?<row>(?<=\d ))?(?:\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5})(?![\w-]|[.:]\d)(?<row>(?= \d))?")]
    private static partial Regex Card();

    [GeneratedRegex(@"\b((?:Bearer|Basic|Digest)\s+)[A-Za-z0-9+/=_.~-]{6,}", RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")]
    private static partial Regex Jwt();

    [GeneratedRegex(@"\b([a-z][a-z0-9+.-]*://)[^\s/@""']+@", RegexOptions.IgnoreCase)]
    private static partial Regex UrlLogin();

    [GeneratedRegex(@"[\p{L}\p{N}._%+'-]+(?:@|%40)(?:[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+|localhost\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Email();

    /// <summary>As the enrolment list writes them; whatever follows the kind.</summary>
    [GeneratedRegex(@"\b((?:ibeacon|altbeacon|eddystone(?:-uid|-eid)?|irk|eid|uid):)([^\s""',;\]}]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Beacon();

    [GeneratedRegex(@"\b(?:k\d+-[0-9a-z]{20,}|visit-[0-9a-z-]{8,})\b", RegexOptions.IgnoreCase)]
    private static partial Regex Pseudonym();

    [GeneratedRegex(@"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", RegexOptions.IgnoreCase)]
    private static partial Regex Guid();

    /// <summary>AA:BB:CC:DD:EE:FF, with dashes, blanks, underscores or dots, in three groups of four, or twelve digits at a stretch; also right behind a word, whose last letters may be digits too (<c>deviceAA…</c>).</summary>
    [GeneratedRegex(@"(?:(?<![0-9a-f])|(?<=[g-z][a-f]{1,3})|(?-i:(?<=[a-f])(?=[A-F])))(?:[0-9a-f]{2}([:\-_. ])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}([.:-])[0-9a-f]{4}\2[0-9a-f]{4}|[0-9a-f]{12})(?![0-9a-f])", RegexOptions.IgnoreCase)]
    private static partial Regex Mac();

    /// <summary>Also with a port behind a dot, as programs that listen in on a network write it; no other row of numbers.</summary>
    [GeneratedRegex(@"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:(?![\d.]*\d)|(?=\.\d{2,5}(?![\d.]*\d)))")]
    private static partial Regex IPv4();

    [GeneratedRegex(@"(?<!\w)(?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?:(?:\.\d{1,3}){3})?", RegexOptions.IgnoreCase)]
    private static partial Regex IPv6();

    [GeneratedRegex(@"(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])", RegexOptions.IgnoreCase)]
    private static partial Regex LongHex();

    [GeneratedRegex(@"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/_=-])")]
    private static partial Regex LongBase64();

    /// <summary>With a country, an area in brackets, blanks and dashes, or ten to fifteen digits at a stretch; not a date, not a fraction of a second.</summary>
    [GeneratedRegex(@"\+\d(?:[ ().-]{0,2}\d){8,14}(?!\d)|(?<![\p{L}\p{N}.:_-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{2,3}[ .-])?\d{4,5}[ .-]?\d{4}(?![\p{L}\p{N}_]|[.:]\d)|(?<![\p{L}\p{N}.:_-])\+?\d{10,15}(?![\p{L}\p{N}_]|[.:]\d)")]
    private static partial Regex Phone();

    /// <summary>A mobile's number without its area; a range of numbers does not fall.</summary>
    [GeneratedRegex(@"(?<![\w.:-])9\d{4}-\d{4}(?![\w-]|[.:]\d)")]
    private static partial Regex Mobile();

    [GeneratedRegex(@"(/(?:home|Users)/)([^/\s:""']+)")]
    private static partial Regex HomeOf();
}

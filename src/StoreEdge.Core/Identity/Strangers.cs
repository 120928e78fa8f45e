using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace StoreEdge.Core.Identity;

/// <summary>
/// Customers who were erased while the enrolment list still named them: they are nobody here until there is a newer list. What is remembered of them is a hash, which
/// finds the one whom it was made of and names nobody. May be asked by any thread.
/// </summary>
/// <param name="list">The version of the enrolment list in force.</param>
public sealed class Strangers(Func<long> list)
{
    private ImmutableDictionary<string, long> erased = ImmutableDictionary<string, long>.Empty;

    /// <summary>Whether this is one of them.</summary>
    public bool Contains(Pseudonym subject)
    {
        var known = Volatile.Read(ref erased);
        return !known.IsEmpty && known.TryGetValue(HashOf(subject.Value), out var since) && list() <= since;
    }

    /// <summary>They were erased while this list was in force.</summary>
    /// <param name="hash">As <see cref="HashOf"/> gives it.</param>
    /// <param name="since">The list's version.</param>
    public void Add(string hash, long since) => ImmutableInterlocked.AddOrUpdate(ref erased, hash, since, (_, before) => Math.Max(before, since));

    /// <summary>SHA-256 of a pseudonym, lower-case hex. A pseudonym has 128 bits that look random: nobody finds it by trying.</summary>
    public static string HashOf(string subject) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)));
}

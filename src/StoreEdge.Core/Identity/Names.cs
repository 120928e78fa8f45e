namespace StoreEdge.Core.Identity;

/// <summary>Names given by configuration: 1–64 characters of <c>a–z 0–9 -</c>, so that each may stand as an MQTT topic level, a URL segment and a file name.</summary>
public static class NameRule
{
    /// <summary>What is allowed, for error messages.</summary>
    public const string Allowed = "1–64 characters: lower-case letters a–z, digits and dashes, not starting or ending with a dash";

    /// <summary>What is allowed for a receiver: technicians write its name on its housing, and it is no part of a topic or an address.</summary>
    public const string AllowedForReceiver = "1–64 characters: letters a–z and A–Z, digits and dashes, not starting or ending with a dash";

    /// <summary>Whether <paramref name="text"/> keeps the rule.</summary>
    public static bool Holds(ReadOnlySpan<char> text) => HoldsForReceiver(text) && !text.ContainsAnyInRange('A', 'Z');

    /// <summary>Whether <paramref name="text"/> may name a receiver.</summary>
    public static bool HoldsForReceiver(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 64 || text[0] == '-' || text[^1] == '-') return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        return true;
    }
}

/// <summary>The store, as the whole fleet knows it; also the MQTT client id and the common name of its certificate.</summary>
public readonly record struct StoreId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One radio at a known place.</summary>
public readonly record struct ReceiverId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A named area of the store.</summary>
public readonly record struct ZoneId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One screen, lamp or small panel.</summary>
public readonly record struct DisplayId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One presence span of one subject, from arrival to departure; carried by every event and decision that belongs to it.</summary>
/// <param name="Value">A UUID version 7 in its usual text form.</param>
public readonly record struct VisitId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// Who, as far as anything outside Sensing knows: <c>k{keyId}-{26 characters}</c>, the first 128 bits of an HMAC-SHA-256 under the tenant's
/// pseudonym key in Crockford base 32, or <c>visit-{…}</c> for somebody who is nobody beyond the present visit
/// (a guest whose phone comes back while it may pass: beyond the passage).
/// </summary>
public readonly record struct Pseudonym(string Value)
{
    /// <summary>Whether the pseudonym ends with the visit: nothing about it may be remembered afterwards.</summary>
    public bool IsAnonymous => Value.StartsWith("visit-", StringComparison.Ordinal);

    /// <summary>What the pseudonym of a technician's test begins with; the contract names it.</summary>
    public const string TestPrefix = "visit-test-";

    /// <summary>Whether nobody is here, but a technician tests: kept out of votes, caps and journeys.</summary>
    public bool IsTest => Value.StartsWith(TestPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>How sure we are that the subject is who the identifier says: a static beacon id can be cloned, a rotating one hardly, a login was typed by the customer.</summary>
public enum Assurance
{
    /// <summary>A static beacon id, which anybody can copy.</summary>
    Low,

    /// <summary>A rotating id (Eddystone-EID, resolvable private address).</summary>
    Medium,

    /// <summary>The customer identified themself on the portal.</summary>
    High,
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Agent.Health;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>One technician's session.</summary>
/// <param name="Name">Eight letters by which the audit knows it; they open nothing.</param>
/// <param name="From">The caller's address; from another one the session is not good.</param>
/// <param name="Proof">What each form of this session carries.</param>
/// <param name="Began">When.</param>
/// <param name="Used">When last.</param>
internal sealed record TechnicianSession(string Name, IPAddress From, string Proof, Instant Began, Instant Used)
{
    /// <summary>Whether a form is of this session; takes the same time either way.</summary>
    public bool Proves(string proof) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof), Encoding.UTF8.GetBytes(Proof));
}

/// <summary>
/// Who is at work. In memory only, and over runs of the rooms: a new process knows nobody. A session ends when it was not used for a while, and at the end of a working day whatever it did.
/// </summary>
internal sealed class TechnicianSessions(TimeProvider time)
{
    /// <summary>Long enough to mount a receiver, short enough for a laptop that is left behind.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(15), Absolute = TimeSpan.FromHours(8);

    /// <summary>Many more than a store has technicians; whoever was away for longest has to come in again.</summary>
    private const int Most = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<string, TechnicianSession> byHash = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (bool IsDone, Phrase Words, object[] Values)> said = new(StringComparer.Ordinal);

    /// <summary>Begins one.</summary>
    /// <returns>The session and what the browser shows from now on.</returns>
    public (TechnicianSession Session, string Pass) Begin(IPAddress from)
    {
        var pass = Secret();
        lock (gate)
        {
            var now = Instant.Now(time);
            Forget(now);
            if (byHash.Count >= Most) byHash.Remove(byHash.MinBy(s => s.Value.Used).Key);
            var hash = HashOf(pass);
            var session = new TechnicianSession(hash[..8], from, Secret(), now, now);
            byHash[hash] = session;
            return (session, pass);
        }
    }

    /// <summary>The session that a browser shows; null where it is over, or came from elsewhere. Using it keeps it from idling.</summary>
    public TechnicianSession? Find(string? pass, IPAddress from)
    {
        if (pass is not { Length: 64 }) return null;
        lock (gate)
        {
            var now = Instant.Now(time);
            Forget(now);
            var hash = HashOf(pass);
            if (!byHash.TryGetValue(hash, out var session) || !session.From.Equals(from)) return null;
            return byHash[hash] = session with { Used = now };
        }
    }

    /// <summary>Ends one.</summary>
    public void End(string? pass)
    {
        if (pass is not { Length: 64 }) return;
        lock (gate) byHash.Remove(HashOf(pass));
    }

    /// <summary>Keeps what came of a deed until the session's next page.</summary>
    public void Say(TechnicianSession session, bool isDone, Phrase words, params object[] values)
    {
        lock (gate) said[session.Name] = (isDone, words, values);
    }

    /// <summary>What came of the last deed, once.</summary>
    public (bool IsDone, Phrase Words, object[] Values)? TakeSaid(TechnicianSession session)
    {
        lock (gate) return said.Remove(session.Name, out var one) ? one : null;
    }

    private void Forget(Instant now)
    {
        foreach (var (hash, session) in byHash)
        {
            if (now - session.Used <= Idle && now - session.Began <= Absolute) continue;
            byHash.Remove(hash);
            said.Remove(session.Name);
        }
    }

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string HashOf(string pass) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pass)));
}

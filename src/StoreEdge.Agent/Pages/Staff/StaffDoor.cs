using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Staff;

/// <summary>
/// Who may use the staff displays: whoever knows the password, for one long working day. Only a salted hash of it stays in memory. Whoever guesses waits longer and longer, each address by
/// itself, and all together once very many were wrong; a display that is open stays open meanwhile.
/// </summary>
internal sealed class StaffDoor
{
    /// <summary>Four digits would be guessed within the lock-outs of two months; six last a lifetime.</summary>
    public const int ShortestPin = 6, LongestPin = 128;

    private const string Guessed = "staff-password-guessed";

    /// <summary>Wrong ones that are forgiven: a person who mistypes, and a shop full of them.</summary>
    private const int FreeOfOne = 5, FreeOfAll = 50;

    /// <summary>Longer than any shift; a tablet that is left behind is of no use on the next day.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(16);

    private readonly byte[] salt = RandomNumberGenerator.GetBytes(32), hash;
    private readonly string edition;
    private readonly PortalKey key;
    private readonly Func<DateTimeOffset> atLeast;
    private readonly HealthBoard health;
    private readonly Lock gate = new();
    private readonly LockOut lockOut;

    /// <summary>Takes the password.</summary>
    /// <param name="pin">What staff type.</param>
    /// <param name="key">The store's own secret, so that displays stay open over a restart.</param>
    /// <param name="time">The clock.</param>
    /// <param name="atLeast">How late it is at least: a wrong clock never closes a display early.</param>
    /// <param name="health">Told when somebody guesses.</param>
    public StaffDoor(string pin, PortalKey key, TimeProvider time, Func<DateTimeOffset> atLeast, HealthBoard health)
    {
        (this.key, this.atLeast, this.health) = (key, atLeast, health);
        lockOut = new(FreeOfOne, FreeOfAll, time);
        hash = HashOf(pin);
        // Whoever came in with another password is out.
        edition = key.FormProof("staff-password", pin);
    }

    /// <summary>Reads the password.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or is too easily guessed.</exception>
    public static string ReadPin(string file)
    {
        try
        {
            var pin = File.ReadAllText(file).Trim();
            if (pin.Length is >= ShortestPin and <= LongestPin && pin.Distinct().Count() > 2) return pin;
            throw new ConfigurationException(
                [new(file, "staff.pinFile", null, string.Create(CultureInfo.InvariantCulture, $"one line with {ShortestPin} to {LongestPin} characters, at least three of them different, is needed in it"))]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([new(file, "staff.pinFile", null, $"cannot be read: {fault.Message}")]);
        }
    }

    /// <summary>How long this address has to wait before it may try; null where it may.</summary>
    public TimeSpan? MustWait(IPAddress address) => lockOut.MustWait(address);

    /// <summary>Tries a password.</summary>
    /// <returns>What to show from now on; null where it was not the password, or this address has to wait.</returns>
    public string? Enter(string pin, IPAddress address)
    {
        lock (gate)
        {
            if (lockOut.MustWait(address) is not null) return null;
            if (CryptographicOperations.FixedTimeEquals(HashOf(pin), hash))
            {
                lockOut.Forgive(address);
                health.Clear(Guessed);
                var issued = atLeast().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
                var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
                return $"{issued}.{nonce}.{Mac(issued, nonce)}";
            }

            var failed = lockOut.Failed(address);
            if (failed >= FreeOfOne)
                health.Raise(Guessed, Severity.Warning, $"{failed} wrong passwords for the staff displays came from one device; it has to wait.",
                    "Ask the staff whether it was them; if it was not, find out who is in the store's own network.");
            return null;
        }
    }

    /// <summary>Whether somebody shows what <see cref="Enter"/> gave, not too long ago.</summary>
    public bool Knows(string? pass)
    {
        if (pass is not { Length: < 128 } || pass.Split('.') is not [var issued, var nonce, var mac]) return false;
        if (!Same(mac, Mac(issued, nonce)) || !long.TryParse(issued, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        return atLeast().ToUnixTimeSeconds() - seconds < Lasts.TotalSeconds;
    }

    /// <summary>The proof in a form that we offered this deed to whoever shows this pass.</summary>
    public string Proof(string pass, params ReadOnlySpan<string?> deed) => key.FormProof("staff-form\0" + pass, deed);

    /// <summary>Whether a proof is right.</summary>
    public bool Proves(string proof, string pass, params ReadOnlySpan<string?> deed) => Same(proof, Proof(pass, deed));

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private string Mac(string issued, string nonce) => key.FormProof("staff-pass", edition, issued, nonce);

    private byte[] HashOf(string pin) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(pin));
}

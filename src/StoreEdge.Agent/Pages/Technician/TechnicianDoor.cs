using System.Diagnostics.CodeAnalysis;
using System.Net;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What came of an attempt.</summary>
internal enum Entry
{
    /// <summary>Come in.</summary>
    Open,

    /// <summary>Neither the PIN nor a good code.</summary>
    Wrong,

    /// <summary>This caller has to wait first.</summary>
    TooEarly,
}

/// <summary>
/// Who may act: whoever knows the PIN, or holds a code that the machine has printed. Whoever guesses waits longer and longer, each caller by itself: none makes another one wait, and a code
/// lets in from anywhere.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asks for holds nothing that needs disposing.")]
internal sealed class TechnicianDoor(PinHash pin, OneTimeCode code, TimeProvider time, HealthBoard health)
{
    private const string Guessed = "technician-pin-guessed";

    /// <summary>Wrong ones that are forgiven.</summary>
    private const int Free = 5;

    private readonly LockOut lockOut = new(Free, freeOfAll: null, time);

    /// <summary>Stretching a PIN costs a core tenths of a second; guessers share one core at most.</summary>
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Reads what the command wrote; null where that cannot be used, which the board then says: a store opens all the same.</summary>
    public static PinHash? ReadPin(string file, HealthBoard health)
    {
        const string Code = "technician-pin-unusable";
        try
        {
            if (PinHash.Parse(File.ReadAllText(file)) is { } pin) return pin;
            health.Raise(Code, Severity.Warning, $"{file} holds no technician's PIN as `storeedge technician pin` writes it, so the technician's page changes nothing.", "Run `storeedge technician pin` and restart.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise(Code, Severity.Warning, $"The technician's PIN cannot be read, so the technician's page changes nothing: {fault.Message}", "Run `storeedge technician pin`, see that the service may read technician.pinFile, and restart.");
        }

        return null;
    }

    /// <summary>How long this caller has to wait before it may try a PIN; null where it may.</summary>
    public TimeSpan? MustWait(IPAddress address) => lockOut.MustWait(address);

    /// <summary>Tries a PIN or a code.</summary>
    public async Task<Entry> TryAsync(string secret, IPAddress address, CancellationToken gone)
    {
        if (code.Take(secret)) return Entry.Open;
        if (lockOut.MustWait(address) is not null) return Entry.TooEarly;
        await turn.WaitAsync(gone);
        try
        {
            // Whoever sends many at once is judged one by one.
            if (lockOut.MustWait(address) is not null) return Entry.TooEarly;
            if (pin.Fits(secret))
            {
                lockOut.Forgive(address);
                health.Clear(Guessed);
                return Entry.Open;
            }

            var failed = lockOut.Failed(address);
            if (failed >= Free)
                health.Raise(Guessed, Severity.Warning, $"{failed} wrong PINs for the technician's page came from one device; it has to wait.", "Ask whether it was a technician; if not, find out who is in the store's own network, and narrow technician.networks.");
            return Entry.Wrong;
        }
        finally
        {
            turn.Release();
        }
    }
}

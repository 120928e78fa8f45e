using StoreEdge.Agent.Health;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Deciding;

/// <summary>Where the bundle comes from and where the last good copy is kept.</summary>
/// <param name="Path">The bundle file; null where none is configured.</param>
/// <param name="StateDirectory">The agent's own directory, where the last good copy lies.</param>
internal sealed record BundleOptions(string? Path, string StateDirectory);

/// <summary>
/// Holds the bundle in force. A document that breaks a rule changes nothing: the last good one stays, over a restart too, and without any the factory's
/// does, so a display always has something decent.
/// </summary>
internal sealed class BundleStore(BundleOptions options, HealthBoard health)
{
    private const string Refused = "bundle-refused", Missing = "bundle-missing";

    private Bundle current = BundleParser.Factory;

    /// <summary>The bundle in force.</summary>
    public Bundle Current => Volatile.Read(ref current);

    /// <summary>Told after another bundle has come into force.</summary>
    public event Action? Changed;

    private string LastGood => Path.Combine(options.StateDirectory, "bundle.last-good.json");

    /// <summary>Takes the newest bundle that central desired; without one reads the configured file; falls back to the last good copy, then to the factory's.</summary>
    /// <param name="desired">The desired document; null where there is none.</param>
    public void Load(ReadOnlyMemory<byte>? desired = null)
    {
        if (desired is { } wanted && TryReplace(wanted, "The bundle that central desired")) return;
        if (options.Path is null)
        {
            health.Raise(Missing, Severity.Warning, "No bundle is configured; displays show the factory's fallback.", "Set `bundle.file` in the configuration.");
            return;
        }

        byte[] document;
        try
        {
            document = File.ReadAllBytes(options.Path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise(Missing, Severity.Warning, $"The bundle cannot be read: {fault.Message}", $"Put a bundle at {options.Path}, readable by the agent.");
            UseLastGood();
            return;
        }

        health.Clear(Missing);
        if (!TryReplace(document, options.Path)) UseLastGood();
    }

    /// <summary>What is wrong with a document; null where nothing is. Changes nothing.</summary>
    public static string? FaultOf(ReadOnlyMemory<byte> document)
    {
        try
        {
            BundleParser.Parse(document);
            return null;
        }
        catch (DocumentException fault)
        {
            return $"it breaks {fault.Errors.Count} rule(s): {string.Join("; ", fault.Errors.Take(5))}";
        }
    }

    /// <summary>Takes a new document if it keeps every rule.</summary>
    /// <param name="document">The bundle as it came.</param>
    /// <param name="origin">A path or topic, for the warning.</param>
    /// <returns>Whether it is in force now.</returns>
    public bool TryReplace(ReadOnlyMemory<byte> document, string origin)
    {
        try
        {
            Use(BundleParser.Parse(document));
        }
        catch (DocumentException fault)
        {
            var shown = string.Join("; ", fault.Errors.Take(5));
            health.Raise(Refused, Severity.Warning, $"{origin} breaks {fault.Errors.Count} rule(s): {shown}", "Correct the bundle; `storeedge decide --bundle FILE` tells every error.");
            return false;
        }

        health.Clear(Refused);
        health.Clear(Missing);
        Keep(document.Span);
        return true;
    }

    private void UseLastGood()
    {
        if (!File.Exists(LastGood)) return;
        try
        {
            try
            {
                Use(BundleParser.Parse(File.ReadAllBytes(LastGood)));
            }
            catch (DocumentException)
            {
                // The next good one would be written over it.
                DurableFile.SetAside(LastGood);
                throw;
            }
        }
        catch (Exception fault) when (fault is DocumentException or IOException or UnauthorizedAccessException)
        {
            health.Raise("bundle-last-good", Severity.Warning, $"The last good bundle cannot be used either: {fault.Message}", "Correct the bundle; until then displays show the factory's fallback.");
        }
    }

    private void Use(Bundle bundle)
    {
        Volatile.Write(ref current, bundle);
        Changed?.Invoke();
    }

    private void Keep(ReadOnlySpan<byte> document)
    {
        try
        {
            Directory.CreateDirectory(options.StateDirectory);
            DurableFile.Replace(LastGood, document);
            health.Clear("bundle-last-good");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise("bundle-last-good", Severity.Warning, $"The bundle is in force but no copy could be kept: {fault.Message}", "Check the space and the rights of the state directory.");
        }
    }
}

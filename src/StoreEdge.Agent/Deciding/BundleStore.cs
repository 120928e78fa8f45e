using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core.Offers;
using StoreEdge.Core.Signing;

namespace StoreEdge.Agent.Deciding;

/// <summary>Where the bundle comes from and where the last good copy is kept.</summary>
/// <param name="Path">The bundle file; null where none is configured.</param>
/// <param name="StateDirectory">The agent's own directory, where the last good copy lies.</param>
/// <param name="Signed">Whether the file must be a signed message, as <c>bundle sign</c> prints it.</param>
internal sealed record BundleOptions(string? Path, string StateDirectory, bool Signed = false)
{
    /// <summary>The pinned keys; null where there are none.</summary>
    public string? PublicKeyFile { get; init; }

    /// <summary>This store's id: a message for another one is refused.</summary>
    public string Store { get; init; } = "";
}

/// <summary>
/// Holds the bundle in force. A document that breaks a rule changes nothing: the last good one stays, over a restart too, and without any the factory's
/// does, so a display always has something decent.
/// </summary>
internal sealed class BundleStore(BundleOptions options, HealthBoard health)
{
    /// <summary>The last good copy's name in the state directory.</summary>
    public const string LastGoodName = "bundle.last-good.json";

    /// <summary>Editions that are kept by their hash, so that a decision of last month can be made anew.</summary>
    private const int MostEditions = 8;

    private const string Refused = "bundle-refused", Missing = "bundle-missing";

    private Bundle current = BundleParser.Factory;

    /// <summary>The bundle in force.</summary>
    public Bundle Current => Volatile.Read(ref current);

    /// <summary>Told after another bundle has come into force.</summary>
    public event Action? Changed;

    private string LastGood => Path.Combine(options.StateDirectory, LastGoodName);

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
        if (options.Signed && !TryOpen(document, out document, out var why))
        {
            health.Raise(Refused, Severity.Warning, $"{options.Path} is refused: {why}.", "Sign the bundle with `storeedge bundle sign`, by a key of central.publicKeyFile, for this store.");
            UseLastGood();
            return;
        }

        if (!TryReplace(document, options.Path)) UseLastGood();
    }

    /// <summary>The document of an edition that is kept; null where it is not any more.</summary>
    /// <param name="stateDirectory">The agent's own directory.</param>
    /// <param name="hash">SHA-256, lower-case hexadecimal.</param>
    public static byte[]? FindEdition(string stateDirectory, string hash)
    {
        var file = EditionFile(stateDirectory, hash);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Where an edition is kept.</summary>
    public static string EditionFile(string stateDirectory, string hash) => Path.Combine(stateDirectory, "bundles", hash + ".json");

    private bool TryOpen(byte[] file, out byte[] document, [NotNullWhen(false)] out string? why)
    {
        document = [];
        try
        {
            if (options.PublicKeyFile is null) throw new FormatException("no key is pinned here (central.publicKeyFile)");
            var message = JsonSerializer.Deserialize(file, ContractsJson.Default.DesiredMessage) ?? throw new FormatException("null is no message");
            if (DetachedSignature.TryVerify(message.Document, message.Signature, "bundle", options.Store, VerificationKeys.Parse(File.ReadAllText(options.PublicKeyFile)), out _, out var fault))
            {
                document = Encoding.UTF8.GetBytes(message.Document);
                why = null;
                return true;
            }

            why = fault;
        }
        catch (JsonException)
        {
            why = "it is not signed";
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            why = fault.Message;
        }

        return false;
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
        Bundle bundle;
        try
        {
            bundle = BundleParser.Parse(document);
        }
        catch (DocumentException fault)
        {
            var shown = string.Join("; ", fault.Errors.Take(5));
            health.Raise(Refused, Severity.Warning, $"{origin} breaks {fault.Errors.Count} rule(s): {shown}", "Correct the bundle; `storeedge bundle check FILE` tells every error.");
            return false;
        }

        health.Clear(Refused);
        health.Clear(Missing);
        // Kept before it decides anything, so that its first decision can be made anew too.
        Keep(bundle, document.Span);
        Use(bundle);
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

    private void Keep(Bundle bundle, ReadOnlySpan<byte> document)
    {
        try
        {
            Directory.CreateDirectory(options.StateDirectory);
            DurableFile.Replace(LastGood, document);
            KeepEdition(EditionFile(options.StateDirectory, bundle.Hash), document);
            health.Clear("bundle-last-good");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            health.Raise("bundle-last-good", Severity.Warning, $"The bundle is in force but no copy could be kept: {fault.Message}", "Check the space and the rights of the state directory.");
        }
    }

    private static void KeepEdition(string file, ReadOnlySpan<byte> document)
    {
        if (File.Exists(file)) return;
        var directory = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        DurableFile.Replace(file, document);
        foreach (var old in directory.GetFiles("*.json").OrderByDescending(f => f.FullName == file).ThenByDescending(f => f.LastWriteTimeUtc).Skip(MostEditions)) old.Delete();
    }
}

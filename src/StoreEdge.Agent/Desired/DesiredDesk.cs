using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Signing;

namespace StoreEdge.Agent.Desired;

/// <summary>What the desk needs of other rooms.</summary>
/// <param name="Store">This store's id.</param>
/// <param name="Check">Reads the whole configuration with these layers in it; throws <see cref="ConfigurationException"/> where <c>run</c> would refuse it.</param>
/// <param name="FaultOfBundle">What is wrong with a bundle; null where nothing is.</param>
/// <param name="UseBundle">Puts a bundle that was checked and kept into force.</param>
/// <param name="Restart">Has the rooms run anew.</param>
internal sealed record DesiredDoors(
    string Store, Action<IReadOnlyList<DesiredLayer>> Check, Func<ReadOnlyMemory<byte>, string?> FaultOfBundle, Action<ReadOnlyMemory<byte>> UseBundle, Action Restart);

/// <summary>
/// Takes desired documents from central: signed by a pinned key for this store, newer than any before, and good. Whatever is not changes nothing, and is told.
/// One message at a time.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asks for holds nothing that needs disposing.")]
internal sealed class DesiredDesk(DesiredDocuments documents, VerificationKeys? keys, JournalStore journal, DesiredDoors doors, HealthBoard health)
{
    private const string RefusedCode = "desired-refused", RevertedCode = "desired-reverted", NoKey = "desired-no-key", DamagedCode = "desired-damaged";

    /// <summary>The schema's bound: 1,000,000 characters, each of up to six bytes as JSON writes it, and the signature.</summary>
    private const int MostBytes = 6_100_000, MostCharacters = 1_000_000;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ConcurrentDictionary<string, (long Version, string Reason)> refused = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> waiting = new(StringComparer.Ordinal);

    /// <summary>Told after anything has changed that central should know.</summary>
    public event Action? Changed;

    /// <summary>What became of every kind that ever came.</summary>
    public IReadOnlyList<DesiredDocumentState> States()
    {
        var states = documents.States().ToDictionary(s => s.Document, StringComparer.Ordinal);
        foreach (var (kind, (version, reason)) in refused)
            states[kind] = new(kind, version, DesiredRecord.Refused, DesiredDocuments.InForce(documents[kind]), reason);
        return [.. DesiredDocuments.Kinds.Where(states.ContainsKey).Select(k => states[k])];
    }

    /// <summary>Before the first message: file and database agree on the highest versions, each raising the other.</summary>
    public async Task BeginAsync()
    {
        foreach (var kind in DesiredDocuments.Kinds)
        {
            var kept = journal.Query(database => DesiredVersions.Highest(database, kind));
            if (documents[kind].Highest > kept) await KeepHighestAsync(kind, documents[kind].Highest);
            else documents.Raise(kind, kept);
        }

        if (documents.Damaged.Count > 0)
            health.Raise(DamagedCode, Severity.Warning, $"Desired documents cannot be read and do not count: {string.Join("; ", documents.Damaged)}", "Check the disk; send the documents again from central under new versions.");
        TellReverted();
    }

    /// <summary>Takes one message.</summary>
    public async Task TakeAsync(string kind, ReadOnlyMemory<byte> payload)
    {
        await turn.WaitAsync();
        try
        {
            await TakeInTurnAsync(kind, payload);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task TakeInTurnAsync(string kind, ReadOnlyMemory<byte> payload)
    {
        if (keys is null)
        {
            health.Raise(NoKey, Severity.Warning, "Central sends desired documents, but this store pins no key to check them with; they are refused.",
                "Put the public key of whoever signs them into a file and name it in central.publicKeyFile (deploy/README.md).");
            Refuse(kind, 0, "no key is pinned here (central.publicKeyFile)");
            return;
        }

        if (!TryRead(payload, out var message, out var why))
        {
            Refuse(kind, 0, why);
            return;
        }

        if (!DetachedSignature.TryVerify(message.Document, message.Signature, kind, doors.Store, keys, out var header, out why))
        {
            Refuse(kind, 0, why);
            return;
        }

        var record = documents[kind];
        var highest = Math.Max(record.Highest, journal.Query(database => DesiredVersions.Highest(database, kind)));
        if (header.Version <= highest)
        {
            if (header.Version == record.Highest && record.HighestHash == DesiredDocuments.HashOf(message.Document)) NoNews(kind);
            else Refuse(kind, header.Version, string.Create(CultureInfo.InvariantCulture, $"version {header.Version} is not newer than {highest}, the highest that was accepted"));
            return;
        }

        if (kind != DesiredDocuments.Bundle && documents.HasTrial)
        {
            // One trial at a time; the newest that came meanwhile is looked at when it is decided.
            waiting[kind] = payload;
            return;
        }

        await AcceptAsync(kind, new(header.Version, message.Document));
    }

    /// <summary>The trial is decided: what came meanwhile has its turn.</summary>
    public async Task TakeWaitingAsync()
    {
        TellReverted();
        foreach (var kind in waiting.Keys)
            if (waiting.TryRemove(kind, out var payload)) await TakeAsync(kind, payload);
    }

    private async Task AcceptAsync(string kind, DesiredEdition edition)
    {
        var bundle = Encoding.UTF8.GetBytes(edition.Document);
        var fault = kind == DesiredDocuments.Bundle ? doors.FaultOfBundle(bundle) : FaultOf(kind, edition);
        if (fault is not null)
        {
            Refuse(kind, edition.Version, fault);
            return;
        }

        try
        {
            if (kind == DesiredDocuments.Bundle) documents.Apply(kind, edition);
            else documents.Try(kind, edition);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            Refuse(kind, edition.Version, $"it could not be kept: {unwritable.Message}");
            return;
        }

        // The file is the step's truth; where the database cannot follow now, the next start raises it.
        await KeepHighestAsync(kind, edition.Version);
        NoNews(kind);
        if (kind == DesiredDocuments.Bundle) doors.UseBundle(bundle);
        else doors.Restart();
    }

    private string? FaultOf(string kind, DesiredEdition edition)
    {
        try
        {
            doors.Check(documents.LayersWith(kind, edition));
            return null;
        }
        catch (ConfigurationException fault)
        {
            return string.Join("; ", fault.Errors.Take(3)) + (fault.Errors.Count > 3 ? $"; and {fault.Errors.Count - 3} more" : "");
        }
    }

    private static bool TryRead(ReadOnlyMemory<byte> payload, out DesiredMessage message, out string why)
    {
        (message, why) = (null!, "it is not a message of desired.json");
        if (payload.Length > MostBytes)
        {
            why = "it is too long";
            return false;
        }

        try
        {
            using (JsonDocument.Parse(payload, new() { AllowDuplicateProperties = false }))
            {
                // Each member once: two readers must not read two documents.
            }

            message = JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.DesiredMessage)!;
        }
        catch (JsonException fault)
        {
            why += $": {fault.Message}";
            return false;
        }

        if (message is null || message.Document.Length is < 2 or > MostCharacters)
        {
            why = "the document must have 2 to 1,000,000 characters";
            return false;
        }

        return true;
    }

    private async Task KeepHighestAsync(string kind, long version)
    {
        try
        {
            await journal.WriteAsync(transaction =>
            {
                DesiredVersions.Raise(transaction.Database, kind, version);
                return true;
            });
        }
        catch (JournalFault)
        {
            // The journal has raised its own warning.
        }
    }

    private void NoNews(string kind)
    {
        waiting.TryRemove(kind, out _);
        refused.TryRemove(kind, out _);
        health.Clear($"{RefusedCode}:{kind}");
        TellReverted();
        Changed?.Invoke();
    }

    private void Refuse(string kind, long version, string why)
    {
        refused[kind] = (version, why);
        health.Raise($"{RefusedCode}:{kind}", Severity.Warning, $"The desired {kind}{(version > 0 ? $" {version}" : "")} is refused: {why}.", "Correct it in central and send it under a new version; what was in force stays.");
        Changed?.Invoke();
    }

    private void TellReverted()
    {
        foreach (var kind in DesiredDocuments.Kinds)
        {
            if (documents[kind] is { State: DesiredRecord.Reverted } record)
                health.Raise($"{RevertedCode}:{kind}", Severity.Warning, $"The desired {kind} {record.Highest} was taken back: {record.Reason}.", "Correct it in central and send it under a new version; this one is not tried again.");
            else health.Clear($"{RevertedCode}:{kind}");
        }
    }
}

using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Desired;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Core.Signing;

namespace StoreEdge.Agent.Hosting;

/// <summary>The desired documents with everything they ask of other rooms: the link, the bundle, the configuration, the end of this run.</summary>
internal sealed class DesiredParts
{
    private readonly DesiredDesk desk;
    private readonly DesiredDocuments documents;
    private readonly ConfigStateRelay states;
    private readonly CentralLink link;
    private readonly AgentOptions options;
    private readonly Action restart;

    private DesiredParts(DesiredDesk desk, DesiredDocuments documents, CentralLink link, AgentOptions options, Action restart)
    {
        (this.desk, this.documents, this.link, this.options, this.restart) = (desk, documents, link, options, restart);
        states = new(options.Store.Id.Value, link.Broker, () => new(ProgramVersion.Text, desk.States()));
    }

    /// <summary>Reads the pinned keys, brings file and database to the same highest versions, and subscribes.</summary>
    public static async Task<DesiredParts> OpenAsync(
        AgentOptions options, DesiredRun run, JournalStore journal, BundleStore bundles, CentralLink link, Action restart, HealthBoard health)
    {
        if (run.Unusable is { } why)
            health.Raise("desired-unusable", Severity.Warning, $"The desired configuration does not fit this store's own files any more and is not used: {why}", "Correct the store's files, or send a new configuration from central.");
        var desk = new DesiredDesk(
            run.Documents, ReadKeys(options.Central.PublicKeyFile, health), journal,
            new(options.Store.Id.Value, run.Check, BundleStore.FaultOf, bundle => bundles.TryReplace(bundle, "The bundle that central desired"), restart), health);
        await desk.BeginAsync().ConfigureAwait(false);
        var parts = new DesiredParts(desk, run.Documents, link, options, restart);
        foreach (var kind in DesiredDocuments.Kinds)
            link.Broker.Handle(link.Topics.Desired(kind), async (message, _) => await desk.TakeAsync(kind, message.Payload).ConfigureAwait(false));
        return parts;
    }

    /// <summary>What central sent while a technician's change was on trial has its turn.</summary>
    public async Task TakeWaitingAsync()
    {
        await desk.TakeWaitingAsync().ConfigureAwait(false);
        states.Change();
    }

    public void Run(Loops loops, Func<IReadOnlyList<string>> missing, TimeProvider time)
    {
        desk.Changed += states.Change;
        loops.Run("state of desired documents", states.RunAsync);
        // Whatever desired it came over the link: it was online.
        var trial = new TrialWatch(
            documents, options.Central.Trial, () => link.Broker.Status.IsOnline ? missing() : [.. missing(), $"no link to central ({link.Broker.Status.LastFailure?.Detail ?? "not yet"})"],
            TakeWaitingAsync, restart, time);
        loops.Run("trial", trial.RunAsync);
    }

    private static VerificationKeys? ReadKeys(string? file, HealthBoard health)
    {
        if (file is null) return null;
        try
        {
            return VerificationKeys.Parse(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            // The store opens all the same: what it was told before stays in force.
            health.Raise("desired-key-unreadable", Severity.Warning, $"The keys in {file} cannot be used, so desired documents are refused: {fault.Message}", "Correct central.publicKeyFile and restart.");
            return null;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Configuration;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Desired;

/// <summary>
/// The desired documents of this store on disk: which is in force, which is on trial, which was taken back. Lives longer than one run of the rooms, because a
/// configuration comes into force by running them anew. A file that is replaced whole is each step's only truth, so a power cut or kill leaves the old or the new.
/// </summary>
internal sealed class DesiredDocuments
{
    public const string Bundle = "bundle", Config = DesiredLayer.Config, Displays = DesiredLayer.Displays;

    /// <summary>What the technician set on the store's own page: a layer as well, but nothing of central's, and proved by the technician's word.</summary>
    public const string Technician = DesiredLayer.Technician;

    /// <summary>Every kind that central sends.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Config, Bundle, Displays];

    /// <summary>Those that are layers of the configuration, and so must prove themselves; the weakest first.</summary>
    private static readonly string[] Tried = [Technician, Config, Displays];

    private readonly string directory;
    private readonly Lock gate = new();
    private readonly Dictionary<string, DesiredRecord> records = [];
    private readonly List<string> damaged = [];
    private bool trialInForce;

    /// <summary>Reads what is kept below the state directory. A file that cannot be read counts as none: the highest versions are in the journal's database too.</summary>
    public DesiredDocuments(string stateDirectory)
    {
        StateDirectory = stateDirectory;
        directory = Path.Combine(stateDirectory, "desired");
        foreach (var kind in Kinds.Append(Technician)) records[kind] = Load(kind);
    }

    /// <summary>The agent's own directory.</summary>
    public string StateDirectory { get; }

    /// <summary>Files that could not be read, with the reason.</summary>
    public IReadOnlyList<string> Damaged => damaged;

    /// <summary>Whether this run of the rooms is a trial.</summary>
    public bool IsOnTrial
    {
        get
        {
            lock (gate) return trialInForce;
        }
    }

    /// <summary>Whether a trial runs, or waits for the rooms to be run anew.</summary>
    public bool HasTrial
    {
        get
        {
            lock (gate) return Tried.Any(k => records[k].Trial is not null);
        }
    }

    /// <summary>Whether this run is a trial that only the technician's word proves.</summary>
    public bool NeedsConfirmation
    {
        get
        {
            lock (gate) return trialInForce && records[Technician].Trial is not null;
        }
    }

    public DesiredRecord this[string kind]
    {
        get
        {
            lock (gate) return records[kind];
        }
    }

    /// <summary>How a document is recognised.</summary>
    public static string HashOf(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));

    /// <summary>A process starts: a trial that another process had begun and not decided ended with that process.</summary>
    public void BeginProcess()
    {
        if (Tried.Any(k => this[k].Trial is { Begun: true })) Revert("the process ended while it was on trial");
    }

    /// <summary>A run of the rooms begins. What is on trial is written down as begun before it is used; where that cannot be written, the run goes without it.</summary>
    /// <returns>The layers in force, those on trial included.</returns>
    /// <exception cref="ConfigurationException">A document that was good once is none any more.</exception>
    public IReadOnlyList<DesiredLayer> BeginRun()
    {
        lock (gate)
        {
            try
            {
                foreach (var kind in Tried)
                    if (records[kind].Trial is { Begun: false } trial) SaveWhileLocked(kind, records[kind] with { Trial = trial with { Begun = true } });
                trialInForce = Tried.Any(k => records[k].Trial is not null);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                trialInForce = false;
            }

            return LayersWhileLocked(trialInForce);
        }
    }

    /// <summary>The layers in force now.</summary>
    /// <exception cref="ConfigurationException">A document that was good once is none any more.</exception>
    public IReadOnlyList<DesiredLayer> LayersInForce()
    {
        lock (gate) return LayersWhileLocked(trialInForce);
    }

    /// <summary>The layers in force, with another document in the place of one.</summary>
    /// <exception cref="ConfigurationException">It sets what it may not.</exception>
    public IReadOnlyList<DesiredLayer> LayersWith(string kind, DesiredEdition edition)
    {
        var layer = DesiredLayer.Parse(kind, edition.Version, edition.Document);
        lock (gate)
        {
            var others = LayersWhileLocked(withTrials: true, except: kind);
            // The technician's is the weakest, wherever it is checked.
            return kind == Technician ? [layer, .. others] : [.. others, layer];
        }
    }

    /// <summary>A bundle comes into force: it needs no trial, since a display shows the last good one where it cannot be used.</summary>
    /// <exception cref="IOException">It could not be kept; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void Apply(string kind, DesiredEdition edition) => Save(kind, new(edition.Version, HashOf(edition.Document), DesiredRecord.Applied, null, edition, null));

    /// <summary>A document goes on trial with the next run of the rooms.</summary>
    /// <param name="kind">Which kind.</param>
    /// <param name="edition">The document.</param>
    /// <param name="by">The technician's session that tries it; null where central does.</param>
    /// <exception cref="IOException">It could not be kept; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void Try(string kind, DesiredEdition edition, string? by = null) => Save(kind, OnTrial(this[kind], edition, by));

    /// <summary>As above with the next version, but only where nothing is on trial: of two who come at once, one is told so.</summary>
    /// <returns>False where something is on trial; nothing has changed then.</returns>
    /// <exception cref="IOException">It could not be kept; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public bool TryIfNone(string kind, string document, string by)
    {
        lock (gate)
        {
            if (Tried.Any(k => records[k].Trial is not null)) return false;
            SaveWhileLocked(kind, OnTrial(records[kind], new(records[kind].Highest + 1, document), by));
            return true;
        }
    }

    /// <summary>The store has proved itself with what was on trial.</summary>
    /// <exception cref="IOException">That could not be kept: the trial goes on.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void Prove()
    {
        lock (gate)
        {
            foreach (var kind in Tried)
                if (records[kind] is { Trial: { } trial } record) SaveWhileLocked(kind, record with { Good = trial.Edition, Trial = null, State = DesiredRecord.Applied });
            trialInForce = false;
        }
    }

    /// <summary>
    /// Takes back what is on trial; its version is never tried again. Where even that cannot be kept this process goes on without it, and the next one finds a trial
    /// that had begun, and takes it back as well.
    /// </summary>
    public void Revert(string reason)
    {
        lock (gate)
        {
            foreach (var kind in Tried)
            {
                if (records[kind].Trial is null) continue;
                var reverted = records[kind] with { Trial = null, State = DesiredRecord.Reverted, Reason = reason };
                try
                {
                    SaveWhileLocked(kind, reverted);
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
                {
                    records[kind] = reverted;
                }
            }

            trialInForce = false;
        }
    }

    /// <summary>
    /// The process ends because it was told to. That says nothing about a trial of central's, which begins anew with the next one. A technician's change that nobody has kept is taken back: whoever
    /// switches a machine off and on because its page cannot be reached any more wants the store that could.
    /// </summary>
    public void Pause()
    {
        lock (gate)
        {
            foreach (var kind in Tried)
            {
                if (records[kind] is not { Trial: { } trial } record || (kind != Technician && !trial.Begun)) continue;
                try
                {
                    SaveWhileLocked(kind, kind == Technician
                        ? record with { Trial = null, State = DesiredRecord.Reverted, Reason = "the service was stopped before anybody kept it" }
                        : record with { Trial = trial with { Begun = false } });
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
                {
                    // The next process takes it back, which is safe.
                }
            }
        }
    }

    /// <summary>Keeps a version as accepted although the document is not here, where the database knows of it.</summary>
    public void Raise(string kind, long highest)
    {
        lock (gate)
            if (highest > records[kind].Highest)
                records[kind] = records[kind] with { Highest = highest, HighestHash = "", State = DesiredRecord.Reverted, Reason = "its document is not on this disk any more" };
    }

    /// <summary>The kinds that ever came, as central is told.</summary>
    public IEnumerable<DesiredDocumentState> States()
    {
        foreach (var kind in Kinds)
        {
            if (this[kind] is not { Highest: > 0 } record) continue;
            yield return new(kind, record.Highest, record.State, InForce(record), record.Reason);
        }
    }

    /// <summary>The version in force; 0 where none is.</summary>
    public static long InForce(DesiredRecord record) => record.Trial?.Edition.Version ?? record.Good?.Version ?? 0;

    private static DesiredRecord OnTrial(DesiredRecord record, DesiredEdition edition, string? by) =>
        record with { Highest = edition.Version, HighestHash = HashOf(edition.Document), State = DesiredRecord.OnTrial, Reason = null, Trial = new(edition, Begun: false) { By = by } };

    private List<DesiredLayer> LayersWhileLocked(bool withTrials, string? except = null)
    {
        var layers = new List<DesiredLayer>();
        foreach (var kind in Tried)
        {
            if (kind == except) continue;
            var edition = withTrials && records[kind].Trial is { } trial ? trial.Edition : records[kind].Good;
            if (edition is not null) layers.Add(DesiredLayer.Parse(kind, edition.Version, edition.Document));
        }

        return layers;
    }

    private DesiredRecord Load(string kind)
    {
        var file = FileOf(kind);
        if (!File.Exists(file)) return DesiredRecord.None;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), DesiredJson.Default.DesiredRecord) ?? throw new JsonException("it is null");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            damaged.Add($"{file}: {fault.Message}");
            return DesiredRecord.None;
        }
    }

    private void Save(string kind, DesiredRecord record)
    {
        lock (gate) SaveWhileLocked(kind, record);
    }

    private void SaveWhileLocked(string kind, DesiredRecord record)
    {
        Directory.CreateDirectory(directory);
        DurableFile.Replace(FileOf(kind), JsonSerializer.SerializeToUtf8Bytes(record, DesiredJson.Default.DesiredRecord));
        records[kind] = record;
    }

    private string FileOf(string kind) => Path.Combine(directory, $"{kind}.json");
}
